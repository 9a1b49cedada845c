package timeline

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Record is one thing that happened. Kind says which fields are set.
type Record struct {
	// At is when it happened. In a series it is the time of the first.
	At time.Time
	// Last is when the last of a series happened. If zero, it is At.
	Last time.Time
	// Count is the length of the series. If 0, it is 1.
	Count int

	// Pod is "namespace/name". Container is empty if the record is about the whole pod.
	Pod, Container string
	Kind           Kind
	// Run is the number of a container's instance, or of a pod's sandbox, from 0.
	Run int
	// Probe is "startup", "readiness" or "liveness".
	Probe string
	// Instance distinguishes a container's instances in the records of its probes. The number
	// has no other meaning and is not printed.
	Instance uint64
	// Outcome is "success", "failure", "warning" or "error".
	Outcome string
	// From and N say which equal answers in a row a series of probes were. Of is how many
	// change the result: failures From to N of Of.
	From, N, Of int

	// Type is that of an event: "Normal" or "Warning". Reason is a word for programs, Message
	// a text for people.
	Type, Reason, Message string
	// Span is a duration. For a Stop it is the grace period, for a Sync the time to the next
	// sync, and for a Counted the probe's period.
	Span time.Duration
	// ExitCode is the exit code of an exited container.
	ExitCode int32
	// State is set only in Status records. It is shared and must not be changed.
	State *State
}

// State is a pod's status as stored.
type State struct {
	// Ready, Status and Restarts are kubectl's columns. RESTARTS has no age.
	Ready, Status, Restarts string
	Phase                   corev1.PodPhase
	// PodReady says whether the condition Ready is True.
	PodReady bool
	// Deleted says that the pod's deletion was asked for, or that the pod is gone from its source.
	Deleted bool
	// Containers has the regular containers by name, and then the init containers.
	Containers []ContainerState
	// Full is the complete status. If nil, the timeline does not keep it.
	Full *corev1.PodStatus
}

// ContainerState has what a [State] keeps of one container.
type ContainerState struct {
	Name           string
	Ready, Started bool
	Restarts       int32
}

// last returns the time of the last record of the series.
func (r *Record) last() time.Time {
	if r.Last.IsZero() {
		return r.At
	}
	return r.Last
}

// Text describes on one line what happened. It leaves out time, pod, container and the
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

// decision describes a decision. For a kill or an end it says so first.
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

// counts describes a series of equal probe answers: "failure 2 of 3", "failures 1 to 29 of
// 30". Numbers beyond the threshold are shown as the threshold.
func (r *Record) counts() string {
	from, n := min(r.From, r.Of), min(r.N, r.Of)
	if from < n {
		return fmt.Sprintf("%s %d to %d of %d", plural(r.Outcome), from, n, r.Of)
	}
	return fmt.Sprintf("%s %d of %d", r.Outcome, n, r.Of)
}

// Triggered is the Reason of the [Counted] record of a pass that a sync has triggered (P56).
// Such passes come in addition to those of the probe's period.
const Triggered = "triggered"

// trigger says what caused the pass, if it was not the probe's period.
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
