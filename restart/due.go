package restart

import "github.com/podclock/podclock/internal/wire"

// State is the state of a container's newest instance in the runtime.
type State uint8

// The states. The zero State is StateUnknown.
const (
	StateUnknown State = iota // the runtime does not know the state
	StateAbsent               // there is no instance
	StateCreated              // created and not started
	StateRunning              // started and not ended
	StateExited               // ended, or failed to start
)

// MarshalText implements [encoding.TextMarshaler]. The text is that of String.
func (s State) MarshalText() ([]byte, error) { return wire.Name(s, StateExited) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *State) UnmarshalText(b []byte) error { return wire.Parse(b, s, StateExited) }

// String returns the runtime's word for the state.
func (s State) String() string {
	switch s {
	case StateUnknown:
		return "unknown"
	case StateAbsent:
		return "absent"
	case StateCreated:
		return "created"
	case StateRunning:
		return "running"
	case StateExited:
		return "exited"
	}
	return "invalid state"
}

// Due reports whether the container must be started, given its newest instance (R6). code
// counts only for an exited one. For regular containers it decides. For init containers and
// sidecars the order of the list decides too (S7); for them Due decides only whether the
// reason of a refused start is shown (R30).
func (p Policy) Due(s State, code int32, podDeleting bool) bool {
	if podDeleting {
		return false
	}
	if p.role == Ephemeral { // never started again (R4)
		return s == StateAbsent
	}
	switch s {
	case StateRunning:
		return false
	case StateExited:
		if p.podOnly { // Without ContainerRestartRules the kubelet applies this even to sidecars.
			return p.pod.restarts(code)
		}
		return p.Restarts(code)
	}
	return true
}

// InitOutcome is the consequence of an init container's exit.
type InitOutcome uint8

// The outcomes. The zero InitOutcome is invalid.
const (
	_           InitOutcome = iota
	InitDone                // it succeeded: the next entry may start
	InitRestart             // it failed and is started again
	InitFatal               // it failed and may not restart: the pod is killed and Failed (S13)
)

// String describes the outcome.
func (o InitOutcome) String() string {
	switch o {
	case InitDone:
		return "done"
	case InitRestart:
		return "restart"
	case InitFatal:
		return "fatal"
	}
	return "unknown outcome"
}

// OnInitExit decides about the exit of an init container (R7). oomKilled says that the
// runtime's reason is OOMKilled. Such an exit is a failure even with code 0. restartPolicy
// OnFailure does not restart it then, because it looks only at the code.
func (p Policy) OnInitExit(code int32, oomKilled bool) InitOutcome {
	switch {
	case code == 0 && !oomKilled:
		return InitDone
	case p.Restarts(code):
		return InitRestart
	}
	return InitFatal
}
