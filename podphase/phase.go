package podphase

import corev1 "k8s.io/api/core/v1"

// reasonRestartingAll is the reason of the last termination of a container that
// is being restarted with all others (C25): it is not final, whatever its code.
const reasonRestartingAll = "RestartingAllContainers"

// counters are those of S20.
type counters struct {
	pendingInit    int
	failedFinal    int
	pendingSidecar int

	unknown, running, waiting, stopped, final, succeeded int
}

// Phase computes the phase from the container statuses in st (S20, S21), and
// from nothing else in it. podTerminal says that the containers were stopped for
// good; initialized, that an instance of a regular container exists in the
// current sandbox. [Resolve] settles what came before. It allocates nothing.
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
	if t == nil { // no status, running, never ended, or no state at all
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
	case ended(s) != nil: // S20: exits of sidecars never matter
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
		// Only the state counts as success, not the last termination.
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

// ended returns the termination of a container that is terminated, or that waits
// and was terminated before; otherwise nil.
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

// isFinal reports whether a termination is not to be followed by a restart.
func (r *Rules) isFinal(m *member, t *corev1.ContainerStateTerminated) bool {
	if r.restartAll && t.Reason == reasonRestartingAll {
		return false
	}
	return !m.policy.Restarts(t.ExitCode)
}

// decide is the table of S21; the numbers are its rows.
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

// restarting reports whether some stopped container will restart (S21 row 7).
// Without ContainerRestartRules the pod's policy decides, over all containers at
// once: under OnFailure one that waits after an exit with 0 counts as a failure.
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
