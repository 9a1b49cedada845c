package probe

import "testing"

// counts returns a play that shows only counts and results.
func counts(t *testing.T, kind Kind, spec Spec) *play {
	return newPlay(t, kind, spec, Options{}).hush(ActionRunAttempt, ActionSkipped, ActionEvent)
}

func TestP59OneSuccessEndsAStreakOfFailures(t *testing.T) {
	p := counts(t, Readiness, every(10, 2, 2)).runs(1, 0)
	p.until(10).answers(OutcomeFailure).until(20).answers(OutcomeSuccess).until(30).answers(OutcomeFailure).until(50)
	p.want("0s result set: Failure", "0s success 1 of 2", "10s success 2 of 2", "10s result set: Success",
		"20s failure 1 of 2", "30s success 1 of 2", "40s failure 1 of 2", "50s failure 2 of 2", "50s result set: Failure")
}

func TestP60AFailedLivenessProbeHoldsUntilTheNextInstance(t *testing.T) {
	p := counts(t, Liveness, every(10, 1, 2)).answers(OutcomeFailure).runs(1, 0).until(45)
	p.want("0s result set: Success", "0s failure 1 of 2", "10s failure 2 of 2", "10s result set: Failure")
	if _, ok := p.w.Deadline(); ok {
		t.Error("a worker on hold wants to be woken")
	}
}

func TestP60AFailedReadinessProbeGoesOn(t *testing.T) {
	p := counts(t, Readiness, every(10, 1, 1)).answers(OutcomeFailure).runs(1, 0).until(20)
	p.want("0s result set: Failure", "0s failure 1 of 1", "10s failure 2 in a row, 1 needed", "20s failure 3 in a row, 1 needed")
}

func TestP64aFailuresBeforeACrashCountAfterIt(t *testing.T) {
	p := counts(t, Liveness, every(10, 1, 3)).answers(OutcomeFailure).runs(1, 0)
	p.until(15).exits().until(16).runs(2, 16).until(20)
	p.want("0s result set: Success", "0s failure 1 of 3", "10s failure 2 of 3",
		"20s result removed", "20s result set: Success", "20s failure 3 of 3", "20s result set: Failure")
}

func TestP64bSuccessesBeforeARestartCountAfterIt(t *testing.T) {
	p := counts(t, Readiness, every(10, 3, 3)).runs(1, 0)
	p.until(25).exits().until(26).runs(2, 26).until(30)
	p.want("0s result set: Failure", "0s success 1 of 3", "10s success 2 of 3", "20s success 3 of 3", "20s result set: Success",
		"30s result removed", "30s result set: Failure", "30s success 4 in a row, 3 needed", "30s result set: Success")
}

func TestP64CanBeSwitchedOff(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{Quirks: Quirks{ForgetCounts: true}}).
		hush(ActionRunAttempt, ActionSkipped, ActionEvent).answers(OutcomeFailure).runs(1, 0)
	p.until(15).exits().until(16).runs(2, 16).until(20)
	p.want("0s result set: Success", "0s failure 1 of 3", "10s failure 2 of 3",
		"20s result removed", "20s result set: Success", "20s failure 1 of 3")
}

func TestP65AKillForLivenessStartsAFreshCount(t *testing.T) {
	p := counts(t, Liveness, every(10, 1, 2)).answers(OutcomeFailure).runs(1, 0).until(10).exits().until(12).runs(2, 12).until(30)
	p.want("0s result set: Success", "0s failure 1 of 2", "10s failure 2 of 2", "10s result set: Failure",
		"20s result removed", "20s result set: Success", "20s failure 1 of 2", "30s failure 2 of 2", "30s result set: Failure")
}

func TestP66AnErrorIsTriedThreeTimesAndThenDiscarded(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 1), Options{}).errs("exec failed").runs(1, 0).until(5)
	p.want("0s result set: Success", "0s run attempt 1 (try 1)", "0s run attempt 2 (try 2)", "0s run attempt 3 (try 3)",
		"0s Liveness probe errored and resulted in unknown state: exec failed")
}

