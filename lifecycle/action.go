package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// ActionType says what an [Action] asks for or gives notice of. The set is closed.
type ActionType uint8

// The actions. Requests are to be carried out by the shell, which answers each
// with one [Event] that carries the same Op. Notices need no answer.
const (
	// Requests.
	RunSandbox      ActionType = iota + 1 // Attempt; answer SandboxStarted
	StopSandbox                           // Instance: the sandbox, Attempt; answer SandboxStopped
	InspectImage                          // Container, Image; answer ImageInspected
	PullImage                             // Container, Image; answer ImagePulled
	CreateContainer                       // Container, Attempt; Op becomes the Instance; answer ContainerCreated
	StartContainer                        // Container, Instance, Attempt; answer ContainerStarted
	// Container, Instance, Grace: stop signal now, SIGKILL after Grace; answer ContainerStopped
	StopContainer
	RemoveContainer // Container, Instance; answer ContainerRemoved
	RemoveSandbox   // Instance: the sandbox, Attempt; answer SandboxRemoved
	RunHook         // Container, Instance, Hook: exec or httpGet; answer HookFinished
	RunProbe        // Container, Instance, Probe, Attempt (of the worker); answer ProbeFinished

	// Notices.
	RecordEvent    // EventType, Reason, Message, Container: an event of the kubelet (section I)
	StatusChanged  // Status, Reported: the kubelet's own, or what it reports, has changed
	ProbeCounted   // Probe, Counted: an attempt's outcome and its count against the threshold
	ProbeSkipped   // Probe, Counted.Skip: why passes do not probe
	ProbeResultSet // Probe, Counted.Result: the worker's published result changed
	Decided        // Decision, Message: why the machine does what follows
	Synced         // a sync has ended; without other cause the next comes after Delay
	DroppedEvent   // Message: a late or unknown answer that changed nothing
	PodFinished    // the kubelet is done with the pod for good
	numActionTypes
)

// actionTable has one row for each action type: its name, and whether it is a
// request.
var actionTable = [numActionTypes]struct {
	name    string
	request bool
}{
	RunSandbox:      {"RunSandbox", true},
	StopSandbox:     {"StopSandbox", true},
	InspectImage:    {"InspectImage", true},
	PullImage:       {"PullImage", true},
	CreateContainer: {"CreateContainer", true},
	StartContainer:  {"StartContainer", true},
	StopContainer:   {"StopContainer", true},
	RemoveContainer: {"RemoveContainer", true},
	RemoveSandbox:   {"RemoveSandbox", true},
	RunHook:         {"RunHook", true},
	RunProbe:        {"RunProbe", true},
	RecordEvent:     {name: "RecordEvent"},
	StatusChanged:   {name: "StatusChanged"},
	ProbeCounted:    {name: "ProbeCounted"},
	ProbeSkipped:    {name: "ProbeSkipped"},
	ProbeResultSet:  {name: "ProbeResultSet"},
	Decided:         {name: "Decided"},
	Synced:          {name: "Synced"},
	DroppedEvent:    {name: "DroppedEvent"},
	PodFinished:     {name: "PodFinished"},
}

// String returns the action type's name.
func (t ActionType) String() string {
	if t > 0 && t < numActionTypes {
		return actionTable[t].name
	}
	return fmt.Sprintf("ActionType(%d)", uint8(t))
}

// IsRequest reports whether the action asks the shell for something and waits for
// the answer.
func (t ActionType) IsRequest() bool { return t < numActionTypes && actionTable[t].request }

// HookKind is one of the two lifecycle hooks.
type HookKind uint8

// The lifecycle hooks.
const (
	PostStart HookKind = iota + 1 // runs when the container has started (C32)
	PreStop                       // runs before the container gets its stop signal (C42)
)

// String returns the hook's field name in the container's lifecycle.
func (h HookKind) String() string {
	switch h {
	case PostStart:
		return "postStart"
	case PreStop:
		return "preStop"
	}
	return fmt.Sprintf("HookKind(%d)", uint8(h))
}

// NoContainer is the Container of actions that concern the pod as a whole.
const NoContainer = -1

// Action is one request or notice of [Pod.Step]. Which fields count depends on
// Type.
type Action struct {
	Type  ActionType
	Hook  HookKind
	Probe probe.Kind
	// Decision classifies a Decided notice.
	Decision timeline.DecisionKind
	// Last says that the status is the pod's last one, made as the pod finishes (C24,
	// S73). A kubelet sends it to the API and drops it from its cache.
	Last bool
	// Deleting says that the pod object that the status was made for carried a
	// deletion.
	Deleting bool
	// Op numbers requests, from 1, over the life of the machine.
	Op uint64
	// Container is an index for [Template.Container], or NoContainer.
	Container int
	// Instance is the container instance concerned: the Op of its CreateContainer.
	Instance uint64
	// Attempt counts sandboxes, or a container's restarts, from 0. For a probe it is
	// the worker's number of the attempt.
	Attempt uint64
	// Grace is how long a stopping container has before SIGKILL: whole seconds.
	Grace time.Duration
	// Delay is how long after this sync the next one comes without other cause.
	Delay time.Duration
	Image string

	// Severity ("Normal", "Warning"), Reason and Message of a recorded event;
	// Message alone is also the text of the other notices.
	Severity, Reason, Message string

	// Status is the new status of a StatusChanged: shared, not to be modified.
	Status *corev1.PodStatus
	// Reported is the status that the API server is sent instead (S25).
	Reported *corev1.PodStatus
	// Counted is the probe worker's own account of a probe notice.
	Counted probe.Action
}
