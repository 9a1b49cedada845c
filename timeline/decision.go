package timeline

import "fmt"

// DecisionKind classifies the records of kind [Decision]: their Reason is its String.
type DecisionKind uint8

// The decisions.
const (
	DecidedKill    DecisionKind = iota + 1 // a container, or the whole pod, is killed: why
	DecidedRestart                         // an ended container is started again: why, and after which back-off
	DecidedRefusal                         // a start is refused: back-off and what is left of it
	DecidedSandbox                         // a sandbox is needed: why
	DecidedStop                            // all containers and the sandbox are stopped, by a sync: why
	DecidedEnd                             // the pod terminates: why
	DecidedQuirk                           // a surprising rule changes what follows: which
	DecidedWait                            // a deletion must wait: for what, since when, until when at most
	numDecisions
)

var decisionNames = [numDecisions]string{"", "kill", "restart", "refusal", "sandbox", "stop", "end", "quirk", "wait"}

// String names the decision.
func (d DecisionKind) String() string {
	if d > 0 && d < numDecisions {
		return decisionNames[d]
	}
	return fmt.Sprintf("DecisionKind(%d)", uint8(d))
}

// decided reports whether a record is a decision of that kind.
func (r *Record) decided(d DecisionKind) bool { return r.Kind == Decision && r.Reason == d.String() }
