package probe

import "github.com/podclock/podclock/internal/wire"

// These are the closed sets of the package as text in JSON.

type (
	kindName    Kind
	resultName  Result
	outcomeName Outcome
	stateName   state
	skipName    SkipReason
)

// MarshalText implements [encoding.TextMarshaler].
func (n kindName) MarshalText() ([]byte, error) { return wire.Name(Kind(n), Liveness) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *kindName) UnmarshalText(b []byte) error { return wire.Parse(b, (*Kind)(n), Liveness) }

// MarshalText implements [encoding.TextMarshaler].
func (n resultName) MarshalText() ([]byte, error) { return wire.Name(Result(n), Failure) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *resultName) UnmarshalText(b []byte) error { return wire.Parse(b, (*Result)(n), Failure) }

// MarshalText implements [encoding.TextMarshaler].
func (n outcomeName) MarshalText() ([]byte, error) { return wire.Name(Outcome(n), OutcomeFailure) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *outcomeName) UnmarshalText(b []byte) error {
	return wire.Parse(b, (*Outcome)(n), OutcomeFailure)
}

// MarshalText implements [encoding.TextMarshaler].
func (n stateName) MarshalText() ([]byte, error) { return wire.Name(n, stateName(ended)) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *stateName) UnmarshalText(b []byte) error { return wire.Parse(b, n, stateName(ended)) }

// MarshalText implements [encoding.TextMarshaler].
func (n skipName) MarshalText() ([]byte, error) { return wire.Name(n, skipName(SkipNotStarted)) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *skipName) UnmarshalText(b []byte) error { return wire.Parse(b, n, skipName(SkipNotStarted)) }

var stateNames = [...]string{idle: "idle", waiting: "waiting", probing: "probing", ended: "ended"}

// String returns the name of the state in JSON.
func (n stateName) String() string { return stateNames[n] }

// skipNames are the names in JSON. They stay the same when the texts of a timeline change.
var skipNames = [...]string{
	NotSkipped: "not skipped", SkipNoStatus: "no status", SkipNoInstance: "no instance", SkipOnHold: "on hold",
	SkipNotRunning: "not running", SkipInitialDelay: "initial delay", SkipAlreadyStarted: "started",
	SkipNotStarted: "not started",
}

// String returns the name of the reason in JSON.
func (n skipName) String() string { return skipNames[n] }
