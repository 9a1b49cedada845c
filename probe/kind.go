package probe

// Kind says which of a container's three probes is meant (P1). The order of
// the constants is the written order of probes at equal instants.
type Kind uint8

// The kinds of probes.
const (
	Startup   Kind = iota + 1 // startupProbe: the other two wait for its success
	Readiness                 // readinessProbe: decides whether the container is ready
	Liveness                  // livenessProbe: its failure has the container killed
)

// Kinds lists every Kind in its written order.
var Kinds = [...]Kind{Startup, Readiness, Liveness}

// String is the lower-case name: "startup", "readiness", "liveness".
func (k Kind) String() string {
	switch k {
	case Startup:
		return "startup"
	case Readiness:
		return "readiness"
	case Liveness:
		return "liveness"
	default:
		return "unknown probe kind"
	}
}

// title is the name as it opens an event message (P121).
func (k Kind) title() string {
	switch k {
	case Startup:
		return "Startup"
	case Readiness:
		return "Readiness"
	case Liveness:
		return "Liveness"
	default:
		return "Unknown"
	}
}

// initial is the result that a container instance has before its first
// concluded probe (P48).
func (k Kind) initial() Result {
	switch k {
	case Readiness:
		return Failure
	case Liveness:
		return Success
	default:
		return Unknown
	}
}

// Result is what a worker publishes about a container instance (P69).
type Result uint8

// The results.
const (
	Unknown Result = iota // nothing is decided yet
	Success               // successThreshold was reached
	Failure               // failureThreshold was reached, or nothing has succeeded yet (P48)
)

// String is "Unknown", "Success" or "Failure".
func (r Result) String() string {
	switch r {
	case Unknown:
		return "Unknown"
	case Success:
		return "Success"
	case Failure:
		return "Failure"
	default:
		return "illegal result"
	}
}

// Outcome is what one attempt of a handler found (P90).
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota // the attempt errored: nothing was learnt
	OutcomeSuccess                // a good answer
	OutcomeWarning                // counts as success, with an event
	OutcomeFailure                // a bad answer, or none in time
)

// String is the lower-case name that the kubelet prints (P123).
func (o Outcome) String() string {
	switch o {
	case OutcomeUnknown:
		return "unknown"
	case OutcomeSuccess:
		return "success"
	case OutcomeWarning:
		return "warning"
	case OutcomeFailure:
		return "failure"
	default:
		return "illegal outcome"
	}
}

// result is the verdict that an outcome without error stands for (P120).
func (o Outcome) result() Result {
	if o == OutcomeSuccess || o == OutcomeWarning {
		return Success
	}
	return Failure
}
