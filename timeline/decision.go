package timeline

import "fmt"

// DecisionKind is the kind of decision in a record of kind [Decision]. The record's Reason
// is its String.
type DecisionKind uint8

// The decisions.
const (
	DecidedKill    DecisionKind = iota + 1 // a container or the whole pod is killed: why
	DecidedRestart                         // an ended container is started again: why, and the back-off before it
	DecidedRefusal                         // a start is refused: the back-off, and what remains of it
	DecidedSandbox                         // a sandbox is needed: why
	DecidedStop                            // a sync stops all containers and the sandbox: why
	DecidedEnd                             // the pod terminates: why
	DecidedQuirk                           // a surprising rule changes what follows: which
	DecidedWait                            // a pod waits, or its deletion must: for what, since when, until when at most
	numDecisions
)

var decisionNames = [numDecisions]string{"", "kill", "restart", "refusal", "sandbox", "stop", "end", "quirk", "wait"}

// String returns the word for the decision, which is the Reason of its records.
func (d DecisionKind) String() string {
	if d > 0 && d < numDecisions {
		return decisionNames[d]
	}
	return fmt.Sprintf("DecisionKind(%d)", uint8(d))
}

// decided reports whether the record is a decision of that kind.
func (r *Record) decided(d DecisionKind) bool { return r.Kind == Decision && r.Reason == d.String() }
