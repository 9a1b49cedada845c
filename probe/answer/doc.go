// Package answer has the answers of the kubelet's probe and hook handlers: the target of an
// attempt, the meaning of its outcome, and the exact text of it in events and statuses.
//
//	answer.HTTP(503, "")           // Failure: HTTP probe failed with statuscode: 503
//	answer.ExecTimedOut(words, t)  // Failure: command timed out: "cat /ready" timed out after 1s
//
// The package sends nothing. Package probe/handler uses it for what really happens, and the
// simulator for the replies of a scripted app. The texts of both are therefore the same.
//
// Rule numbers such as P101 and C34 are those of docs/rules.md.
package answer

import (
	"fmt"

	"github.com/podclock/podclock/probe"
)

// Success returns a good answer with its output.
func Success(output string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeSuccess, Output: output}
}

// Failure returns a bad answer. Its output becomes the text of the event.
func Failure(output string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure, Output: output}
}

// Errored returns an attempt that found nothing out about the container. The kubelet tries
// again at once (P66).
func Errored(err string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeUnknown, Err: err}
}

func failuref(format string, args ...any) probe.Answer { return Failure(fmt.Sprintf(format, args...)) }

// OutputLimit is the length, in bytes, at which an answer's command output (P100) or HTTP
// body (P110) is cut off.
const OutputLimit = 10 << 10
