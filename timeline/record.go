package timeline

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Record is one thing that happened. Which fields count depends on Kind.
type Record struct {
	// At is when it happened; of a merged series, when it first did.
	At time.Time
	// Last is when the last of a series happened. Zero means At.
	Last time.Time
	// Count is the length of the series. Zero means 1.
	Count int

	// Pod is "namespace/name". Container is empty where the pod as a whole is meant.
	Pod, Container string
	Kind           Kind
	// Run numbers the instances of a container, and a pod's sandboxes, from 0.
	Run int
	// Probe is "startup", "readiness" or "liveness".
	Probe string
	// Instance tells instances of a container apart in the records of its
	// probes. The number means nothing else, and is not printed.
	Instance uint64
	// Outcome is "success", "failure", "warning" or "error".
	Outcome string
	// From and N say which equal answers in a row a series of probes were, and
	// Of how many it takes: failures From to N of Of.
	From, N, Of int

	// Type is an event's: "Normal" or "Warning". Reason is a word for machines,
	// Message a text for people.
	Type, Reason, Message string
	// Span is a length of time that belongs to the record: of a Stop the grace period, of a
	// Sync the time to the next one, of a Counted the probe's period.
	Span time.Duration
	// ExitCode is that of an exited container.
	ExitCode int32
	// State is set in Status records only. It is shared and must not be changed.
	State *State
}

// State is a pod's status as it was stored.
type State struct {
	// Ready, Status and Restarts are kubectl's columns, RESTARTS without the age.
	Ready, Status, Restarts string
	Phase                   corev1.PodPhase
	// PodReady is whether the condition Ready is True.
	PodReady bool
	// Containers has the regular containers by name, then the init containers.
	Containers []ContainerState
	// Full is the whole status; nil if the timeline does not keep it.
	Full *corev1.PodStatus
}

// ContainerState is what a [State] keeps of one container.
type ContainerState struct {
	Name           string
	Ready, Started bool
	Restarts       int32
}

// last is the time of the last of the record's series.
func (r *Record) last() time.Time {
	if r.Last.IsZero() {
		return r.At
	}
	return r.Last
}

// Text says on one line what happened, without time, pod, container and the
// length of the series.
func (r *Record) Text() string {
	switch r.Kind {
	case Event:
		return r.Reason + ": " + r.Message
	case Status:
		return r.State.Ready + " " + r.State.Status + " " + r.State.Restarts
	case Decision:
		return r.decision()
	case Sandbox:
		return join(fmt.Sprintf("sandbox %d %s", r.Run, r.Reason), r.Message)
	case Image:
		return join("image "+r.Reason, r.Message)
	case Created:
		return fmt.Sprintf("created (run %d)", r.Run)
	case Started:
		return fmt.Sprintf("started (run %d)", r.Run)
	case Failed:
		return join(fmt.Sprintf("%s failed (run %d)", r.Reason, r.Run), r.Message)
	case Exited:
		return join(fmt.Sprintf("exited with %d, %s (run %d)", r.ExitCode, r.Reason, r.Run), r.Message)
	case Lost:
		return fmt.Sprintf("state unknown (run %d)", r.Run)
	case Removed:
		return fmt.Sprintf("removed (run %d)", r.Run)
	case Stop:
		return fmt.Sprintf("stop signal, SIGKILL after %s (run %d)", r.Span, r.Run)
	case Hook:
		return join(r.Reason+" hook: "+r.Outcome, r.Message)
	case Counted:
		return join(r.Probe+": "+r.counts()+r.trigger(), r.Message)
	case Skipped:
		return r.Probe + ": " + r.Message
	case Result:
		return r.Probe + ": result is now " + r.Outcome
	case Sync:
		if r.Span < 0 {
			return "synced"
		}
		return fmt.Sprintf("synced, next in %s", r.Span)
	case Fact:
		return r.Message
	case Dropped:
		return "dropped: " + r.Message
	case Finished:
		return "finished"
	}
	return r.Kind.String()
}

// decision words a decision; those to kill and to end say so in front.
func (r *Record) decision() string {
	switch {
	case r.decided(DecidedKill):
		return "kill: " + r.Message
	case r.decided(DecidedStop):
		return "the pod is stopped: " + r.Message
	case r.decided(DecidedEnd):
		return "the pod ends: " + r.Message
	}
	return r.Message
}

// counts words a series of equal probe answers: "failure 2 of 3",
// "failures 1 to 29 of 30". Beyond the threshold it says what counts.
func (r *Record) counts() string {
	from, n := min(r.From, r.Of), min(r.N, r.Of)
	if from < n {
		return fmt.Sprintf("%s %d to %d of %d", plural(r.Outcome), from, n, r.Of)
	}
	return fmt.Sprintf("%s %d of %d", r.Outcome, n, r.Of)
}

// Triggered is the Reason of the [Counted] record of a pass that a sync has asked for (P56),
// beside those of the probe's period.
const Triggered = "triggered"

// trigger says what asked for the pass, if it was not the probe's period.
func (r *Record) trigger() string {
	if r.Reason == Triggered {
		return ", triggered by a sync (P56)"
	}
	return ""
}

func plural(outcome string) string {
	if strings.HasSuffix(outcome, "s") {
		return outcome + "es"
	}
	return outcome + "s"
}

func join(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
