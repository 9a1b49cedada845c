package probe

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// life is the random surroundings of one worker.
type life struct {
	kind    Kind
	spec    Spec
	delay   time.Duration
	answers []segment
	events  []happening
}

// segment is the app's answer up to an instant.
type segment struct {
	until   time.Duration // since the test's start
	answer  Answer
	latency time.Duration
}

// happening is something outside the worker, at an instant.
type happening struct {
	at   time.Duration
	what string
}

var happenings = []string{"start", "exit", "seen", "crash", "started", "unstarted", "trigger", "stop", "wake", "finished"}

func drawLife(t *rapid.T) life {
	second := func(lo, hi int, label string) time.Duration {
		return time.Duration(rapid.IntRange(lo, hi).Draw(t, label)) * time.Second
	}
	l := life{
		kind: rapid.SampledFrom(Kinds[:]).Draw(t, "kind"),
		spec: Spec{
			InitialDelay:     second(0, 20, "initialDelay"),
			Period:           second(1, 10, "period"),
			Timeout:          time.Second,
			SuccessThreshold: int32(rapid.IntRange(1, 4).Draw(t, "successThreshold")),
			FailureThreshold: int32(rapid.IntRange(1, 4).Draw(t, "failureThreshold")),
		},
		delay: rapid.SampledFrom([]time.Duration{0, time.Millisecond, 1500 * time.Millisecond}).Draw(t, "passDelay"),
	}
	for at := time.Duration(0); at < 400*time.Second; {
		at += time.Duration(rapid.IntRange(1, 160).Draw(t, "segment")) * 500 * time.Millisecond
		l.answers = append(l.answers, segment{until: at, answer: drawAnswer(t), latency: drawLatency(t)})
	}
	for at := time.Duration(0); at < 300*time.Second; {
		at += time.Duration(rapid.IntRange(0, 80).Draw(t, "gap")) * 500 * time.Millisecond
		what := rapid.SampledFrom(happenings).Draw(t, "what")
		if (what == "stop" || what == "finished") && at < 200*time.Second {
			what = "wake"
		}
		l.events = append(l.events, happening{at: at, what: what})
	}
	return l
}

func drawAnswer(t *rapid.T) Answer {
	return Answer{
		Outcome: Outcome(rapid.IntRange(0, 3).Draw(t, "outcome")),
		Output:  rapid.SampledFrom([]string{"a", "b"}).Draw(t, "output"),
		Err:     rapid.SampledFrom([]string{"", "", "", "broken"}).Draw(t, "err"),
	}
}

func drawLatency(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{0, 0, 0, 0, 200 * time.Millisecond, 1200 * time.Millisecond, 25 * time.Second}).Draw(t, "latency")
}

