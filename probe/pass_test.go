package probe

import (
	"testing"
	"time"
)

func TestASkipIsToldOnceForEachReason(t *testing.T) {
	p := newPlay(t, Liveness, Spec{InitialDelay: 7 * time.Second, Period: time.Second, SuccessThreshold: 1, FailureThreshold: 3}, Options{}).
		hush(ActionCounted, ActionRunAttempt, ActionResultSet, ActionResultRemoved)
	p.view.Known = false
	p.step()
	p.until(3).sees(func(v *View) { v.Known = true })
	p.until(6).runs(1, 6)
	p.view.Started = false
	p.until(20).sees(func(v *View) { v.Started = true })
	p.until(25).exits().until(30)
	p.want("0s skipped: the pod has no status", "3s skipped: the container has no instance",
		"6s skipped: initial delay not over", "13s skipped: startup not finished", "26s skipped: the container is not running")
}

func TestAWorkerThatSkipsDoesNotWakeItsOwner(t *testing.T) {
	cases := []struct {
		reason string
		kind   Kind
		view   View
	}{
		{"P45: no status", Liveness, View{}},
		{"P47: no instance", Liveness, View{Known: true}},
		{"P49: not running", Liveness, View{Known: true, Instance: 1}},
		{"P54: startup is over", Startup, View{Known: true, Instance: 1, Running: true, StartedAt: start, Started: true}},
		{"P54: not started", Readiness, View{Known: true, Instance: 1, Running: true, StartedAt: start}},
	}
	for _, c := range cases {
		w := NewWorker(c.kind, every(1, 1, 1), Options{FirstPass: start})
		w.Step(start, c.view, nil)
		if d, ok := w.Deadline(); ok {
			t.Errorf("%s: wants to be woken after %v", c.reason, d.Sub(start))
		}
	}
}

func TestP46AFinishedPodEndsTheWorkerAtItsNextPass(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).hush(ActionCounted, ActionRunAttempt).runs(1, 0)
	p.until(3).sees(func(v *View) { v.Finished = true }).until(30)
	p.want("0s result set: Failure", "0s result set: Success", "10s result removed", "10s ended: the pod has finished")
}

func TestP48EachKindStartsWithItsInitialResult(t *testing.T) {
	for kind, initial := range map[Kind]Result{Startup: Unknown, Readiness: Failure, Liveness: Success} {
		w := NewWorker(kind, every(10, 1, 3), Options{FirstPass: start})
		w.Step(start, View{Known: true, Instance: 4, Running: true, StartedAt: start, Started: kind != Startup}, nil)
		if id, r, ok := w.Result(); id != 4 || r != initial || !ok {
			t.Errorf("%v: result %v of instance %d (%v), want %v of 4", kind, r, id, ok, initial)
		}
	}
}

func TestP49AContainerThatIsNotRunningHasFailed(t *testing.T) {
	for _, kind := range Kinds {
		p := newPlay(t, kind, every(10, 1, 3), Options{}).hush(ActionCounted, ActionRunAttempt, ActionSkipped)
		p.view.Instance, p.view.Running, p.view.StartedAt, p.view.Started = 1, true, start, kind != Startup
		p.answer = Answer{Err: "no answer"} // it leaves the initial result
		p.hush(ActionCounted, ActionRunAttempt, ActionSkipped, ActionEvent).step()
		p.said = nil
		p.until(5).exits().until(40)
		if kind == Readiness {
			p.want() // nothing is reported, since it was Failure already
			continue
		}
		p.want("10s result set: Failure")
	}
}

func TestP49AWorkerEndsWithAContainerThatIsNotRestarted(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).hush(ActionCounted, ActionRunAttempt).runs(1, 0)
	p.view.MayRestart = false
	p.until(3).exits().until(30)
	p.want("0s result set: Success", "10s result set: Failure", "10s result removed", "10s ended: the container will not be restarted")
}

func TestP49AContainerThatWaitsKeepsItsWorker(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).hush(ActionCounted, ActionRunAttempt, ActionSkipped).runs(1, 0)
	p.until(3).sees(func(v *View) { v.Running, v.MayRestart, v.Started = false, false, false }).until(30)
	p.want("0s result set: Success", "10s result set: Failure")
}

func TestP51ADeletedPodEndsLivenessAndStartupQuietly(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{})
	p.view.Deleting = true
	p.runs(1, 0).until(30)
	p.want("0s result set: Success", "0s result removed", "0s ended: the pod is being deleted")
	p = newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns()
	p.view.Deleting = true
	p.runs(1, 0).until(15).wantRuns(0, 10)
}

func TestP53TheInitialDelayCountsWholeSecondsFromTheTruncatedStart(t *testing.T) {
	spec := every(1, 1, 3)
	spec.InitialDelay = 5 * time.Second
	// It runs from 2.9 s, which is stored as 2. The delay is over at 7, though only 4.1 s have
	// passed.
	p := newPlay(t, Liveness, spec, Options{}).onlyRuns()
	p.until(2.9).runs(1, 2.9).until(8).wantRuns(7, 8)
}

func TestP53AStartInTheFutureWithinASecondDoesNotDelay(t *testing.T) {
	w := NewWorker(Liveness, every(1, 1, 1), Options{FirstPass: start})
	v := View{Known: true, Instance: 1, Running: true, Started: true, StartedAt: start.Add(999 * time.Millisecond)}
	if a := w.Step(start, v, nil); a[len(a)-1].Kind != ActionRunAttempt {
		t.Errorf("0.999 s before the start: %v, want an attempt", a)
	}
	w = NewWorker(Liveness, every(1, 1, 1), Options{FirstPass: start})
	v.StartedAt = start.Add(time.Second)
	if a := w.Step(start, v, nil); a[len(a)-1].Skip != SkipInitialDelay {
		t.Errorf("1 s before the start: %v, want the initial delay", a)
	}
}

func TestP54AStartupProbeStopsWhenTheContainerHasStarted(t *testing.T) {
	p := newPlay(t, Startup, every(5, 1, 3), Options{}).hush(ActionCounted)
	p.until(3).runs(1, 3)
	p.sees(func(v *View) { v.Started = false }).until(30)
	p.want("0s skipped: the container has no instance", "5s result set: Unknown", "5s run attempt 1 (try 1)", "5s result set: Success",
		"10s skipped: on hold until the next instance")
}

func TestP55AnAdoptedInstanceGetsNoInitialResult(t *testing.T) {
	for _, kind := range Kinds {
		w := NewWorker(kind, every(10, 1, 3), Options{FirstPass: start})
		w.Step(start, View{Known: true, Instance: 1, Running: true, StartedAt: start.Add(-time.Hour), Started: true, Adopted: true}, nil)
		if _, r, ok := w.Result(); ok {
			t.Errorf("%v: result %v", kind, r)
		}
	}
}

func TestP55AnAdoptedSidecarThatHasStartedKeepsIts(t *testing.T) {
	w := NewWorker(Startup, every(10, 1, 3), Options{FirstPass: start})
	w.Step(start, View{Known: true, Instance: 1, Running: true, StartedAt: start.Add(-time.Hour), Started: true, Adopted: true, Sidecar: true}, nil)
	if _, r, ok := w.Result(); !ok || r != Success {
		t.Errorf("result %v (%v), want Success", r, ok)
	}
}
