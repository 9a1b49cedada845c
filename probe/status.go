package probe

// Started returns the started field that a sync computes for a container (P75). A startup
// result decides. Without one, a container counts as started if it has no startup worker, or
// if wasStarted: the previous status had a container of that name running and started. That
// may have been another instance (P76).
func (s *Set) Started(container int, running bool, instance uint64, wasStarted bool) bool {
	if !running {
		return false
	}
	if r, ok := s.Result(container, Startup, instance); ok {
		return r == Success
	}
	return wasStarted || !s.Exists(container, Startup)
}

// Ready returns the ready field that a sync computes for a regular container or a sidecar.
// Without a readiness worker a started container is ready (P77). If trigger is true, the
// caller must trigger the readiness worker (P56), before or after it stores the new status.
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

// AdoptedReady corrects the result of Ready for an instance that started more than 10 s
// before the kubelet (P55). Such an instance has no initial result, so it stays ready until
// its readiness probe has a result. If it has a readiness probe and the pod is not ready in
// the API, it is not ready either.
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