func TestP66TheFirstAttemptWithoutErrorDecides(t *testing.T) {
	w := NewWorker(Liveness, every(10, 1, 3), Options{FirstPass: start})
	v := View{Known: true, Instance: 1, Running: true, StartedAt: start, Started: true}
	w.Step(start, v, nil)
	again := w.Finish(start, 1, Answer{Err: "busy"}, v, nil)
	if len(again) != 1 || again[0].Kind != ActionRunAttempt || again[0].Try != 2 {
		t.Fatalf("after an error: %v, want the second try", again)
	}
	done := w.Finish(start, 2, Answer{Outcome: OutcomeFailure, Output: "no"}, v, nil)
	if len(done) != 2 || done[0].Event().Message != "Liveness probe failed: no" || done[1].Explain() != "failure 1 of 3" {
		t.Errorf("after the failure: %v", done)
	}
}

func TestP66AnErrorLeavesTheCountAlone(t *testing.T) {
	p := counts(t, Liveness, every(10, 1, 3)).answers(OutcomeFailure).runs(1, 0)
	p.until(10).errs("busy").until(20).answers(OutcomeFailure).until(30)
	p.want("0s result set: Success", "0s failure 1 of 3", "10s failure 2 of 3", "30s failure 3 of 3", "30s result set: Failure")
}

func TestP120OutcomesBecomeResultsAndEvents(t *testing.T) {
	cases := []struct {
		reason string
		answer Answer
		event  string // reason and message; empty if there is none
		count  string // empty if the answer is discarded
	}{
		{"success is silent", Answer{Outcome: OutcomeSuccess, Output: "ok"}, "", "success 1 of 2"},
		{"a warning is a success", Answer{Outcome: OutcomeWarning, Output: "moved"}, "ProbeWarning Readiness probe warning: moved", "success 1 of 2"},
		{"a failure tells its output", Answer{Outcome: OutcomeFailure, Output: "no"}, "Unhealthy Readiness probe failed: no", "failure 1 of 2"},
		{"unreachable is a silent failure", Answer{}, "", "failure 1 of 2"},
		{"P123: an error names its outcome", Answer{Outcome: OutcomeFailure, Err: "cut"}, "Unhealthy Readiness probe errored and resulted in failure state: cut", ""},
	}
	for _, c := range cases {
		w := NewWorker(Readiness, every(10, 2, 2), Options{FirstPass: start})
		v := View{Known: true, Instance: 1, Running: true, StartedAt: start, Started: true}
		w.Step(start, v, nil)
		var out []Action
		for try := uint32(1); try <= 3; try++ {
			out = w.Finish(start, try, c.answer, v, out)
		}
		var event, count string
		for _, a := range out {
			switch a.Kind {
			case ActionEvent:
				event = a.Event().Reason + " " + a.Event().Message
			case ActionCounted:
				count = a.Explain()
			}
		}
		if event != c.event || count != c.count {
			t.Errorf("%s: event %q, count %q; want %q, %q", c.reason, event, count, c.event, c.count)
		}
	}
}

// In the worked examples every change causes a sync, and a sync triggers the readiness
// worker while the container is not ready (P56).
func TestP81AllProbesSucceedWithoutAStartupProbe(t *testing.T) {
	readiness := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns().until(3)
	readiness.w.Trigger(start.Add(readiness.now))
	readiness.runs(1, 3).until(25).wantRuns(3, 13, 23)
	newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns().until(3).runs(1, 3).until(25).wantRuns(10, 20)
}

func TestP81AllProbesSucceedWithAStartupProbe(t *testing.T) {
	startup := newPlay(t, Startup, every(5, 1, 3), Options{}).onlyRuns().until(3).runs(1, 3)
	startup.sees(func(v *View) { v.Started = false }).until(25).wantRuns(5)
	readiness := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns().until(5)
	readiness.w.Trigger(start.Add(readiness.now))
	readiness.runs(1, 3).until(25).wantRuns(5, 15, 25)
	liveness := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns().until(5).runs(1, 3)
	liveness.until(25).wantRuns(10, 20)
}

func TestP82LivenessFailsFromTheStart(t *testing.T) {
	p := counts(t, Liveness, every(10, 1, 3)).answers(OutcomeFailure).until(3).runs(1, 3).until(60)
	p.want("10s result set: Success", "10s failure 1 of 3", "20s failure 2 of 3", "30s failure 3 of 3", "30s result set: Failure")
	spec := every(10, 1, 3)
	spec.InitialDelay = seconds(15)
	p = counts(t, Liveness, spec).answers(OutcomeFailure).until(3).runs(1, 3).until(60)
	p.want("10s result set: Success", "20s failure 1 of 3", "30s failure 2 of 3", "40s failure 3 of 3", "40s result set: Failure")
}
