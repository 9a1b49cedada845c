package lifecycle

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// apply takes in one event.
func (p *Pod) apply(ev *Event) {
	switch ev.Type {
	case Wake:
	case SandboxDied:
		p.sandboxDied()
	case ContainerExited:
		p.exited(ev)
	case ProbeFinished:
		p.forgetExec(execAttempt{ev.Container, ev.Probe, ev.Attempt})
		p.acts = p.probes.Finish(p.now, ev.Container, ev.Probe, uint32(ev.Attempt), ev.Answer, p.view, p.acts[:0])
		p.probed(p.acts)
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
		p.worker.held = true
	case NameFree:
		p.worker.held = false
	case NodeLost:
		p.nodeLost()
	case NodeReturned:
		p.nodeReturned()
	case KubeletRestarted:
		p.kubeletRestarted()
	default:
		p.complete(ev)
	}
}

// complete takes the answer to a request.
func (p *Pod) complete(ev *Event) {
	r, ok := p.close(ev.Op)
	if !ok || !ev.Type.answers(r.request) {
		p.dropped(ev)
		return
	}
	p.learn(r, ev)
	switch {
	case ev.Op == p.pass.op:
		answer := *ev
		p.pass.op, p.pass.answer = 0, &answer
	case ev.Op == p.deletor.op:
		p.removalAnswered(ev)
	case p.killAnswered(ev):
	case p.strayAnswered(ev):
	default:
		p.dropped(ev)
	}
}

func (p *Pod) dropped(ev *Event) {
	p.emit(Action{Type: DroppedEvent, Op: ev.Op, Container: NoContainer,
		Message: fmt.Sprintf("%v for op %d, which nothing waits for: it changes nothing", ev.Type, ev.Op)})
}

// strayAnswered takes the answer of an abandoned preStop hook (C43, C44).
func (p *Pod) strayAnswered(ev *Event) bool {
	i := slices.IndexFunc(p.hooks, func(h strayHook) bool { return h.op == ev.Op })
	if i < 0 {
		return false
	}
	if ev.Err != "" {
		p.record(p.hooks[i].container, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
	}
	p.hooks = slices.Delete(p.hooks, i, i+1)
	return true
}

// exited notes that a container has ended.
func (p *Pod) exited(ev *Event) {
	if !p.world.exit(p.now, ev) {
		p.dropped(ev)
		return
	}
	if c := p.world.instance(ev.Instance); p.store.views[c.Container].Instance == c.ID {
		p.probes.Break(p.now, c.Container)
	}
	p.touched()
	p.scheduleCollection()
}

// sandboxDied notes that the ready sandbox is gone.
func (p *Pod) sandboxDied() {
	for i := range p.world.sandboxes {
		if s := &p.world.sandboxes[i]; s.Ready {
			s.Ready = false
			p.touched()
		}
	}
}

// deleted takes a deletion, or one that shortens an earlier one (S70, S71).
func (p *Pod) deleted(grace *int64) {
	g := p.t.grace
	if grace != nil {
		g = *grace
	}
	switch {
	case p.worker.finished:
		return
	case g < 0:
		g = 1
	}
	if p.deletion.asked && g >= p.deletion.grace {
		return // S70: it can only be shortened
	}
	if !p.deletion.asked {
		p.deletion = deletion{asked: true, at: p.now}
	}
	p.worker.deleted = p.worker.deleted || !p.worker.terminating
	p.deletion.grace, p.deletion.until = g, p.now.Add(seconds(g))
	p.terminate(nil, fmt.Sprintf("deleted, with %v of grace", seconds(g)))
	if !p.t.has(QuirkS71) {
		p.hurry()
	}
}

// removed takes a removal that was not a deletion: of a static pod's manifest,
// or one whose deletion the kubelet missed (S72). From then on nothing but the
// pod's own worker knows of it.
func (p *Pod) removed() {
	if p.worker.removed {
		return
	}
	if !p.worker.finished {
		p.terminate(nil, "removed from its source")
	}
	p.worker.removed = true
	p.worker.orphanAt = p.timing.housekeeping(p.now)
	p.scheduleCollection()
}

// orphaned is the housekeeping that finds the pod gone from its source: it
// counts as deleted, and its cached status is dropped. A status stored after
// that is dropped by the next one.
func (p *Pod) orphaned() {
	p.worker.orphanAt = zeroTime
	p.worker.deleted = true
	if p.worker.finished {
		return
	}
	if p.timing.World != nil {
		p.worker.orphanAt = p.timing.housekeeping(p.now)
	}
	p.store.stored = false
	clear(p.store.views)
	p.viewsChanged()
}

// evict ends the pod by the kubelet's own decision (S81).
func (p *Pod) evict(e *Eviction) {
	if p.worker.finished || p.worker.terminating {
		return
	}
	p.evicted = e
	if e.EventReason != "" {
		p.record(NoContainer, corev1.EventTypeWarning, e.EventReason, e.Message)
	}
	p.terminate(e.Grace, e.Reason+": "+e.Message)
}

// refuse ends a pod that was not admitted: there is a status, and nothing else
// (S82).
func (p *Pod) refuse(e *Eviction) {
	if p.store.stored || p.pass.work != 0 {
		p.dropped(&Event{Type: PodRefused})
		return
	}
	p.record(NoContainer, corev1.EventTypeWarning, e.Reason, e.Message)
	p.worker.pending, p.worker.finished, p.worker.terminated = update{}, true, true
	p.storeStatus(&corev1.PodStatus{Phase: corev1.PodFailed, Reason: e.Reason,
		Message: "Pod was rejected: " + e.Message, QOSClass: p.t.qos, ObservedGeneration: p.generation()}, false, true)
	p.emit(Action{Type: PodFinished, Container: NoContainer})
}

// updated takes a changed pod object: only images can have changed (P24).
func (p *Pod) updated(t *Template) {
	if p.worker.finished || !p.t.sameContainers(t) {
		p.dropped(&Event{Type: PodUpdated})
		return
	}
	p.nextTemplate = t
	p.requestSync()
}

// conditionSet takes a condition that somebody else set in the API. It asks for
// a sync only if Ready would change (S44).
func (p *Pod) conditionSet(c corev1.PodCondition) {
	p.foreign = setCondition(slices.Clone(p.foreign), c)
	s := p.store.status.DeepCopy()
	s.Conditions = setCondition(s.Conditions, c)
	if p.store.stored && p.t.rules.GatesNeedSync(s) {
		p.requestSync()
	}
}
