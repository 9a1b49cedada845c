package podphase

import corev1 "k8s.io/api/core/v1"

// reasonRestartingAll is the reason of the last termination of a container that is being
// restarted with all others (C25). Such a termination is not final, whatever its code.
const reasonRestartingAll = "RestartingAllContainers"

// counters are the counters of S20: how many containers are in which state.
type counters struct {
	pendingInit    int
	failedFinal    int
	pendingSidecar int

	unknown, running, waiting, stopped, final, succeeded int
}

// Phase returns the phase for the container statuses in st and uses nothing else of st (S20,
// S21). podTerminal says that the containers were stopped for good. initialized says that
// the current sandbox has an instance of a regular container. [Resolve] then corrects the
// phase by the previous one. Phase allocates nothing.
func (r *Rules) Phase(st *corev1.PodStatus, podTerminal, initialized bool) corev1.PodPhase {
	var n counters
	for i := range r.init {
		m := &r.init[i]
		if m.sidecar() {
			n.countSidecar(m.status(st))
		} else {
			r.countInit(&n, m, m.status(st))
		}
	}
	for i := range r.regular {
		m := &r.regular[i]
		r.countRegular(&n, m, m.status(st))
	}
	return r.decide(&n, podTerminal, initialized)
}

func (r *Rules) countInit(n *counters, m *member, s *corev1.ContainerStatus) {
	t := ended(s)
	if t == nil { // no status, running, never ended, or no state
		n.pendingInit++
		return
	}
	if t.ExitCode != 0 && r.isFinal(m, t) {
		n.failedFinal++
	}
}

func (n *counters) countSidecar(s *corev1.ContainerStatus) {
	switch {
	case s == nil:
		n.unknown++
	case s.State.Running != nil:
		n.running++
		if !started(s) {
			n.pendingSidecar++
		}
	case ended(s) != nil: // the exit of a sidecar never matters (S20)
	case s.State.Waiting != nil:
		n.waiting++
		n.pendingSidecar++
	default:
		n.unknown++
		n.pendingSidecar++
	}
}

func (r *Rules) countRegular(n *counters, m *member, s *corev1.ContainerStatus) {
	switch t := ended(s); {
	case t != nil:
		n.stopped++
		if r.isFinal(m, t) {
			n.final++
		}
		// Only the state counts as success. The last termination does not.
		if t == s.State.Terminated && t.ExitCode == 0 {
			n.succeeded++
		}
	case s == nil:
		n.unknown++
	case s.State.Running != nil:
		n.running++
	case s.State.Waiting != nil:
		n.waiting++
	default:
		n.unknown++
	}
}

// ended returns the termination of a container that is terminated, or that waits after a
// termination. Otherwise it returns nil.
func ended(s *corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	switch {
	case s == nil || s.State.Running != nil:
		return nil
	case s.State.Terminated != nil:
		return s.State.Terminated
	case s.State.Waiting != nil:
		return s.LastTerminationState.Terminated
	}
	return nil
}

// isFinal reports whether no restart follows a termination.
func (r *Rules) isFinal(m *member, t *corev1.ContainerStateTerminated) bool {
	if r.restartAll && t.Reason == reasonRestartingAll {
		return false
	}
	return !m.policy.Restarts(t.ExitCode)
}

// decide decides by the table of S21. The numbers are its rows.
func (r *Rules) decide(n *counters, podTerminal, initialized bool) corev1.PodPhase {
	switch {
	case n.failedFinal > 0: // 1
		return corev1.PodFailed
	case n.pendingInit > 0, // 2
		n.pendingSidecar > 0 && !initialized, // 3
		n.waiting > 0:                        // 4
		return corev1.PodPending
	case n.running > 0 && n.unknown == 0: // 5
		return corev1.PodRunning
	case n.running > 0 || n.stopped == 0 || n.unknown > 0: // 9
		return corev1.PodPending
	case podTerminal && !r.static: // 6
		return n.outcome()
	case r.restarting(n): // 7
		return corev1.PodRunning
	}
	return n.outcome() // 8
}

// restarting reports whether a stopped container will restart (S21 row 7). Without
// ContainerRestartRules the pod's policy decides about all containers at once. Under
// OnFailure a container that waits after exit code 0 then counts as a failure.
func (r *Rules) restarting(n *counters) bool {
	if !r.podOnly {
		return n.stopped != n.final
	}
	switch r.podPolicy {
	case corev1.RestartPolicyAlways:
		return true
	case corev1.RestartPolicyNever:
		return false
	}
	return n.stopped != n.succeeded
}

func (n *counters) outcome() corev1.PodPhase {
	if n.stopped == n.succeeded {
		return corev1.PodSucceeded
	}
	return corev1.PodFailed
}
