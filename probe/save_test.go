package probe

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/podclock/podclock/internal/wire/wiretest"
)

// rebirth replaces the worker by one that was saved and read back.
func (r *rig) rebirth() {
	if !r.reborn {
		return
	}
	data, err := json.Marshal(&r.w)
	if err != nil {
		r.t.Fatal(err)
	}
	r.w = Worker{}
	if err := json.Unmarshal(data, &r.w); err != nil {
		r.t.Fatalf("%v in %s", err, data)
	}
}

func TestAWorkerThatIsReadBackGoesOnAsTheOneWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		promises := rapid.Bool().Draw(t, "promises")
		one, reborn := newRig(t, l, promises), newRig(t, l, promises)
		reborn.reborn = true
		for _, e := range l.events {
			for _, r := range []*rig{one, reborn} {
				r.runTo(e.at)
				r.now = e.at
				r.happen(e.what)
			}
			if diff := cmp.Diff(one.actions, reborn.actions, cmp.AllowUnexported(Action{})); diff != "" {
				t.Fatalf("after %q at %v (-one +reborn):\n%s", e.what, e.at, diff)
			}
		}
		d1, ok1 := one.w.Deadline()
		if d2, ok2 := reborn.w.Deadline(); d1 != d2 || ok1 != ok2 {
			t.Fatalf("the deadline is %v, and after being read back %v", d1, d2)
		}
	})
}

// filler returns a filler that knows the closed sets of this package.
func filler(round int) *wiretest.Filler {
	return &wiretest.Filler{Round: round, Last: map[reflect.Type]uint8{
		reflect.TypeFor[Kind](): uint8(Liveness), reflect.TypeFor[Result](): uint8(Failure), reflect.TypeFor[state](): uint8(ended),
		reflect.TypeFor[Outcome](): uint8(OutcomeFailure), reflect.TypeFor[SkipReason](): uint8(SkipNotStarted),
	}}
}

func TestNoFieldOfAWorkerIsForgotten(t *testing.T) {
	for round := range wiretest.Rounds {
		f := filler(round)
		f.Make = map[reflect.Type]func(int) any{reflect.TypeFor[uint8](): func(n int) any { return uint8(n % maxTries) }}
		want := Worker{}
		f.Fill(&want)
		got := want.save().load(want.epoch, &slot{spec: want.spec, container: want.container, kind: want.kind}, want.passDelay, want.forget)
		if diff := cmp.Diff(want, got, cmp.Exporter(wiretest.Ours)); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
		want.state, want.wake = probing, never // a possible state
		data, err := json.Marshal(&want)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		if diff := cmp.Diff(want, got, cmp.Exporter(wiretest.Ours)); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	}
}

func TestNoFieldOfASetIsForgotten(t *testing.T) {
	for round := range wiretest.Rounds {
		f := filler(round)
		f.Skip = []string{
			"Set.workers", "Layout.byContainer", // computed from the slots below
			"Set.latest", "Set.next", "Set.wake", "Set.nextSkip", "Set.leaping", // caches
		}
		f.Make = map[reflect.Type]func(int) any{reflect.TypeFor[int32](): func(n int) any { return int32(n) }}
		var want Set
		f.Fill(&want)
		for i := range want.layout.slots {
			want.layout.slots[i].container = int32(1 - i)
		}
		want.layout = relaid(t, want.layout.slots)
		want.workers = make([]Worker, len(want.layout.slots))
		want.create(1, time.Minute, nil)
		want.schedule()
		want.latest, want.next = moment{now: want.epoch}, moment{now: want.epoch}
		data, err := json.Marshal(&want)
		if err != nil {
			t.Fatal(err)
		}
		var got Set
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		if diff := cmp.Diff(want, got, cmp.Exporter(wiretest.Ours)); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	}
}

