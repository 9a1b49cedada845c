package kill

import "github.com/podclock/podclock/internal/wire"

// Stage is where a container is in its kill (C40).
type Stage uint8

// The stages, in order. The zero Stage is invalid.
const (
	PreStop Stage = iota + 1 // the preStop hook runs
	Turn                     // a sidecar waits for its turn
	Stop                     // the runtime stops the container
	Done                     // the container has ended
	Failed                   // the runtime could not stop the container
)

var stageNames = [...]string{0: "none", PreStop: "preStop", Turn: "turn", Stop: "stop", Done: "done", Failed: "failed"}

// String returns the name of the stage.
func (s Stage) String() string { return stageNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Stage) MarshalText() ([]byte, error) { return wire.Name(s, Failed) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Stage) UnmarshalText(b []byte) error { return wire.Parse(b, s, Failed) }
