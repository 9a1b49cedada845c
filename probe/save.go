package probe

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/internal/wire"
)

// MarshalJSON writes the worker with its complete state. A worker that is read back goes on
// exactly as this one would. Instants are durations since its epoch.
func (w *Worker) MarshalJSON() ([]byte, error) {
	return wire.Marshal(&savedWorker{
		Container: w.container, Kind: kindName(w.kind), Spec: saveSpec(w.spec), Epoch: w.epoch,
		PassDelay: wire.Duration(w.passDelay), ForgetCounts: w.forget, Worker: *w.save(),
	})
}

// UnmarshalJSON reads a worker that MarshalJSON has written. The error names the field that
// no worker could have.
func (w *Worker) UnmarshalJSON(data []byte) error {
	var s savedWorker
	if err := wire.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("probe: worker: %w", err)
	}
	at := slot{spec: s.Spec.load(), container: s.Container, kind: Kind(s.Kind)}
	restored := s.Worker.load(s.Epoch, &at, time.Duration(s.PassDelay), s.ForgetCounts)
	if err := restored.check(); err != nil {
		return fmt.Errorf("probe: worker: %w", err)
	}
	*w = restored
	return nil
}

// MarshalJSON writes the Set with its layout and the state of its workers.
func (s *Set) MarshalJSON() ([]byte, error) {
	saved := savedSet{
		Epoch:     s.epoch,
		PassDelay: wire.Duration(s.options.PassDelay),
		Quirks:    savedQuirks(s.options.Quirks),
		Probes:    make([]savedSlot, len(s.workers)),
	}
	for i := range s.workers {
		slot := &s.layout.slots[i]
		saved.Probes[i] = savedSlot{Container: slot.container, Kind: kindName(slot.kind), Sidecar: slot.sidecar,
			Spec: saveSpec(slot.spec)}
		if s.workers[i].kind != 0 {
			saved.Probes[i].Worker = s.workers[i].save()
		}
	}
	return wire.MarshalAt(s.latest.now, &saved)
}

// UnmarshalJSON reads a Set that MarshalJSON has written. If the Set already has an equal
// layout, it keeps that one, so that Sets go on sharing it.
func (s *Set) UnmarshalJSON(data []byte) error {
	var saved savedSet
	if err := wire.Unmarshal(data, &saved); err != nil {
		return fmt.Errorf("probe: set: %w", err)
	}
	restored, err := saved.load()
	if err != nil {
		return fmt.Errorf("probe: set: %w", err)
	}
	if s.layout != nil && slices.Equal(s.layout.slots, restored.layout.slots) {
		restored.layout = s.layout
	}
	*s = restored
	return nil
}

type savedWorker struct {
	Container    int32         `json:"container"`
	Kind         kindName      `json:"kind"`
	Spec         savedSpec     `json:"spec"`
	Epoch        time.Time     `json:"epoch"`
	PassDelay    wire.Duration `json:"passDelay,omitempty"`
	ForgetCounts bool          `json:"forgetCounts,omitempty"`
	Worker       savedState    `json:"worker"`
}

type savedSet struct {
	Epoch     time.Time     `json:"epoch,omitzero"`
	PassDelay wire.Duration `json:"passDelay,omitempty"`
	Quirks    savedQuirks   `json:"quirks,omitzero"`
	Probes    []savedSlot   `json:"probes"`
}

type savedQuirks struct {
	ForgetCounts bool `json:"forgetCounts,omitempty"`
	CreateAll    bool `json:"createAll,omitempty"`
	StopSidecars bool `json:"stopSidecars,omitempty"`
}

// savedSlot is one probe of a Set with its worker. Worker is nil if none was created yet.
type savedSlot struct {
	Container int32       `json:"container"`
	Kind      kindName    `json:"kind"`
	Sidecar   bool        `json:"sidecar,omitempty"`
	Spec      savedSpec   `json:"spec"`
	Worker    *savedState `json:"worker,omitempty"`
}

type savedSpec struct {
	InitialDelay     wire.Duration `json:"initialDelay,omitempty"`
	Period           wire.Duration `json:"period"`
	Timeout          wire.Duration `json:"timeout,omitempty"`
	SuccessThreshold int32         `json:"successThreshold"`
	FailureThreshold int32         `json:"failureThreshold"`
}

func saveSpec(s Spec) savedSpec {
	return savedSpec{wire.Duration(s.InitialDelay), wire.Duration(s.Period), wire.Duration(s.Timeout), s.SuccessThreshold,
		s.FailureThreshold}
}

func (s savedSpec) load() Spec {
	return Spec{time.Duration(s.InitialDelay), time.Duration(s.Period), time.Duration(s.Timeout), s.SuccessThreshold,
		s.FailureThreshold}
}

