package probe

import (
	"fmt"
	"time"
)

// ActionKind is the closed set of things that a worker asks for or tells.
type ActionKind uint8

const (
	// ActionRunAttempt asks for one attempt of the handler: Attempt, Try,
	// Instance. Its end comes back through Finish.
	ActionRunAttempt ActionKind = iota + 1
	// ActionSkipped says that passes do not probe, and why: Skip. It comes when the
	// reason differs from that of the pass before.
	ActionSkipped
	// ActionEvent is an event to record: see Action.Event.
	ActionEvent
	// ActionCounted tells what a pass found: Result, Run, Threshold.
	ActionCounted
	// ActionResultSet tells that the published result of Instance is now
	// Result, and was another or none.
	ActionResultSet
	// ActionResultRemoved tells that the worker has turned away from Instance,
	// about which nothing is published any more (P34, P48).
	ActionResultRemoved
	// ActionDropped tells that a Finish came for an attempt that is not under
	// way: Attempt. Nothing changed.
	ActionDropped
	// ActionEnded tells that the worker is no more: End.
	ActionEnded
)

var actionNames = [...]string{
	ActionRunAttempt:    "run attempt",
	ActionSkipped:       "skipped",
	ActionEvent:         "event",
	ActionCounted:       "counted",
	ActionResultSet:     "result set",
	ActionResultRemoved: "result removed",
	ActionDropped:       "dropped",
	ActionEnded:         "ended",
}

// String names the kind, as in "result set".
func (k ActionKind) String() string {
	if k == 0 || int(k) >= len(actionNames) {
		return "illegal action kind"
	}
	return actionNames[k]
}

// Action is one request or notice of a worker. Which fields count depends on
// Kind; the others are zero.
type Action struct {
	Kind    ActionKind
	Probe   Kind
	Result  Result
	Outcome Outcome
	Skip    SkipReason
	End     EndReason
	// Try is 1 to 3: which attempt of its pass this is (P66).
	Try   uint8
	flags actionFlags
	// Container is the owner's index of the container (Options.Container).
	Container int32
	// Attempt numbers the attempts of a worker from 1.
	Attempt  uint32
	Instance uint64
	// Run is how many equal answers in a row there have been, and Threshold
	// how many it takes (P59).
	Run, Threshold int64
	// Count is how many passes this action stands for: more than one only
	// where a promise let the worker leap. First and Last are the instants of
	// the first and the last of them.
	Count       int64
	First, Last time.Time
	output      string // feeds Event
}

// actionFlags keep an Action small: one byte for all of them.
type actionFlags uint8

const (
	errored   actionFlags = 1 << iota // output is an error's text, not an answer's
	triggered                         // the pass was asked for, it is not one of the ticker's
)

// String explains the action in a few words, for timelines and test failures.
func (a Action) String() string {
	return fmt.Sprintf("%s: %s", a.Probe, a.Explain())
}

// Errored reports that the attempt gave an error rather than an answer (P120).
func (a *Action) Errored() bool { return a.flags&errored != 0 }

// Triggered reports that the count is that of a pass which a sync asked for (P56), beside
// those of the probe's period.
func (a *Action) Triggered() bool { return a.flags&triggered != 0 }

// Explain says why, without naming the probe: "failure 2 of 3",
// "failure 4 in a row, 3 needed", "skipped: startup not finished".
func (a Action) Explain() string {
	switch a.Kind {
	case ActionRunAttempt:
		return fmt.Sprintf("run attempt %d (try %d)", a.Attempt, a.Try)
	case ActionSkipped:
		return a.Skip.String()
	case ActionEvent:
		return a.Event().Message
	case ActionCounted:
		return a.countText()
	case ActionResultSet:
		return "result set: " + a.Result.String()
	case ActionResultRemoved:
		return "result removed"
	case ActionDropped:
		return fmt.Sprintf("dropped: attempt %d is not under way", a.Attempt)
	case ActionEnded:
		return a.End.String()
	default:
		return a.Kind.String()
	}
}

func (a Action) countText() string {
	word := "failure"
	if a.Result == Success {
		word = "success"
	}
	if a.Run > a.Threshold {
		return fmt.Sprintf("%s %d in a row, %d needed", word, a.Run, a.Threshold)
	}
	return fmt.Sprintf("%s %d of %d", word, a.Run, a.Threshold)
}
