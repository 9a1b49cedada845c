package flight

import (
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// version must be raised when a field changes its meaning or is removed.
const version = 1

// line is one line of a recording. Exactly one of its fields is set.
type line struct {
	Header *header `json:"podclockRecording,omitempty"`
	Pod    *pod    `json:"pod,omitempty"`
	Step   *step   `json:"step,omitempty"`
}

// header is the first line of a file.
type header struct {
	Version int `json:"version"`
	// File counts the files of a recording from 1, so that a gap shows.
	File int `json:"file"`
}

// pod is a machine as it was before its first step in the file.
type pod struct {
	UID    types.UID        `json:"uid"`
	Config lifecycle.Config `json:"config"`
	// Chance says that the machine's timing has a Chance.
	Chance         bool          `json:"chance,omitempty"`
	OnDemandRelist time.Duration `json:"onDemandRelist,omitempty"`
	SyncDuration   time.Duration `json:"syncDuration,omitempty"`
	ProbeDelay     time.Duration `json:"probeDelay,omitempty"`
	Resync         time.Duration `json:"resync,omitempty"`
	RetryError     time.Duration `json:"retryError,omitempty"`
	RetryNetwork   time.Duration `json:"retryNetwork,omitempty"`

	Snapshot json.RawMessage `json:"snapshot"`
}

func podOf(uid types.UID, k *Track, snapshot []byte) *pod {
	t := &k.timing
	return &pod{
		UID: uid, Config: k.config, Chance: t.Chance != nil, OnDemandRelist: t.OnDemandRelist, SyncDuration: t.SyncDuration,
		ProbeDelay: t.ProbeDelay, Resync: t.Resync, RetryError: t.RetryError, RetryNetwork: t.RetryNetwork,
		Snapshot: snapshot,
	}
}

// timing returns the machine's timing, with chance in place of its own Chance.
func (p *pod) timing(chance *replayedChance) *lifecycle.Timing {
	t := &lifecycle.Timing{
		OnDemandRelist: p.OnDemandRelist, SyncDuration: p.SyncDuration, ProbeDelay: p.ProbeDelay,
		Resync: p.Resync, RetryError: p.RetryError, RetryNetwork: p.RetryNetwork,
	}
	if p.Chance {
		t.Chance = chance
	}
	return t
}

// step is one step of a machine. A step without events lets time pass.
type step struct {
	UID    types.UID `json:"uid"`
	At     time.Time `json:"at"`
	Events []event   `json:"events,omitempty"`
	Draws  []draw    `json:"draws,omitempty"`
}

// answer is a [probe.Answer] as JSON.
type answer struct {
	Outcome outcomeName `json:"outcome,omitzero"`
	Output  string      `json:"output,omitempty"`
	Err     string      `json:"err,omitempty"`
	Until   time.Time   `json:"until,omitzero"`
}

// event is a [lifecycle.Event] as JSON.
type event struct {
	Type       eventName            `json:"type"`
	Op         uint64               `json:"op,omitempty"`
	Err        string               `json:"err,omitempty"`
	ErrReason  string               `json:"errReason,omitempty"`
	Instance   uint64               `json:"instance,omitempty"`
	ExitCode   int32                `json:"exitCode,omitempty"`
	ExitReason string               `json:"exitReason,omitempty"`
	Message    string               `json:"message,omitempty"`
	LogTail    string               `json:"logTail,omitempty"`
	Runtime    string               `json:"runtimeMessage,omitempty"`
	ID         string               `json:"id,omitempty"`
	ImageID    string               `json:"imageID,omitempty"`
	IP         string               `json:"ip,omitempty"`
	Present    bool                 `json:"present,omitempty"`
	Size       int64                `json:"size,omitempty"`
	Took       time.Duration        `json:"took,omitempty"`
	TookInLine time.Duration        `json:"tookInLine,omitempty"`
	Container  int                  `json:"container"`
	Probe      probeName            `json:"probe,omitzero"`
	Fallback   string               `json:"fallback,omitempty"`
	Attempt    uint64               `json:"attempt,omitempty"`
	Answer     *answer              `json:"answer,omitempty"`
	Grace      *int64               `json:"grace,omitempty"`
	Eviction   *lifecycle.Eviction  `json:"eviction,omitempty"`
	Pod        *corev1.Pod          `json:"newPod,omitempty"` // the manifest of Template
	Condition  *corev1.PodCondition `json:"condition,omitempty"`
	Since      time.Time            `json:"since,omitzero"`
	KeepMemory bool                 `json:"keepMemory,omitempty"`
}

func eventOf(e *lifecycle.Event) event {
	out := event{
		Type: eventName(e.Type), Op: e.Op, Err: e.Err, ErrReason: e.ErrReason, Instance: e.Instance, ExitCode: e.ExitCode,
		ExitReason: e.ExitReason, Message: e.Message, LogTail: e.LogTail, Runtime: e.RuntimeMessage, ID: e.ID,
		ImageID: e.ImageID, IP: e.IP, Present: e.Present, Size: e.Size, Took: e.Took, TookInLine: e.TookInLine,
		Container: e.Container, Probe: probeName(e.Probe), Fallback: e.Fallback, Attempt: e.Attempt, Grace: e.Grace,
		Condition: e.Condition.DeepCopy(), KeepMemory: e.KeepMemory, Since: e.At,
	}
	if e.Eviction != nil {
		eviction := *e.Eviction
		out.Eviction = &eviction
	}
	if e.Type == lifecycle.ProbeFinished {
		out.Answer = &answer{outcomeName(e.Answer.Outcome), e.Answer.Output, e.Answer.Err, e.Answer.Until}
	}
	if e.Template != nil {
		out.Pod = e.Template.Pod().DeepCopy()
	}
	return out
}

// event returns the event that eventOf was given.
func (e *event) event(config lifecycle.Config) (lifecycle.Event, error) {
	out := lifecycle.Event{
		Type: lifecycle.EventType(e.Type), Op: e.Op, Err: e.Err, ErrReason: e.ErrReason, Instance: e.Instance,
		ExitCode: e.ExitCode, ExitReason: e.ExitReason, Message: e.Message, LogTail: e.LogTail, RuntimeMessage: e.Runtime,
		ID: e.ID, ImageID: e.ImageID, IP: e.IP, Present: e.Present, Size: e.Size, Took: e.Took, TookInLine: e.TookInLine,
		Container: e.Container, Probe: probe.Kind(e.Probe), Fallback: e.Fallback, Attempt: e.Attempt, Grace: e.Grace,
		Eviction: e.Eviction, Condition: e.Condition, KeepMemory: e.KeepMemory, At: e.Since,
	}
	if e.Answer != nil {
		out.Answer = probe.Answer{Outcome: probe.Outcome(e.Answer.Outcome), Output: e.Answer.Output, Err: e.Answer.Err,
			Until: e.Answer.Until}
	}
	if e.Pod != nil {
		var err error
		if out.Template, err = lifecycle.Compile(e.Pod, config); err != nil {
			return lifecycle.Event{}, fmt.Errorf("newPod: %w", err)
		}
	}
	return out, nil
}

// Values of closed sets, which a recording has by name.
type (
	eventName   lifecycle.EventType
	probeName   probe.Kind
	outcomeName probe.Outcome
)

// MarshalText implements [encoding.TextMarshaler].
func (n eventName) MarshalText() ([]byte, error) {
	return wire.Name(lifecycle.EventType(n), lastEventType)
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *eventName) UnmarshalText(b []byte) error {
	return wire.Parse(b, (*lifecycle.EventType)(n), lastEventType)
}

const lastEventType = lifecycle.NetworkUp

// MarshalText implements [encoding.TextMarshaler].
func (n probeName) MarshalText() ([]byte, error) { return wire.Name(probe.Kind(n), probe.Liveness) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *probeName) UnmarshalText(b []byte) error {
	return wire.Parse(b, (*probe.Kind)(n), probe.Liveness)
}

// MarshalText implements [encoding.TextMarshaler].
func (n outcomeName) MarshalText() ([]byte, error) {
	return wire.Name(probe.Outcome(n), probe.OutcomeFailure)
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *outcomeName) UnmarshalText(b []byte) error {
	return wire.Parse(b, (*probe.Outcome)(n), probe.OutcomeFailure)
}