// savedState is the state of a worker, without the values that its slot, its options and its
// Set have.
type savedState struct {
	State  stateName     `json:"state"`
	Next   wire.Duration `json:"nextTick"`
	PassAt wire.Duration `json:"passAt,omitempty"`
	Wake   wire.Duration `json:"wake"`
	Loud   wire.Duration `json:"loudTick"`

	StartedAt time.Time     `json:"startedAt,omitzero"`
	Ready     wire.Duration `json:"ready,omitempty"`

	Instance uint64        `json:"instance,omitempty"`
	Promise  savedAnswer   `json:"promise,omitzero"`
	Until    wire.Duration `json:"promisedUntil,omitempty"`
	Run      int64         `json:"run,omitempty"`
	Leapt    savedStretch  `json:"leapt,omitzero"`

	Attempt   uint32     `json:"attempt,omitempty"`
	Tries     uint8      `json:"tries,omitempty"`
	Last      resultName `json:"lastAnswer,omitempty"`
	HasResult bool       `json:"hasResult,omitempty"`
	Result    resultName `json:"result,omitempty"`
	LastSkip  skipName   `json:"lastSkip,omitempty"`
	OnHold    bool       `json:"onHold,omitempty"`
	Tick      bool       `json:"tickWaits,omitempty"`
	Trigger   bool       `json:"triggerWaits,omitempty"`
	Triggered bool       `json:"triggered,omitempty"`
	Stop      bool       `json:"stop,omitempty"`
	Leaping   bool       `json:"leaping,omitempty"`
}

type savedAnswer struct {
	Outcome outcomeName `json:"outcome"`
	Output  string      `json:"output,omitempty"`
	Err     string      `json:"error,omitempty"`
	Until   time.Time   `json:"until,omitzero"`
}

type savedStretch struct {
	Count int64         `json:"count"`
	First wire.Duration `json:"first"`
	Last  wire.Duration `json:"last"`
}

func (w *Worker) save() *savedState {
	return &savedState{
		State: stateName(w.state), Next: wire.Duration(w.next), PassAt: wire.Duration(w.passAt),
		Wake: wire.Duration(w.wake), Loud: wire.Duration(w.nextChange), StartedAt: w.startedAt, Ready: wire.Duration(w.ready),
		Instance: w.instance,
		Promise:  savedAnswer{outcomeName(w.promise.Outcome), w.promise.Output, w.promise.Err, w.promise.Until},
		Until:    wire.Duration(w.until), Run: w.run,
		Leapt:   savedStretch{w.unreported.count, wire.Duration(w.unreported.first), wire.Duration(w.unreported.last)},
		Attempt: w.attempt, Tries: w.tries, Last: resultName(w.last), HasResult: w.hasResult, Result: resultName(w.result),
		LastSkip: skipName(w.lastSkip), OnHold: w.onHold, Tick: w.tick, Trigger: w.trigger,
		Triggered: w.triggered, Stop: w.stop, Leaping: w.leaping,
	}
}

func (s *savedState) load(epoch time.Time, at *slot, passDelay time.Duration, forget bool) Worker {
	return Worker{
		epoch: epoch, spec: at.spec, passDelay: passDelay, forget: forget, container: at.container, kind: at.kind,
		state: state(s.State), next: instant(s.Next), passAt: instant(s.PassAt), wake: instant(s.Wake),
		nextChange: instant(s.Loud), startedAt: s.StartedAt, ready: instant(s.Ready), instance: s.Instance,
		promise: Answer{Outcome(s.Promise.Outcome), s.Promise.Output, s.Promise.Err, s.Promise.Until},
		until:   instant(s.Until), run: s.Run,
		unreported: passSeries{s.Leapt.Count, instant(s.Leapt.First), instant(s.Leapt.Last)}, attempt: s.Attempt,
		tries: s.Tries, last: Result(s.Last), hasResult: s.HasResult, result: Result(s.Result),
		lastSkip: SkipReason(s.LastSkip), onHold: s.OnHold, tick: s.Tick, trigger: s.Trigger,
		triggered: s.Triggered, stop: s.Stop, leaping: s.Leaping,
	}
}

// load makes the Set and checks it. Its latest call and its deadline are caches, so they are
// not saved.
func (s *savedSet) load() (Set, error) {
	q := Quirks(s.Quirks)
	set := Set{layout: &Layout{}, epoch: s.Epoch, latest: moment{now: s.Epoch}, next: moment{now: s.Epoch},
		options: SetOptions{PassDelay: time.Duration(s.PassDelay), Quirks: q}}
	set.workers = make([]Worker, len(s.Probes))
	var errs []error
	for i := range s.Probes {
		p := &s.Probes[i]
		at := slot{spec: p.Spec.load(), container: p.Container, kind: Kind(p.Kind), sidecar: p.Sidecar}
		err := set.layout.place(at)
		if p.Worker != nil {
			set.workers[i] = p.Worker.load(s.Epoch, &at, set.options.PassDelay, q.ForgetCounts)
			err = errors.Join(err, set.workers[i].check())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("probes[%d]: %w", i, err))
		}
	}
	if s.PassDelay < 0 || set.options.PassDelay > maxSpan {
		errs = append(errs, fmt.Errorf("passDelay: %v: must be between 0 and %v", set.options.PassDelay, maxSpan))
	}
	set.schedule()
	return set, errors.Join(errs...)
}

// maxContainers is more than any pod has. It bounds what a damaged file can allocate.
const maxContainers = 10_000

// place adds the probe of a saved slot.
func (l *Layout) place(s slot) error {
	if s.container < 0 || s.container >= maxContainers {
		return fmt.Errorf("container: %d: must be between 0 and %d", s.container, maxContainers-1)
	}
	for len(l.byContainer) <= int(s.container) {
		l.byContainer = append(l.byContainer, [Liveness + 1]int32{})
	}
	if err := s.check(); err != nil {
		return err
	}
	at := &l.byContainer[s.container][s.kind]
	if *at != 0 {
		return fmt.Errorf("container %d has a second %v probe", s.container, s.kind)
	}
	l.slots = append(l.slots, s)
	*at = int32(len(l.slots))
	return nil
}
