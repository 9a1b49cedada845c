package probe

import (
	"testing"
	"time"
)

// steady returns a readiness worker whose probe keeps succeeding.
func steady() (Worker, View) {
	w := NewWorker(Readiness, every(1, 1, 3), Options{FirstPass: start})
	v := View{Known: true, Instance: 1, Running: true, StartedAt: start, Started: true}
	w.Step(start, v, nil)
	w.Finish(start, 1, Answer{Outcome: OutcomeSuccess}, v, nil)
	return w, v
}

func TestASteadyProbeAllocatesNothing(t *testing.T) {
	w, v := steady()
	out := make([]Action, 0, 8)
	now := start
	n := testing.AllocsPerRun(1000, func() {
		now = now.Add(time.Second)
		out = w.Step(now, v, out[:0])
		out = w.Finish(now, out[0].Attempt, Answer{Outcome: OutcomeSuccess}, v, out)
	})
	if n != 0 {
		t.Errorf("%v allocations a probe, want none", n)
	}
}

func TestASteadySetAllocatesNothing(t *testing.T) {
	c := newCrew(SetOptions{})
	c.views[0].Instance = 0
	c.Create(start, nil)
	out := make([]Action, 0, 64)
	now := start
	round := func() {
		out = c.Step(now, c.views[:], out[:0])
		for i := range len(out) {
			if a := &out[i]; a.Kind == ActionRunAttempt {
				out = c.Finish(now, int(a.Container), a.Probe, a.Attempt, Answer{Outcome: OutcomeSuccess}, c.views[:], out)
			}
		}
		now = now.Add(10 * time.Second)
	}
	round()
	if n := testing.AllocsPerRun(100, round); n != 0 {
		t.Errorf("%v allocations a round, want none", n)
	}
}

// BenchmarkProbe measures one tick whose probe changes nothing: Step and Finish.
func BenchmarkProbe(b *testing.B) {
	w, v := steady()
	out := make([]Action, 0, 8)
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		out = w.Step(now, v, out[:0])
		out = w.Finish(now, out[0].Attempt, Answer{Outcome: OutcomeSuccess}, v, out)
	}
}

// BenchmarkLeap measures a year of a healthy probe, for which the worker wakes once.
func BenchmarkLeap(b *testing.B) {
	const year = 365 * 24 * time.Hour
	out := make([]Action, 0, 8)
	b.ReportAllocs()
	for b.Loop() {
		w, v := steady()
		now, _ := w.Deadline()
		out = w.Step(now, v, out[:0])
		promise := Answer{Outcome: OutcomeSuccess, Until: now.Add(year)}
		out = w.Finish(now, out[0].Attempt, promise, v, out)
		now, _ = w.Deadline()
		out = w.Step(now, v, out[:0])
	}
}
