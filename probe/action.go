package probe

import (
	"fmt"
	"time"
)

// ActionKind says what an action asks for or reports. The set is closed.
type ActionKind uint8

const (
	// ActionRunAttempt asks for one attempt of the handler. See Attempt, Try and Instance. The
	// owner gives its answer to Finish.
	ActionRunAttempt ActionKind = iota + 1
	// ActionSkipped reports that passes do not probe. Skip is the reason. It is reported when
	// the reason differs from that of the previous pass.
	ActionSkipped
	// ActionEvent reports an event to record. Action.Event returns it.
	ActionEvent
	// ActionCounted reports that an answer was counted. See Result, Run and Threshold.
	ActionCounted
	// ActionResultSet reports that the published result of Instance has changed to Result.
	ActionResultSet
	// ActionResultRemoved reports that nothing is published about Instance any more. The
	// worker has met another instance (P48) or has ended (P34).
	ActionResultRemoved
	// ActionDropped reports a Finish of an attempt that is not under way. See Attempt. Nothing
	// has changed.
	ActionDropped
	// ActionEnded reports that the worker has ended. End is the reason.
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

// String returns the name of the kind, such as "result set".
func (k ActionKind) String() string {
	if k == 0 || int(k) >= len(actionNames) {
		return "illegal action kind"
	}
	return actionNames[k]
}

// Action is one request or report of a worker. Kind says which fields are set. The others
// are zero.
type Action struct {
	Kind    ActionKind
	Probe   Kind
	Result  Result
	Outcome Outcome
	Skip    SkipReason
	End     EndReason
	// Try is 1 to 3: the number of this attempt in its pass. A pass tries again only after an
	// error (P66).
	Try   uint8
	flags actionFlags
	// Container is the owner's index of the container (Options.Container).
	Container int32
	// Attempt is the number of the attempt. A worker numbers its attempts from 1.
	Attempt  uint32
	Instance uint64
	// Run is the number of equal answers in a row. Threshold is the number that sets the
	// result (P59).
	Run, Threshold int64
	// Count is the number of passes that this action stands for. It is more than 1 only if the
	// worker has leapt over passes because of a promise. First and Last are the times of the
	// first and the last of these passes.
	Count       int64
	First, Last time.Time
	output      string // for Event
}

// actionFlags keep an Action small: all of them are one byte.
type actionFlags uint8

const (
	errored   actionFlags = 1 << iota // output is the text of an error, not of an answer
	triggered                         // the pass has run because of a trigger, not of a tick
)

// String describes the action in a few words, for timelines and test failures.
func (a Action) String() string {
	return fmt.Sprintf("%s: %s", a.Probe, a.Explain())
}

// Errored reports whether the attempt gave an error instead of an answer (P120).
func (a *Action) Errored() bool { return a.flags&errored != 0 }

// Triggered reports whether the count is that of a pass which a sync has triggered (P56).
// Such passes come in addition to those of the probe's period.
func (a *Action) Triggered() bool { return a.flags&triggered != 0 }

// Explain describes the action without the name of the probe: "failure 2 of 3", "failure 4
// in a row, 3 needed", "skipped: startup not finished".
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
