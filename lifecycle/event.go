package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/probe"
)

// EventType says what an [Event] reports. The set is closed.
type EventType uint8

// The events. Those marked "answers" complete the action whose Op they carry;
// the others are facts of the world outside.
const (
	// Wake reports nothing but that time has passed.
	Wake EventType = iota

	SandboxStarted // answers RunSandbox: IP, or Err
	SandboxStopped // answers StopSandbox: Err
	SandboxRemoved // answers RemoveSandbox: Err
	SandboxDied    // the ready sandbox is gone; its containers exit on their own

	ImageInspected // answers InspectImage: Present, or Err
	ImagePulled    // answers PullImage: Size and Took, or Err

	ContainerCreated // answers CreateContainer: ID, or Err
	ContainerStarted // answers StartContainer: Err
	ContainerExited  // Instance ended: ExitCode, ExitReason, Message
	ContainerUnknown // Instance ran and is now in state CONTAINER_UNKNOWN, until it exits or is removed (C22)
	ContainerStopped // answers StopContainer, after the ContainerExited: Err
	ContainerRemoved // answers RemoveContainer: Err

	HookFinished  // answers RunHook: Fallback; Err is the failure's whole text
	ProbeFinished // answers RunProbe: Container, Probe, Attempt, Answer

	// PodDeleted: a deletion was asked for, with Grace (S70). Of a static pod only the mirror goes (S84).
	PodDeleted
	PodRemoved       // the pod is gone from where it came from, without a deletion (S72)
	PodEvicted       // Eviction: the kubelet ends the pod (S81)
	PodUpdated       // Template: the pod's spec has changed (image)
	PodRefused       // Eviction.Reason, Eviction.Message: admission failed (S82)
	ConditionSet     // Condition: a condition that the kubelet does not own was set in the API (S44)
	NameTaken        // another static pod of this full name still runs (S84)
	NameFree         // it does not any more
	NodeLost         // the node controllers gave the node up: the kubelet learns of nothing from now on (S83)
	NodeReturned     // the node reports again, and the kubelet learns what it has missed
	KubeletRestarted // the kubelet process was replaced (P39, P55): KeepMemory
	NetworkDown      // Err: the runtime's network is not ready (E1)
	NetworkUp        // it is again
	numEventTypes
)

// Event is one fact for [Pod.Step]: what happened, never what should follow
// from it. The zero Event is [Wake]. Which fields count depends on Type.
type Event struct {
	Type EventType

	// Op is the Op of the action that the event answers.
	Op uint64
	// Err is the failure of what was asked for, as the runtime words it. It is empty
	// for a success.
	Err string
	// ErrReason is the waiting reason of a failed CreateContainer, where it is
	// not CreateContainerError: CreateContainerConfigError, PreCreateHookError,
	// PreStartHookError (C2). Of a SandboxStarted it can be FailedPodSandBoxStatus:
	// the sandbox is there, and Err is why its status could not be read.
	ErrReason string

	// Instance is the container instance that exited, or whose state is unknown:
	// the Op of its CreateContainer action.
	Instance uint64
	// ExitCode and ExitReason describe an exit. ExitReason is the runtime's: empty
	// means Completed for code 0, else Error (C8).
	ExitCode   int32
	ExitReason string
	// Message is the content of the file at terminationMessagePath; its last 4096
	// bytes count. LogTail is the end of the container's logs, at least 80 lines or
	// 2048 bytes if there are as many. It counts if Message is empty and the policy
	// is FallbackToLogsOnError. RuntimeMessage is what the runtime itself says, and
	// stands before either (C10).
	Message, LogTail, RuntimeMessage string

	// At is when a ContainerStarted or ContainerExited happened, if the shell learns
	// of it later, as after a restart of its process. If zero, it happened now.
	At time.Time

	// ID is the runtime's ID of a created container, with its scheme
	// ("containerd://…"). If empty, the machine makes one.
	ID string
	// ImageID is the runtime's reference of the image of a created container.
	ImageID string
	// IP is the address of a new sandbox.
	IP string

	// Present: the runtime has the image (ImageInspected).
	Present bool
	// Size of a pulled image in bytes, and how long the pull took without and
	// with waiting for its turn (I11).
	Size       int64
	Took       time.Duration
	TookInLine time.Duration

	// Container, Probe, Attempt and Answer are those of a RunProbe action and
	// what came of it.
	Container int
	Probe     probe.Kind
	// Fallback, if not empty, is what to record of an https hook that was
	// answered over http (C37).
	Fallback string
	Attempt  uint64
	Answer   probe.Answer

	// Grace is the deletion's grace period in seconds. If nil, it is the pod's.
	Grace *int64
	// Eviction is why and how the kubelet ends the pod.
	Eviction *Eviction
	// Template is the changed pod.
	Template *Template
	// Condition is a foreign condition, as set in the API.
	Condition *corev1.PodCondition
	// KeepMemory says that the new kubelet process knows what the old one had in
	// memory alone: back-offs, with the reasons and messages that statuses show for
	// them, an eviction, an end that was not reported yet, and the grace period of a
	// pod that is ending. A kubelet does not (R19, S25, S72); an agent that restores a
	// [Pod.Snapshot] does.
	KeepMemory bool
}

