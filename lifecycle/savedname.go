package lifecycle

import (
	"github.com/podclock/podclock/internal/wire"
)

// Closed sets as they stand in a snapshot.

type (
	requestName ActionType
	hookName    HookKind
)

// MarshalText implements [encoding.TextMarshaler].
func (n requestName) MarshalText() ([]byte, error) { return wire.Name(ActionType(n), RunProbe) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *requestName) UnmarshalText(b []byte) error { return wire.Parse(b, (*ActionType)(n), RunProbe) }

// MarshalText implements [encoding.TextMarshaler].
func (n hookName) MarshalText() ([]byte, error) { return wire.Name(HookKind(n), PreStop) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *hookName) UnmarshalText(b []byte) error { return wire.Parse(b, (*HookKind)(n), PreStop) }

var workNames = [...]string{0: "none", workSync: "sync", workTerminating: "terminating", workTerminated: "terminated"}

// String names the work.
func (w work) String() string { return workNames[w] }

// MarshalText implements [encoding.TextMarshaler].
func (w work) MarshalText() ([]byte, error) { return wire.Name(w, workTerminated) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (w *work) UnmarshalText(b []byte) error { return wire.Parse(b, w, workTerminated) }
