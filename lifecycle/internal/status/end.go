package status

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
)

// MarkUnfinished makes every container Terminated that is not, if it can have run at all
// according to the status in the API (C24).
func MarkUnfinished(p *spec.Pod, s, api *corev1.PodStatus) {
	if everInitialized(p, api) {
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

// everInitialized reports whether the pod was ever initialized, according to the status in
// the API (C24).
func everInitialized(p *spec.Pod, s *corev1.PodStatus) bool {
	if p.Inits() == 0 {
		return true
	}
	for i := range s.ContainerStatuses {
		if c := &s.ContainerStatuses[i]; c.LastTerminationState.Terminated != nil || c.State.Waiting == nil {
			return true
		}
	}
	n := len(s.InitContainerStatuses)
	return n > 0 && initDone(p, n-1, &s.InitContainerStatuses[n-1])
}

// initDone reports whether entry k of the init list is done, according to its status.
func initDone(p *spec.Pod, k int, c *corev1.ContainerStatus) bool {
	if p.IsSidecar(p.Regular + k) {
		return c.State.Running != nil && c.Started != nil && *c.Started
	}
	exitedWell := func(s corev1.ContainerState) bool { return s.Terminated != nil && s.Terminated.ExitCode == 0 }
	return exitedWell(c.LastTerminationState) || exitedWell(c.State)
}
