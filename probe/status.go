package probe

// Started is the started field that a sync computes for a container (P75).
// wasStarted: the status before had this container, by name, running and
// started, whichever instance that was (P76).
func (s *Set) Started(container int, running bool, instance uint64, wasStarted bool) bool {
	if !running {
		return false
	}
	if r, ok := s.Result(container, Startup, instance); ok {
		return r == Success
	}
	return wasStarted || !s.Exists(container, Startup)
}

// Ready is the ready field that a sync computes for a regular container or a
// sidecar (P77). If trigger is true the readiness worker is to be triggered
// (P56); the caller does so, before or after it stores the new status.
func (s *Set) Ready(container int, running, started bool, instance uint64) (ready, trigger bool) {
	if !running || !started {
		return false, false
	}
	if r, _ := s.Result(container, Readiness, instance); r == Success {
		return true, false
	}
	exists := s.Exists(container, Readiness)
	return !exists, exists
}

// AdoptedReady corrects what Ready says, if it did not find a Success, about an
// instance that started more than 10 s before the kubelet (P55): it stays ready
// until its readiness probe has spoken, unless the pod as the API knows it is
// not ready.
func (s *Set) AdoptedReady(container int, ready bool, instance uint64, podReady bool) bool {
	if r, ok := s.Result(container, Readiness, instance); ok && r == Success {
		return ready
	} else if !ok {
		ready = true
	}
	if _, probed := s.layout.slot(container, Readiness); probed && !podReady {
		return false
	}
	return ready
}
