// Package answer is what the kubelet's probe and hook handlers say: where an
// attempt goes, what its end means, and the exact text that events and statuses
// show of it.
//
//	answer.HTTP(503, "")           // Failure: HTTP probe failed with statuscode: 503
//	answer.ExecTimedOut(words, t)  // Failure: command timed out: "cat /ready" timed out after 1s
//
// It sends nothing. Package probe/handler maps what really happens onto it, and
// the simulator what a scripted app replies, so that both read the same.
//
// Rule numbers (P101, C34) are those of docs/rules.md.
package answer

import (
	"fmt"

	"github.com/podclock/podclock/probe"
)

// Success is a good answer with its output.
func Success(output string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeSuccess, Output: output}
}

// Failure is a bad answer; the output becomes the text of its event.
func Failure(output string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure, Output: output}
}

// Errored is an attempt that could not be made: nothing was learnt about the
// container, and the kubelet tries again at once (P66).
func Errored(err string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeUnknown, Err: err}
}

func failuref(format string, args ...any) probe.Answer { return Failure(fmt.Sprintf(format, args...)) }

// OutputLimit bounds, in bytes, the command output (P100) and the HTTP body (P110)
// that an answer carries.
const OutputLimit = 10 << 10
