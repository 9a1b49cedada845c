package lifecycle

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
)

// terminatePod is the pass that stops the pod, up to the kills (S73).
func (p *Pod) terminatePod() {
	fresh := p.generate(p.pass.Snapshot, false)
	if p.evicted != nil {
		p.overrideStatus(fresh)
	}
	p.storeSynced(fresh)
	p.stopProbes(true) // P35
	var override *int64
	if p.pass.HasGrace {
		override = &p.pass.Grace
	}
	p.killAll(override)
}

// overrideStatus puts an eviction's verdict on a status (S81).
func (p *Pod) overrideStatus(s *corev1.PodStatus) {
	e := p.evicted
	s.Phase, s.Reason, s.Message = corev1.PodFailed, e.Reason, e.Message
	if !e.Disruption {
		return
	}
	c := corev1.PodCondition{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "TerminationByKubelet",
		Message: e.Message, ObservedGeneration: p.generation()} // S53
	for i := range s.Conditions {
		if s.Conditions[i].Type == c.Type {
			s.Conditions[i] = c
			return
		}
	}
	s.Conditions = append(s.Conditions, c)
}

// podStopped ends the terminating pass: the final statuses, from the runtime's
// present state (S73).
func (p *Pod) podStopped() {
	p.pass.Stage = stageEnd
	if p.pass.Sync.Failed { // S75
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "FailedKillPod",
			"error killing pod: "+p.kills.Errors(p.t.spec, string(p.id.UID), p.pass.SandboxErr))
		return
	}
	p.stopProbes(false)
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
	p.storeStatus(final, p.deletion.Asked, true)
	p.pass = pass{}
	p.finish()
}

// finish leaves the pod for good.
func (p *Pod) finish() {
	p.worker.Finished = true
	p.worker.RequeueAt, p.worker.LookAt, p.worker.ExceededAt = zeroTime, zeroTime, zeroTime
	p.scheduleCollection()
	p.out.emit(Action{Type: PodFinished, Container: NoContainer})
}

// apiStatus is the status of the pod object that the kubelet works with: what
// it was given and, with an API server, what it has reported since. Without one
// a process that keeps its memory knows what the one before has reported.
func (p *Pod) apiStatus() *corev1.PodStatus {
	switch {
	case !p.t.cfg.Standalone:
		return p.cache.Reported
	case p.cache.Recalled != nil:
		return p.cache.Recalled
	}
	return &p.t.spec.Manifest.Status
}

// generation is the pod object's metadata.generation: a deletion adds one.
func (p *Pod) generation() int64 {
	g := p.t.spec.Manifest.Generation
	if g != 0 && p.deletion.Asked && !p.t.cfg.Standalone {
		g++
	}
	return g
}