// Eviction is an end of the pod that the kubelet itself decides (S81, S82).
type Eviction struct {
	// Reason and Message become the status' own: "Evicted", "Preempting",
	// "Terminated", or an admission reason.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// EventReason is the reason of the event recorded with Message. If empty, none
	// is recorded.
	EventReason string `json:"eventReason,omitempty"`
	// Grace is the grace period in seconds. If nil, it is the pod's.
	Grace *int64 `json:"graceSeconds,omitempty"`
	// Disruption adds the condition DisruptionTarget (S53).
	Disruption bool `json:"disruption,omitempty"`
}

// why says with how much grace the pod ends, if its own is so many seconds. The message is
// the event's; it is said here only if there is none.
func (e *Eviction) why(own int64) string {
	grace := own
	if e.Grace != nil {
		grace = max(*e.Grace, 1)
	}
	text := fmt.Sprintf("with %v of grace (S81)", spec.Seconds(grace))
	if e.EventReason == "" {
		return e.Message + " " + text
	}
	return text
}

// override puts the eviction's verdict on a status (S81).
func (e *Eviction) override(s *corev1.PodStatus, generation int64) {
	s.Phase, s.Reason, s.Message = corev1.PodFailed, e.Reason, e.Message
	if !e.Disruption {
		return
	}
	s.Conditions = status.SetCondition(s.Conditions, corev1.PodCondition{ // S53
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, ObservedGeneration: generation,
		Reason: "TerminationByKubelet", Message: e.Message,
	})
}

// patience returns how long the eviction may take before the kubelet complains,
// given the pod's own grace period in seconds (S81).
func (e *Eviction) patience(own int64) time.Duration {
	const least = 10 // seconds
	if e.Grace != nil {
		own = *e.Grace
	}
	return spec.Seconds(max(least, own+own/2))
}

func (e *Eviction) clone() *Eviction {
	if e == nil {
		return nil
	}
	c := *e
	return &c
}

// ran reports whether the call that the event answers has made a sandbox.
func (e *Event) ran() bool { return e.Err == "" || e.ErrReason == execute.ReasonSandboxStatus }

// since returns when the event happened, given that the machine learns of it now.
func (e *Event) since(now time.Time) time.Time {
	if e.At.IsZero() || e.At.After(now) {
		return now
	}
	return e.At
}

// answer is what the event answers to the request of a pass.
func (e *Event) answer() execute.Answer {
	return execute.Answer{Err: e.Err, Reason: e.ErrReason, Ran: e.ran(), Present: e.Present, Size: e.Size, Took: e.Took,
		TookInLine: e.TookInLine}
}
