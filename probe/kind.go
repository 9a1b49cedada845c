package probe

// Kind is one of the three probes that a container can have (P1). Workers that are due at
// the same time run in the order of the constants.
type Kind uint8

// The kinds of probes.
const (
	Startup   Kind = iota + 1 // startupProbe: the other two wait for its success
	Readiness                 // readinessProbe: it decides whether the container is ready
	Liveness                  // livenessProbe: the container is killed when it fails
)

// Kinds lists every Kind in order.
var Kinds = [...]Kind{Startup, Readiness, Liveness}

// String returns the name in lower case: "startup", "readiness" or "liveness".
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

// title returns the name at the beginning of an event message (P121).
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

// initial returns the result that a new container instance has until a probe reaches a
// threshold: not ready, alive, startup undecided (P48).
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
	Unknown Result = iota // no threshold was reached yet
	Success               // successThreshold was reached, or it is a liveness probe's initial result (P48)
	Failure               // failureThreshold was reached, or it is a readiness probe's initial result (P48)
)

// String returns "Unknown", "Success" or "Failure".
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

// Outcome is the outcome of one attempt of a handler (P90).
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota // the attempt gave an error, so that nothing is known
	OutcomeSuccess                // a good answer
	OutcomeWarning                // a good answer that is recorded as an event; it counts as a success
	OutcomeFailure                // a bad answer, or none in time
)

// String returns the name in lower case, as the kubelet prints it (P123).
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

// result returns the result that an outcome without an error counts for: a warning counts as
// a success (P120).
func (o Outcome) result() Result {
	if o == OutcomeSuccess || o == OutcomeWarning {
		return Success
	}
	return Failure
}
