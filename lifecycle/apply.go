package lifecycle

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/inventory"
)

// apply takes in one event.
func (p *Pod) apply(ev *Event) {
	if ev.Type != Wake && ev.Type != ProbeFinished {
		if err := ev.check(); err != nil {
			panic("lifecycle: Step: " + err.Error())
		}
		p.busy = true
	}
	switch ev.Type {
	case Wake:
	case SandboxDied:
		p.sandboxDied()
	case ContainerExited:
		p.exited(ev)
	case ContainerUnknown:
		p.lostTrack(ev.Instance)
	case ProbeFinished:
		p.probed(p.probes.finish(p.now, ev, p.cache.Views()))
	case PodDeleted:
		p.deleted(ev.Grace)
	case PodRemoved:
		p.removed()
	case PodEvicted:
		p.evict(ev.Eviction)
	case PodRefused:
		p.refuse(ev.Eviction)
	case PodUpdated:
		p.updated(ev.Template)
	case ConditionSet:
		p.conditionSet(*ev.Condition)
	case NameTaken:
		p.worker.Held = true
	case NameFree:
		p.worker.Held = false
	case NodeLost:
		p.nodeLost()
	case NodeReturned:
		p.nodeReturned()
	case KubeletRestarted:
		p.kubeletRestarted(ev.KeepMemory)
	case NetworkDown:
		p.noNetwork = ev.Err
	case NetworkUp:
		p.noNetwork = ""
	default:
		p.complete(ev)
	}
}

// complete takes the answer to a request.
func (p *Pod) complete(ev *Event) {
	r, ok := p.out.take(ev)
	if !ok {
		p.out.dropped(ev, "it answers no open request: it changes nothing")
		return
	}
	p.learn(r, ev)
	if ev.Fallback != "" { // C37
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "LifecycleHTTPFallback", ev.Fallback)
	}
	switch {
	case p.pass.Answered(ev.Op, ev.answer()):
	case ev.Op == p.garbage.Op:
		p.removalAnswered(ev)
	case p.kills.Answered(p.now, p.t.spec, host{&p.kubelet}, ev.Op, ev.Err):
	case ev.Op <= p.worker.Since:
		p.out.dropped(ev, "the kubelet process that asked is gone; only what it says of the runtime counts")
	default:
		p.out.dropped(ev, "a later request has taken its place; only what it says of the runtime counts")
	}
}

// exited notes that a container has ended.
func (p *Pod) exited(ev *Event) {
	end := inventory.Exit{At: ev.since(p.now), Code: ev.ExitCode, Reason: inventory.ExitReason(ev.ExitCode, ev.ExitReason)}
	if c := p.truth.Instance(ev.Instance); c != nil {
		end.Message = p.t.terminationMessage(c.Container, ev)
	}
	if !p.truth.Exit(ev.Instance, end) {
		p.out.ignored(ContainerExited, "there is no such instance, or it has ended before")
		return
	}
	p.breakPromises(ev.Instance)
	p.touched()
	p.scheduleCollection()
}

// lostTrack notes that the runtime does not know any more whether a container
// runs.
func (p *Pod) lostTrack(instance uint64) {
	if !p.truth.Lose(instance) {
		p.out.ignored(ContainerUnknown, "there is no such instance, or it does not run")
		return
	}
	p.breakPromises(instance)
	p.touched()
}

// breakPromises ends what an instance that ran has promised the probe workers.
func (p *Pod) breakPromises(instance uint64) {
	if c := p.truth.Instance(instance); p.cache.Views()[c.Container].Instance == c.ID {
		p.probes.Break(p.now, c.Container)
	}
}

// sandboxDied notes that the ready sandbox is gone.
func (p *Pod) sandboxDied() {
	if p.truth.LoseSandboxes() {
		p.touched()
	}
}