// relaid returns a layout of the slots.
func relaid(t *testing.T, slots []slot) *Layout {
	l := &Layout{}
	for _, s := range slots {
		if err := l.place(s); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// sound returns a set with probes under way, and its JSON.
func sound(t *testing.T) (*crew, string) {
	t.Helper()
	c := newCrew(SetOptions{})
	c.Create(start, nil)
	c.Step(start, c.views[:], nil)
	data, err := json.Marshal(&c.Set)
	if err != nil {
		t.Fatal(err)
	}
	return c, string(data)
}

func TestASetThatIsReadBackSharesAnEqualLayout(t *testing.T) {
	c, data := sound(t)
	layout := c.layout
	if err := json.Unmarshal([]byte(data), &c.Set); err != nil {
		t.Fatal(err)
	}
	if c.layout != layout {
		t.Error("the layout is a copy")
	}
	other := NewSet(NewLayout(nil), SetOptions{})
	if err := json.Unmarshal([]byte(data), &other); err != nil {
		t.Fatal(err)
	}
	if _, ok := other.Spec(1, Liveness); !ok {
		t.Error("a Set of another layout did not take over the one that was written")
	}
}

func TestASetThatCannotBeIsRefused(t *testing.T) {
	_, data := sound(t)
	for _, c := range []struct{ old, new, want string }{
		{`"container":1`, `"container":-1`, "probes[0]: container: -1: must be between 0 and 9999"},
		{`"container":1`, `"container":1000000000`, "container: 1000000000: must be"},
		{`"kind":"readiness"`, `"kind":"startup"`, "probes[1]: container 1 has a second startup probe"},
		{`"kind":"startup"`, `"kind":"warmup"`, `"warmup"`},
		{`"kind":"startup",`, ``, "kind: 0: must be startup, readiness or liveness"},
		{`"period":"10s"`, `"period":"0s"`, "spec.period: 0s: must be between 1ns and"},
		{`"nextTick":"10s"`, `"nextTick":"-10s"`, "nextTick: -10s: must be between"},
		{`"nextTick":"10s"`, `"nextTick":"never"`, "nextTick"},
		{`"state":"probing","nextTick":"10s","wake":"never"`, `"state":"probing","nextTick":"10s","wake":"10s"`, "wake: 10s: must be never"},
		{`"state":"idle"`, `"state":"waiting","passAt":"1s"`, "wake: "},
		{`"state":"idle"`, `"state":"asleep"`, `"asleep"`},
		{`"instance":2,`, ``, "instance: 0: must be that of the result"},
		{`"tries":1`, `"tries":9`, "tries: 9: must be at most 3"},
		{`"successThreshold":1`, `"successThreshold":-1`, "spec.successThreshold: -1: must be positive"},
		{`"probes":`, `"run":-1,"probes":`, `unknown field "run"`},
		{`"wake":`, `"run":-1,"wake":`, "run: -1: must be a count"},
		{`"wake":`, `"leapt":{"count":-1,"first":"0s","last":"0s"},"wake":`, "leapt.count: -1: must be a count"},
		{`"probes":`, `"passDelay":"-1s","probes":`, "passDelay: -1s: must be between"},
	} {
		broken := strings.Replace(data, c.old, c.new, 1)
		if broken == data {
			t.Fatalf("there is no %s in %s", c.old, data)
		}
		var s Set
		if err := json.Unmarshal([]byte(broken), &s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}

func TestAttemptsUnderWay(t *testing.T) {
	c, _ := sound(t)
	var got []string
	for container, kind := range c.All() {
		if instance, attempt, ok := c.UnderWay(container, kind); ok {
			got = append(got, fmt.Sprintf("%d %v attempt %d of instance %d", container, kind, attempt, instance))
		}
	}
	wantList(t, "under way", got,
		"1 readiness attempt 1 of instance 2", "1 liveness attempt 1 of instance 2",
		"2 readiness attempt 1 of instance 3", "2 liveness attempt 1 of instance 3",
		"0 readiness attempt 1 of instance 1", "0 liveness attempt 1 of instance 1")
	c.Finish(start, 1, Readiness, 1, Answer{Outcome: OutcomeSuccess}, c.views[:], nil)
	if _, _, ok := c.UnderWay(1, Readiness); ok {
		t.Error("an attempt that has ended is under way")
	}
}

func TestAWorkerBeyondTheHorizonComesToRest(t *testing.T) {
	w := NewWorker(Readiness, Spec{Period: maxSpan, SuccessThreshold: 1, FailureThreshold: 1}, Options{FirstPass: start})
	for range 10 {
		w.Step(start.Add(250*365*24*time.Hour), View{Known: true}, nil)
	}
	if d, ok := w.Deadline(); ok {
		t.Errorf("it wants to be woken at %v", d)
	}
}

func TestEveryReasonAndStateHasItsOwnNameInJSON(t *testing.T) {
	for i, name := range skipNames {
		if name == "" || slices.Index(skipNames[:], name) != i {
			t.Errorf("skip reason %d is called %q", i, name)
		}
	}
	for i, name := range stateNames {
		if name == "" || slices.Index(stateNames[:], name) != i {
			t.Errorf("state %d is called %q", i, name)
		}
	}
	if len(skipNames) != len(skipTexts) {
		t.Errorf("%d of %d skip reasons have a name", len(skipNames), len(skipTexts))
	}
}
