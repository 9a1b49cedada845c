package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// syncPod is the sync of a running pod, up to its decisions (T22).
func (p *Pod) syncPod() {
	fresh := p.generate(p.pass.Snapshot, false)
	p.storeSynced(fresh)
	if status.Terminal(fresh.Phase) { // S24
		p.pass.Terminal = true
		p.pass.End()
		p.out.explain(NoContainer, timeline.DecidedEnd,
			fmt.Sprintf("phase %s: the remaining containers and the sandbox are stopped (S24)", fresh.Phase))
		return
	}
	if p.noNetwork != "" && !p.t.spec.HostNetwork {
		p.awaitNetwork()
		return
	}
	p.addProbes() // P31
	p.pass.RestartAll = status.ConditionTrue(fresh, corev1.AllContainersRestarting)
	todo := p.t.plans.Plan(plan.Input{
		Snapshot: p.pass.Snapshot, Results: p.probes.result, RestartAll: p.pass.RestartAll,
		Deleting: p.pass.Deletion.Asked, RestartPending: p.starts.Pending(),
	})
	var at time.Time
	if d := p.timing.SyncDuration; d > 0 {
		at = p.now.Add(d)
	}
	p.pass.Carry(todo, at)
}

// awaitNetwork ends the sync of a pod that needs a network while there is none:
// before its probe workers are made, and before anything is started or killed
// (E1, R33).
func (p *Pod) awaitNetwork() {
	p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "NetworkNotReady", "network is not ready: "+p.noNetwork)
	p.pass.NoNetwork = true
	p.pass.Fail()
}

// addProbes makes the workers that are missing (P31), which wait first in a new
// kubelet process (P39). Where nothing takes time they are made once at an
// instant: the result of a worker that ends at once, such as that of a container
// that is done, would ask for a sync that makes it again, and so on (P34). A
// kubelet's relists space these out (T12).
func (p *Pod) addProbes() {
	if p.timing.oncePerInstant(p.probes.made, p.now) {
		return
	}
	var sleep func(probe.Spec) time.Duration
	if !p.kubeletStart.IsZero() {
		sleep = func(s probe.Spec) time.Duration {
			if p.now.Sub(p.kubeletStart) >= s.Period {
				return 0
			}
			return p.timing.Chance.FirstProbe(p.now, s.Period)
		}
	}
	p.probes.create(p.now, sleep)
}

// terminatePod is the pass that stops the pod, up to the kills (S73).
func (p *Pod) terminatePod() {
	fresh := p.generate(p.pass.Snapshot, false)
	if p.evicted != nil {
		p.evicted.override(fresh, p.object.generation(p.t))
	}
	p.storeSynced(fresh)
	p.probes.stop(p.now, true) // P35
	var override *int64
	if p.pass.HasGrace {
		override = &p.pass.Grace
	}
	env := p.env()
	p.pass.KillPod(&env, override)
}

// podStopped ends the kills of the terminating pass: the final statuses come from
// the runtime's present state (S73).
func (p *Pod) podStopped() {
	if p.pass.Result.Failed { // S75
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "FailedKillPod",
			"error killing pod: "+p.kills.Errors(p.t.spec, string(p.id.UID), p.pass.SandboxErr))
		return
	}
	p.probes.stop(p.now, false)
	r := p.inspect()
	r.IPs = p.pass.Snapshot.IPs
	p.storeSynced(p.generate(&r, true))
}

// finishPod is the last pass: nothing of the pod is left but its status (S73).
func (p *Pod) finishPod() {
	p.storeSynced(p.generate(p.pass.Snapshot, true))
	final := p.cache.Status.DeepCopy()
	status.MarkUnfinished(p.t.spec, final, p.apiStatus()) // C24
	if !p.t.spec.Static && !status.Terminal(final.Phase) {
		final.Phase = corev1.PodFailed // S73
	}
	p.worker.Finished = true // before the status is stored: it is the last one
	p.worker.LastSync = p.now
	p.storeStatus(final, p.object.deletion.Asked, true)
	p.pass = pass{}
	p.finish()
}

// finish leaves the pod for good.
func (p *Pod) finish() {
	p.worker.finish()
	p.scheduleCollection()
	p.out.emit(Action{Type: PodFinished, Container: NoContainer})
}
