package lifecycle

import (
	corev1 "k8s.io/api/core/v1"
)

// terminatePod is the pass that stops the pod, up to the kills (S73).
func (p *Pod) terminatePod() {
	status := p.generate(p.pass.Snapshot, false)
	if p.evicted != nil {
		p.overrideStatus(status)
	}
	p.storeSynced(status)
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
		p.emitEvent(NoContainer, corev1.EventTypeWarning, "FailedKillPod", "error killing pod: "+p.killErrors())
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
	final := p.store.status.DeepCopy()
	p.markUnfinished(final) // C24
	if !p.t.spec.Static && !terminal(final.Phase) {
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
	p.emit(Action{Type: PodFinished, Container: NoContainer})
}

// markUnfinished makes every container that has not terminated Terminated, if
// it can have run at all (C24).
func (p *Pod) markUnfinished(s *corev1.PodStatus) {
	if p.everInitialized() {
		for i := range s.ContainerStatuses {
			markLost(&s.ContainerStatuses[i])
		}
	}
	last := min(1, len(s.InitContainerStatuses)) - 1
	for i := range s.InitContainerStatuses {
		if c := &s.InitContainerStatuses[i]; c.State.Waiting == nil || c.LastTerminationState.Terminated != nil {
			last = i
		}
	}
	for i := range last + 1 {
		markLost(&s.InitContainerStatuses[i])
	}
}

func markLost(c *corev1.ContainerStatus) {
	if c.State.Terminated == nil {
		c.State = lostState(reasonStatusUnknown, messageLostTerminated)
	}
}

// everInitialized reports whether the pod was ever initialized, by the status
// in the API (C24).
func (p *Pod) everInitialized() bool {
	if p.t.spec.Inits() == 0 {
		return true
	}
	s := p.apiStatus()
	for i := range s.ContainerStatuses {
		if c := &s.ContainerStatuses[i]; c.LastTerminationState.Terminated != nil || c.State.Waiting == nil {
			return true
		}
	}
	n := len(s.InitContainerStatuses)
	return n > 0 && p.initDone(n-1, &s.InitContainerStatuses[n-1])
}

// initDone reports whether entry k of the init list is done, by its status.
func (p *Pod) initDone(k int, c *corev1.ContainerStatus) bool {
	if p.t.spec.IsSidecar(p.t.spec.Regular + k) {
		return c.State.Running != nil && c.Started != nil && *c.Started
	}
	exitedWell := func(s corev1.ContainerState) bool { return s.Terminated != nil && s.Terminated.ExitCode == 0 }
	return exitedWell(c.LastTerminationState) || exitedWell(c.State)
}

// apiStatus is the status of the pod object that the kubelet works with: what
// it was given and, with an API server, what it has reported since. Without one
// a process that keeps its memory knows what the one before has reported.
func (p *Pod) apiStatus() *corev1.PodStatus {
	switch {
	case !p.t.cfg.Standalone:
		return p.store.reported
	case p.store.recalled != nil:
		return p.store.recalled
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
