package restart

import "github.com/podclock/podclock/internal/wire"

// State is the state of a container's newest instance in the runtime.
type State uint8

// The states. StateUnknown is the zero value.
const (
	StateUnknown State = iota // the runtime cannot tell
	StateAbsent               // there is no instance
	StateCreated              // created and never started
	StateRunning              // started, and not ended
	StateExited               // ended, or could not be started
)

// MarshalText implements [encoding.TextMarshaler]: the state's String.
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

// Due reports whether the container is to be started, by its newest instance
// (R6); code counts for an exited one only. It decides about the start of regular
// containers, and for all others whether the reason of a refused start is shown
// (R30): whether init containers and sidecars start is a matter of their order
// too (S7).
func (p Policy) Due(s State, code int32, podDeleting bool) bool {
	if podDeleting {
		return false
	}
	if p.role == Ephemeral { // R4
		return s == StateAbsent
	}
	switch s {
	case StateRunning:
		return false
	case StateExited:
		if p.podOnly { // Without ContainerRestartRules even a sidecar is judged so.
			return p.pod.restarts(code)
		}
		return p.Restarts(code)
	}
	return true
}

// InitOutcome says what follows from the exit of an init container.
type InitOutcome uint8

// The outcomes. The zero value is none of them.
const (
	_           InitOutcome = iota
	InitDone                // the next entry may start
	InitRestart             // it failed, and is started again
	InitFatal               // it failed for good: the pod is killed and Failed (S13)
)

// String returns the outcome in words.
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

// OnInitExit judges the exit of an init container (R7). oomKilled is the
// runtime's reason OOMKilled, which makes even exit code 0 a failure: one that
// restartPolicy OnFailure does not restart.
func (p Policy) OnInitExit(code int32, oomKilled bool) InitOutcome {
	switch {
	case code == 0 && !oomKilled:
		return InitDone
	case p.Restarts(code):
		return InitRestart
	}
	return InitFatal
}
