package status

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// These are the reasons and texts that the kubelet invents (C9, C22 to C26).
const (
	reasonStatusUnknown   = "ContainerStatusUnknown"
	reasonRestartingAll   = "RestartingAllContainers"
	messageLostTerminated = "The container could not be located when the pod was terminated"
	messageLostDeleted    = "The container could not be located when the pod was deleted.  The container used to be " +
		"Running"
	messageRestartingAll = "The container is removed because RestartAllContainers in place"
	messageInitAssumed   = "Unable to get init container status from container runtime and pod has been initialized, " +
		"treat it as exited normally"
	lostExitCode = 137
)

// lostState returns the Terminated state of a container that has left no trace.
func lostState(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: lostExitCode, Reason: reason, Message: message,
	}}
}

// container returns the status of container i.
func (b *builder) container(i int) corev1.ContainerStatus {
	old := b.p.StatusIn(b.in.Previous, i)
	newest, second := b.in.Snapshot.NewestTwo(i)
	var s corev1.ContainerStatus
	if newest == nil {
		s = b.missing(i, old)
	} else {
		s = b.present(newest, old)
		if second != nil { // the previous instance is the last state (C11)
			s.LastTerminationState = b.state(second, old)
		}
	}
	b.waiting(i, newest, &s)
	return s
}

// missing returns the status of a container that the runtime does not have (C1, C13, C23,
// C25).
func (b *builder) missing(i int, old *corev1.ContainerStatus) corev1.ContainerStatus {
	c := b.p.Containers[i].Spec
	s := corev1.ContainerStatus{Name: c.Name, Image: c.Image, State: b.waitingState()}
	if old == nil {
		return s
	}
	s.RestartCount, s.LastTerminationState = old.RestartCount, old.LastTerminationState
	if old.State.Terminated != nil {
		s = *old // a Terminated status stays as it is (C13)
	}
	switch {
	case b.restarting && old.State.Waiting == nil: // it was removed to be restarted with all others (C25)
		s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reasonRestartingAll,
			Message: messageRestartingAll}}
		s.LastTerminationState = lostState(reasonRestartingAll, messageRestartingAll)
		s.RestartCount = old.RestartCount + 1
	case old.State.Running != nil && s.LastTerminationState.Terminated == nil: // it vanished while it ran (C23)
		s.LastTerminationState = lostState(reasonStatusUnknown, messageLostDeleted)
		if !b.in.Deleting {
			s.RestartCount++
		}
	}
	return s
}

// waitingState returns the state of a container that does not exist yet (C1).
func (b *builder) waitingState() corev1.ContainerState {
	reason := "ContainerCreating"
	if b.p.Inits() > 0 {
		reason = "PodInitializing"
	}
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}

// present returns the status of a container whose newest instance the runtime has.
func (b *builder) present(c *inventory.Instance, old *corev1.ContainerStatus) corev1.ContainerStatus {
	s := corev1.ContainerStatus{
		Name: b.p.Name(c.Container), RestartCount: c.Attempt, Image: c.Image, ImageID: c.ImageID,
		ContainerID: c.RuntimeID, State: b.state(c, old), Resources: b.p.Resources.Containers[c.Container].Resources,
		AllocatedResources: b.p.Resources.Containers[c.Container].Allocated,
	}
	if old == nil {
		return s
	}
	s.RestartCount = max(s.RestartCount, old.RestartCount) // the count never decreases (C16)
	if c.State == restart.StateUnknown && old.State.Running != nil {
		s.RestartCount = old.RestartCount + 1 // the lost run counts (C22)
	}
	switch { // the last state (C11)
	case old.ContainerID != s.ContainerID && old.State.Terminated != nil:
		s.LastTerminationState.Terminated = old.State.Terminated
	case old.LastTerminationState.Terminated != nil:
		s.LastTerminationState.Terminated = old.LastTerminationState.Terminated
	}
	if c.Running() {
		if old.State.Terminated != nil && old.RestartCount >= c.Attempt {
			s.RestartCount = old.RestartCount + 1 // the count did not survive the removal (C16, R12)
		}
		b.keepStarted(c, old, &s)
	}
	return s
}

// keepStarted copies the previous started flag, by the container's name (P75 step 3, P76).
func (b *builder) keepStarted(c *inventory.Instance, old, s *corev1.ContainerStatus) {
	if b.cfg.ResetOnKubeletRestart {
		return
	}
	if old.ContainerID == c.RuntimeID || !b.cfg.StartedByInstance {
		s.Started = old.Started
	}
	other := old.ContainerID != "" && old.ContainerID != c.RuntimeID
	if other && s.Started != nil && *s.Started && b.p.Containers[c.Container].Spec.StartupProbe != nil {
		b.copied = append(b.copied, Copied{c.Container, old.RestartCount})
	}
}

// state returns the state of one instance in the API (C6, C7, C22).
func (b *builder) state(c *inventory.Instance, old *corev1.ContainerStatus) corev1.ContainerState {
	switch c.State {
	case restart.StateRunning:
		return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(c.StartedAt)}}
	case restart.StateExited:
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: c.ExitCode, Reason: c.Reason, Message: b.p.CutMessage(c.Message),
			StartedAt: metav1.NewTime(c.StartedAt), FinishedAt: metav1.NewTime(c.FinishedAt), ContainerID: c.RuntimeID,
		}}
	case restart.StateUnknown:
		if old != nil && old.State.Running != nil {
			if b.restarting {
				return lostState(reasonRestartingAll, messageLostTerminated)
			}
			return lostState(reasonStatusUnknown, messageLostTerminated)
		}
	}
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}
}

// waiting makes the state Waiting, with the remembered reason, if the container must be
// started (R30, C4).
func (b *builder) waiting(i int, newest *inventory.Instance, s *corev1.ContainerStatus) {
	ct := &b.p.Containers[i]
	if i >= b.p.Regular {
		if newest != nil && newest.State == restart.StateExited && newest.ExitCode == 0 {
			return
		}
		// Regular containers exist, so this one must have succeeded (C26).
		if newest == nil && ct.Role == restart.Init && s.State.Waiting != nil && b.in.Snapshot.Created(b.p.Regular) {
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed",
				Message: messageInitAssumed}}
			return
		}
	}
	state, code := b.in.Snapshot.State(i)
	why := b.in.Waiting[i]
	if why.Reason == "" || !ct.Policy.Due(state, code, b.in.Deleting) {
		return
	}
	if s.State.Terminated != nil {
		s.LastTerminationState = s.State
	}
	s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: why.Reason, Message: why.Message}}
}
