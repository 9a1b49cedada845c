package timeline

import (
	"errors"
	"fmt"
)

// Kind says what a [Record] is about. The set is closed.
type Kind uint8

// The kinds. The comments name the fields that are set, besides At, Last, Count, Pod and
// Container.
const (
	Event    Kind = iota + 1 // an event of the kubelet: Type, Reason, Message; for a probe also Probe, Outcome
	Status                   // the pod's status changed: State; Message has the changes
	Decision                 // Reason is the String of its DecisionKind; Message says why
	Sandbox                  // Reason: "run", "started", "failed", "stop", "stopped", "not stopped", "died"; Run
	Image                    // Reason: "pull", "pulled", "failed"; Message
	Created                  // the runtime created the container: Run
	Started                  // the container runs: Run
	Failed                   // creating, starting or removing it failed: Reason, Run, Message
	Exited                   // the container ended: Run, ExitCode, Reason, Message
	Lost                     // the runtime no longer knows its state: Run
	Removed                  // the dead container was removed from the runtime: Run
	Stop                     // the runtime is asked to stop it: Run; Span is the time between the stop signal and SIGKILL
	// Hook is about a lifecycle hook. Reason is "postStart" or "preStop", Outcome is
	// "started", "success" or "failure".
	Hook
	Counted  // a probe's answer was counted: Probe, Outcome, From, N, Of, Message
	Skipped  // passes do not probe: Probe; Message says why
	Result   // a probe's published result changed: Probe, Outcome
	Sync     // a sync of the pod ended: Span is the time to the next one by itself, negative if there is none
	Fact     // something was done to the pod, or its app changed: Reason, Message
	Dropped  // an answer came too late and changed nothing: Message
	Finished // the kubelet has finished with the pod
	numKinds
)

var kindNames = [numKinds]string{
	"", "Event", "Status", "Decision", "Sandbox", "Image", "Created", "Started", "Failed", "Exited", "Lost", "Removed",
	"Stop", "Hook", "Counted", "Skipped", "Result", "Sync", "Fact", "Dropped", "Finished",
}

// String returns the name of the kind.
func (k Kind) String() string {
	if k > 0 && k < numKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Kinds is a set of kinds. The zero value is the empty set.
type Kinds uint32

// KindsOf returns the set of the given kinds.
func KindsOf(kinds ...Kind) Kinds {
	var s Kinds
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s&(1<<k) != 0 }

// Filter says which records a [Timeline] drops, to save memory. The zero Filter keeps all.
//
// A query that needs what the filter drops never answers as if nothing had happened. It
// returns an error if it returns one at all, otherwise it panics with one. Use
// [Timeline.Keeps] and [Timeline.KeepsSnapshots] to ask first.
type Filter struct {
	// Drop has the kinds that are dropped.
	Drop Kinds
	// NoSnapshots drops the complete PodStatus of Status records. It keeps their columns and
	// readiness.
	NoSnapshots bool
}

// allows returns an error if the filter drops one of the kinds.
func (f Filter) allows(kinds ...Kind) error {
	for _, k := range kinds {
		if f.Drop.Has(k) {
			return fmt.Errorf("timeline: this query needs %s records, which the filter drops; "+
				"take timeline.%[1]s out of Filter.Drop", k)
		}
	}
	return nil
}

// allowsSnapshots returns an error if the filter drops complete statuses.
func (f Filter) allowsSnapshots() error {
	if f.NoSnapshots {
		return errors.New("timeline: this query needs complete statuses, which the filter drops; " +
			"take NoSnapshots out of the Filter")
	}
	return f.allows(Status)
}

// Essential drops what repeats in a healthy pod, and complete statuses. Use it for many pods
// over a long time. All queries but [Pod.StatusAt] and [Pod.Statuses] work with it.
var Essential = Filter{Drop: KindsOf(Counted, Skipped, Sync, Hook, Removed), NoSnapshots: true}
