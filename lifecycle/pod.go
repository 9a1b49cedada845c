package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
)

// Pod is the machine of one pod: a kubelet in small, with a pod worker, a
// lifecycle event generator (PLEG), a status cache, probe workers and back-off
// entries of its own. It reads no clock and starts nothing: [Pod.Step] is the
// only door.
//
// What happens to the pod from outside, and what the API server and the node's
// controllers do, are methods of Pod. What follows from it is the kubelet's,
// which knows nothing of its door.
type Pod struct{ kubelet }

// New returns the machine of a pod of which the kubelet learns at now. Its first
// actions come from the first Step. If timing is nil, it is [IdealTiming].
func New(t *Template, id Identity, timing *Timing, now time.Time) *Pod {
	return &Pod{newKubelet(t, id, timing.withChance(), now)}
}

// Clone returns an independent copy. Template and timing are shared: copies are
// independent only if the timing's Chance remembers nothing, as a [SeededChance] does.
func (p *Pod) Clone() *Pod {
	return &Pod{p.clone()}
}

// Template returns what the pod was compiled from.
func (p *Pod) Template() *Template { return p.t }

// Identity returns whose machine it is.
func (p *Pod) Identity() Identity { return p.id }

// Now returns the latest time that the machine was given.
func (p *Pod) Now() time.Time { return p.now }

// Finished reports whether the kubelet has nothing left to do for the pod.
func (p *Pod) Finished() bool { return p.worker.Finished }

// Status returns a copy of the kubelet's own status of the pod: its status
// cache. What an API server is sent can differ: see [Pod.Reported].
func (p *Pod) Status() corev1.PodStatus { return *p.cache.Status.DeepCopy() }

// Reported returns the status that the API server is sent (S25, S53, S62). Its
// phase is terminal only once no container can run any more.
func (p *Pod) Reported() corev1.PodStatus { return *p.cache.Reported.DeepCopy() }

// Object returns the pod as the API server would show it, with its reported
// status and its deletion.
func (p *Pod) Object() *corev1.Pod {
	pod := p.t.spec.Manifest.DeepCopy()
	pod.Namespace, pod.Name, pod.UID = p.id.Namespace, p.id.Name, p.id.UID
	pod.Status = p.Reported()
	p.object.mark(pod)
	return pod
}

// StopsWithin returns the longest time that the pod's containers take to stop, from the
// moment when it ends: the grace period of its deletion, or its own, and what a container
// gets at least between its stop signal and SIGKILL, also if its preStop hook has used up
// the grace period (C42).
func (p *Pod) StopsWithin() time.Duration {
	grace := p.t.spec.Grace
	if d := p.object.carries(); d.Asked {
		grace = d.Grace
	}
	return spec.Seconds(grace) + spec.Seconds(kill.MinimumGrace)
}

// Step tells the machine what happened at now, and returns what follows, in the
// order in which to carry it out. Without events it says that time has passed.
// Several events happen together, as the death of a sandbox and the ends of its
// containers do: nothing is done between them. The slice is valid until the next
// Step. Time never runs backwards: an earlier now counts as the latest one.
func (p *Pod) Step(now time.Time, events ...Event) []Action {
	if now.After(p.now) {
		p.now = now
	}
	p.out.begin()
	p.busy = p.busy || due(p.idleUntil, p.now)
	for i := range events {
		p.apply(&events[i])
	}
	p.run()
	p.probes.PassOver(p.now)
	return p.out.actions
}

// Deadline returns when the machine next wants Step without an event. It is false
// if nothing happens before the next event.
func (p *Pod) Deadline() (time.Time, bool) {
	if p.idleUntil.IsZero() {
		return p.probes.Deadline()
	}
	d := deadline{p.idleUntil}
	if at, ok := p.probes.Deadline(); ok {
		d.add(at)
	}
	return d.at, true
}

// deadline keeps the least of the instants added; zero instants are none.
type deadline struct{ at time.Time }

func (d *deadline) add(t time.Time) {
	if !t.IsZero() && (d.at.IsZero() || t.Before(d.at)) {
		d.at = t
	}
}

// due reports whether an instant has come; the zero instant never does.
func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// maxTurns is the most that one step does. It is far more than any pod asks for at
// one instant, and turns an endless loop into a panic that names the pod.
const maxTurns = 100_000

// run does what is due until nothing is. At one instant the order is relists,
// housekeeping, complaints of late evictions, looks, garbage collections, the
// taint manager, kills, syncs, probe passes (T30).
func (p *Pod) run() {
	for turns := 0; p.runOne(); turns++ {
		if turns == maxTurns {
			panic(fmt.Sprintf("lifecycle: pod %s/%s does not come to rest at %v: please report this", p.id.Namespace, p.id.Name,
				p.now))
		}
	}
}

func (p *Pod) runOne() bool {
	if p.busy {
		if p.busy = p.runMachinery(); p.busy {
			return true
		}
		p.becomeIdle()
	}
	return p.runProbes()
}

// runMachinery does the first thing that is due of everything but the probe
// workers.
func (p *Pod) runMachinery() bool {
	switch {
	case due(p.pleg.RelistAt, p.now):
		p.relist()
	case due(p.pleg.OnDemandAt, p.now):
		p.relistOnDemand()
	case due(p.worker.OrphanAt, p.now):
		p.orphaned()
	case due(p.worker.ExceededAt, p.now):
		p.exceeded()
	case due(p.worker.LookAt, p.now):
		p.look()
	case due(p.garbage.CollectAt, p.now):
		p.collect()
	case due(p.garbage.HeldUntil, p.now):
		p.garbage.Release(host{&p.kubelet})
	case due(p.object.missed.EvictAt, p.now):
		p.taintEvicted()
	case p.kills.Run(p.now, p.t.spec, host{&p.kubelet}, !p.t.has(QuirkC43)):
	case p.runPass():
	default:
		return false
	}
	return true
}
