package lifecycle

import (
	"fmt"

	"github.com/podclock/podclock/lifecycle/internal/spec"
)

// eventInfo is what the machine knows of one type of event beside what it does
// about it, which is the type's case in Pod.apply.
type eventInfo struct {
	name string
	// answers is the request that the event completes; 0: it is a fact.
	answers ActionType
	// lacks returns the field without which a fact means nothing, if ev has not
	// got it. If nil, the fact needs none.
	lacks func(ev *Event) string
	// text words a fact for a timeline. Answers have none: their records say what
	// came of the request.
	text func(ev *Event) string
}

// eventTable has one row for each event type.
var eventTable = [numEventTypes]eventInfo{
	Wake: {name: "Wake"},

	SandboxStarted: {name: "SandboxStarted", answers: RunSandbox},
	SandboxStopped: {name: "SandboxStopped", answers: StopSandbox},
	SandboxRemoved: {name: "SandboxRemoved", answers: RemoveSandbox},
	SandboxDied:    {name: "SandboxDied"},

	ImageInspected: {name: "ImageInspected", answers: InspectImage},
	ImagePulled:    {name: "ImagePulled", answers: PullImage},

	ContainerCreated: {name: "ContainerCreated", answers: CreateContainer},
	ContainerStarted: {name: "ContainerStarted", answers: StartContainer},
	ContainerExited:  {name: "ContainerExited"},
	ContainerUnknown: {name: "ContainerUnknown"},
	ContainerStopped: {name: "ContainerStopped", answers: StopContainer},
	ContainerRemoved: {name: "ContainerRemoved", answers: RemoveContainer},

	HookFinished:  {name: "HookFinished", answers: RunHook},
	ProbeFinished: {name: "ProbeFinished", answers: RunProbe},

	PodDeleted: {name: "PodDeleted", text: func(ev *Event) string {
		if ev.Grace == nil {
			return "deleted"
		}
		return "deleted, with a grace period of " + spec.Seconds(*ev.Grace).String()
	}},
	PodRemoved: {name: "PodRemoved", text: always("removed from its source")},
	PodEvicted: {name: "PodEvicted", lacks: lacksEviction, text: func(ev *Event) string {
		return "ended by its node: " + ev.Eviction.Reason
	}},
	PodUpdated: {name: "PodUpdated", lacks: func(ev *Event) string { return unless(ev.Template != nil, "Template") },
		text: always("the pod's spec changed")},
	PodRefused: {name: "PodRefused", lacks: lacksEviction, text: func(ev *Event) string {
		return "not admitted: " + ev.Eviction.Reason
	}},
	ConditionSet: {name: "ConditionSet", lacks: func(ev *Event) string { return unless(ev.Condition != nil, "Condition") },
		text: func(ev *Event) string {
			return "condition " + string(ev.Condition.Type) + " was set to " + string(ev.Condition.Status)
		}},
	NameTaken:    {name: "NameTaken", text: always("another static pod has its name")},
	NameFree:     {name: "NameFree", text: always("its name is free")},
	NodeLost:     {name: "NodeLost", text: always("the node is lost")},
	NodeReturned: {name: "NodeReturned", text: always("the node is back")},
	KubeletRestarted: {name: "KubeletRestarted", text: func(ev *Event) string {
		if ev.KeepMemory { // which a kubelet does not
			return "the agent was restarted, and kept its memory"
		}
		return "the kubelet was restarted"
	}},
	NetworkDown: {name: "NetworkDown", text: func(ev *Event) string { return "the network is not ready: " + ev.Err }},
	NetworkUp:   {name: "NetworkUp", text: always("the network is ready")},
}

func always(text string) func(*Event) string { return func(*Event) string { return text } }

func unless(has bool, field string) string {
	if has {
		return ""
	}
	return field
}

func lacksEviction(ev *Event) string { return unless(ev.Eviction != nil, "Eviction") }

// String returns the event type's name.
func (t EventType) String() string {
	if t < numEventTypes {
		return eventTable[t].name
	}
	return fmt.Sprintf("EventType(%d)", uint8(t))
}

// isAnswer reports whether an event answers a request.
func (t EventType) isAnswer() bool { return eventTable[t].answers != 0 }

// answers reports whether an event is of the type that answers a request.
func (t EventType) answers(a ActionType) bool { return eventTable[t].answers == a && a != 0 }

// Answer returns the type of the event that answers a request, and false for a
// notice, which has no answer.
func (t ActionType) Answer() (EventType, bool) {
	for e := range numEventTypes {
		if e.answers(t) {
			return e, true
		}
	}
	return 0, false
}

// Check returns what of an event cannot be: a type that there is not, a field
// that its type needs, a container that the pod does not have. Whoever reads
// events from a file asks before [Pod.Step]: that panics about the first two, which
// are errors of the program that made the event, and drops the third. An event
// that comes too late, or answers nothing, can be.
func (p *Pod) Check(ev *Event) error {
	if err := ev.check(); err != nil {
		return err
	}
	if n := p.t.Containers(); ev.Type == ProbeFinished && (ev.Container < 0 || ev.Container >= n) {
		return fmt.Errorf("%v: container %d: must be between 0 and %d, as the pod has %d containers", ev.Type, ev.Container,
			n-1, n)
	}
	return nil
}

// check returns what is wrong with an event, whatever its pod.
func (e *Event) check() error {
	if e.Type >= numEventTypes {
		return fmt.Errorf("there is no %v", e.Type)
	}
	if lacks := eventTable[e.Type].lacks; lacks != nil {
		if field := lacks(e); field != "" {
			return fmt.Errorf("%v without its %s", e.Type, field)
		}
	}
	return nil
}