// rig plays a life against a worker.
type rig struct {
	t        *rapid.T
	life     life
	promises bool
	reborn   bool // the worker is saved and read back before each call
	w        Worker
	view     View
	running  uint64 // the instance that runs; 0 if none does
	started  uint64 // how many instances there were
	now      time.Duration
	pending  *Action // the attempt under way
	due      time.Duration
	answer   Answer
	actions  []Action
	steps    int
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newRig(t *rapid.T, l life, promises bool) *rig {
	return &rig{t: t, life: l, promises: promises, view: View{Known: true, MayRestart: true},
		w: NewWorker(l.kind, l.spec, Options{FirstPass: start, PassDelay: l.delay})}
}

func (r *rig) time() time.Time { return start.Add(r.now) }

// runTo plays everything before the instant to. At equal times an attempt ends before a
// deadline is kept.
func (r *rig) runTo(to time.Duration) {
	for {
		deadline, ok := r.w.Deadline()
		next := deadline.Sub(start)
		switch {
		case r.pending != nil && r.due < to && (!ok || r.due <= next):
			r.now = r.due
			r.finish()
		case ok && next < to:
			if next < r.now {
				r.t.Fatalf("deadline %v is before now %v", next, r.now)
			}
			r.now = next
			r.step()
		default:
			return
		}
	}
}

func (r *rig) step() {
	r.steps++
	r.rebirth()
	r.take(r.w.Step(r.time(), r.view, nil))
	if d, ok := r.w.Deadline(); ok && !d.After(r.time()) {
		r.t.Fatalf("after Step at %v the deadline is %v", r.now, d.Sub(start))
	}
}

func (r *rig) finish() {
	a := *r.pending
	r.pending = nil
	r.rebirth()
	r.take(r.w.Finish(r.time(), a.Attempt, r.answer, r.view, nil))
}

// take collects actions and begins the attempts among them.
func (r *rig) take(actions []Action) {
	for i := range actions {
		r.actions = append(r.actions, actions[i])
		if actions[i].Kind == ActionRunAttempt {
			r.attempt(&actions[i])
		}
	}
}

func (r *rig) attempt(a *Action) {
	r.pending = a
	at := slices.IndexFunc(r.life.answers, func(s segment) bool { return r.now < s.until })
	// Each instance has its own answers. They change at the same instants.
	s := r.life.answers[(at+int(a.Instance))%len(r.life.answers)]
	s.until = r.life.answers[at].until
	r.answer, r.due = s.answer, r.now+s.latency
	if r.running != a.Instance {
		r.answer, r.due = Answer{Err: "container not running"}, r.now
	} else if r.promises && s.latency == 0 {
		r.answer.Until = start.Add(s.until)
	}
	if r.due == r.now {
		r.finish()
	}
}

func (r *rig) happen(what string) {
	switch what {
	case "start":
		if r.running == 0 {
			r.started++
			r.running = r.started
			r.view = View{Known: true, MayRestart: true, Instance: r.running, Running: true, StartedAt: r.time().Truncate(time.Second)}
		}
	case "exit": // the view does not show it yet
		r.running = 0
		r.w.Break(r.time())
	case "crash": // the view shows it at once
		r.running = 0
		if r.view.Instance != 0 {
			r.view.Running, r.view.Terminated, r.view.Started = false, true, false
		}
	case "seen":
		if r.running == 0 && r.view.Instance != 0 {
			r.view.Running, r.view.Terminated, r.view.Started = false, true, false
		}
	case "started":
		r.view.Started = r.view.Running
	case "unstarted":
		r.view.Started = false
	case "trigger":
		r.w.Trigger(r.time())
	case "stop":
		r.w.Stop(r.time())
	case "finished":
		r.view.Finished = true
	case "wake":
	}
	r.step()
}

// memory returns the state that must not depend on promises.
func (r *rig) memory() string {
	w := &r.w
	return fmt.Sprintf("instance %d, result %v %v, last %v, run %d, hold %v, state %d, next %v, skip %v, tick %v, trigger %v, stop %v",
		w.instance, w.result, w.hasResult, w.last, w.run, w.onHold, w.state, w.next, w.lastSkip, w.tick, w.trigger, w.stop)
}

// story returns the actions without attempts, with equal answers merged.
func (r *rig) story() []string {
	var out []string
	var event, counted *Action
	flush := func() {
		for _, a := range []*Action{event, counted} {
			if a != nil {
				out = append(out, fmt.Sprintf("%v ×%d, %v to %v", a, a.Count, a.First.Sub(start), a.Last.Sub(start)))
			}
		}
		event, counted = nil, nil
	}
	for i := range r.actions {
		a := r.actions[i]
		switch a.Kind {
		case ActionRunAttempt:
		case ActionEvent:
			if event == nil || event.Explain() != a.Explain() || counted != nil && counted.Outcome != a.Outcome {
				flush()
			}
			event = merge(event, a)
		case ActionCounted:
			if counted != nil && counted.Outcome != a.Outcome {
				flush()
			}
			counted = merge(counted, a)
		default:
			flush()
			out = append(out, fmt.Sprintf("%v at %v", a, a.Last.Sub(start)))
		}
	}
	flush()
	return out
}

func merge(into *Action, a Action) *Action {
	if into != nil {
		a.Count += into.Count
		a.First = into.First
	}
	return &a
}

func TestLeapingChangesNothingButTheNumberOfSteps(t *testing.T) {
	leapt := 0
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		plain, leaping := newRig(t, l, false), newRig(t, l, true)
		for _, e := range l.events {
			for _, r := range []*rig{plain, leaping} {
				r.runTo(e.at)
				r.now = e.at
				r.happen(e.what)
			}
			if p, q := plain.memory(), leaping.memory(); p != q {
				t.Fatalf("after %q at %v\nwithout promises: %s\nwith promises:    %s", e.what, e.at, p, q)
			}
		}
		if p, q := plain.story(), leaping.story(); !slices.Equal(p, q) {
			t.Fatalf("without promises:\n%q\nwith promises:\n%q", p, q)
		}
		if leaping.steps > plain.steps {
			t.Fatalf("%d steps with promises, %d without", leaping.steps, plain.steps)
		}
		leapt += plain.steps - leaping.steps
	})
	if leapt == 0 {
		t.Error("no life had anything to leap over")
	}
}

func TestSpuriousWakesChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t)
		promises := rapid.Bool().Draw(t, "promises")
		calm, nervous := newRig(t, l, promises), newRig(t, l, promises)
		for _, e := range l.events {
			for at := nervous.now; at < e.at; at += 500 * time.Millisecond {
				nervous.runTo(at)
				nervous.now = at
				nervous.step()
			}
			for _, r := range []*rig{calm, nervous} {
				r.runTo(e.at)
				r.now = e.at
				r.happen(e.what)
			}
			if p, q := calm.memory(), nervous.memory(); p != q {
				t.Fatalf("after %q at %v\ncalm:    %s\nnervous: %s", e.what, e.at, p, q)
			}
		}
		if p, q := calm.story(), nervous.story(); !slices.Equal(p, q) {
			t.Fatalf("calm:\n%q\nnervous:\n%q", p, q)
		}
	})
}

func TestABreakMakesTheWorkerAskAgain(t *testing.T) {
	w, v := steady()
	now := start.Add(time.Second)
	w.Step(now, v, nil)
	w.Finish(now, 2, Answer{Outcome: OutcomeSuccess, Until: start.Add(time.Hour)}, v, nil)
	if d, _ := w.Deadline(); !d.Equal(start.Add(time.Hour)) {
		t.Fatalf("with a promise of an hour the deadline is %v", d.Sub(start))
	}
	w.Break(start.Add(10500 * time.Millisecond))
	d, _ := w.Deadline()
	out := w.Step(d, v, nil)
	if d.Sub(start) != 11*time.Second || len(out) != 2 || out[0].Explain() != "success 11 in a row, 1 needed" || out[0].Count != 9 || out[1].Kind != ActionRunAttempt {
		t.Errorf("after a break at 10.5s: at %v %v", d.Sub(start), out)
	}
}

func TestASkipAfterALeapIsToldAgain(t *testing.T) {
	w, v := steady()
	now := start.Add(time.Second)
	w.Step(now, v, nil)
	w.Finish(now, 2, Answer{Outcome: OutcomeSuccess, Until: start.Add(time.Hour)}, v, nil)
	told := 0
	for i, started := range []bool{false, true, false} {
		v.Started = started
		now = start.Add(time.Duration(10*(i+1)) * time.Second)
		for _, at := range []time.Time{now, now.Add(5500 * time.Millisecond)} {
			for _, a := range w.Step(at, v, nil) {
				switch a.Kind {
				case ActionSkipped:
					told++
				case ActionRunAttempt:
					w.Finish(at, a.Attempt, Answer{Outcome: OutcomeSuccess, Until: start.Add(time.Hour)}, v, nil)
				}
			}
		}
	}
	if told != 2 {
		t.Errorf("the skip was told %d times, want once for each time that startup was not finished", told)
	}
}

func TestAThresholdIsReachedOnTimeHoweverLongThePromise(t *testing.T) {
	w := NewWorker(Liveness, every(10, 1, 1000), Options{FirstPass: start})
	v := View{Known: true, Instance: 1, Running: true, StartedAt: start, Started: true}
	w.Step(start, v, nil)
	w.Finish(start, 1, Answer{Outcome: OutcomeFailure, Until: start.Add(1000 * time.Hour)}, v, nil)
	d, _ := w.Deadline()
	if d.Sub(start) != 9990*time.Second {
		t.Fatalf("deadline %v, want the pass of failure 1000", d.Sub(start))
	}
	var got []string
	acts := w.Step(d, v, nil)
	acts = w.Finish(d, 2, Answer{Outcome: OutcomeFailure}, v, acts)
	for _, a := range acts {
		got = append(got, fmt.Sprintf("%s ×%d", a.Explain(), a.Count))
	}
	want := []string{
		"Liveness probe failed:  ×998", "failure 999 of 1000 ×998", "run attempt 2 (try 1) ×1",
		"Liveness probe failed:  ×1", "failure 1000 of 1000 ×1", "result set: Failure ×1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}
