package probe

import (
	"testing"
	"time"
)

func TestP39TheTickerStartsAfterTheRandomSleep(t *testing.T) {
	o := Options{FirstPass: time.Time{}.Add(seconds(3.5))}
	p := newPlay(t, Liveness, every(10, 1, 3), o).onlyRuns().runs(1, 0)
	p.until(25).wantRuns(3.5, 13.5, 23.5)
}

func TestP39ASleepingWorkerSeesItsStopAfterTheFirstPass(t *testing.T) {
	o := Options{FirstPass: time.Time{}.Add(seconds(3))}
	p := newPlay(t, Liveness, every(10, 1, 3), o).runs(1, 0).until(1).hush(ActionCounted)
	p.stops().until(20)
	p.want("3s result set: Success", "3s run attempt 1 (try 1)", "3s result removed", "3s ended: told to stop")
}

func TestP40TheGridIsAnchoredAtTheWorkerNotAtTheContainer(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns()
	p.until(3.4).runs(1, 3.4).until(35).wantRuns(10, 20, 30)
}

func TestP40TheGridSurvivesARestart(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns()
	p.until(3).runs(1, 3).until(12).exits().until(17).runs(2, 17).until(35).wantRuns(10, 20, 30)
}

func TestP41OneTickIsRememberedDuringASlowPass(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns()
	p.takes = 25 * time.Second
	p.runs(1, 0).until(76)
	p.takes = 0 // the pass that starts at 75 is the first quick one
	p.said, p.try = nil, nil
	p.take(p.w.Finish(start.Add(p.now), p.w.attempt, p.answer, p.view, nil))
	p.until(100)
	p.want("1m20s run attempt 5 (try 1)", "1m30s run attempt 6 (try 1)", "1m40s run attempt 7 (try 1)")
}

func TestP41SlowPassesFollowEachOther(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns()
	p.takes = 25 * time.Second
	p.runs(1, 0).until(80).wantRuns(0, 25, 50, 75)
}

func TestP41ATickAtTheEndOfAPassIsRemembered(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns()
	p.takes = 10 * time.Second
	p.runs(1, 0).until(25).wantRuns(0, 10, 20)
}

func TestP41ALateWakeRunsOnePassAndKeepsTheGrid(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 3), Options{}).onlyRuns().runs(1, 0)
	p.now = seconds(37)
	p.step()
	p.until(45).wantRuns(0, 37, 40)
}

func TestP42ATriggerRunsAPassAndMovesTheGrid(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns().runs(1, 0)
	p.until(14).triggers().until(40).wantRuns(0, 10, 14, 24, 34)
}

func TestP42TheGridMovesEvenIfThePassSkips(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns()
	p.until(4).triggers().until(5).runs(1, 5).until(30).wantRuns(14, 24)
}

func TestP42ARememberedTickIsDiscardedByATrigger(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns()
	p.takes = 12 * time.Second
	p.runs(1, 0).until(11).triggers() // the tick at 10 is remembered, too
	p.takes = 0
	p.until(25).wantRuns(0, 12, 22)
}

func TestP43OneTriggerIsRememberedDuringAPass(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns()
	p.takes = 5 * time.Second
	p.runs(1, 0).until(1).triggers().until(2).triggers().until(3).triggers()
	p.takes = 0
	p.until(20).wantRuns(0, 5, 15)
}

func TestP38AStopLetsTheAttemptUnderWayCount(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 1), Options{}).hush(ActionEvent)
	p.takes = 3 * time.Second
	p.runs(1, 0).answers(OutcomeFailure).until(1).stops().until(30)
	p.want("0s result set: Success", "0s run attempt 1 (try 1)", "3s failure 1 of 1", "3s result set: Failure",
		"3s result removed", "3s ended: told to stop")
	if !p.w.Ended() {
		t.Error("the worker goes on")
	}
}

func TestAPassDelayPutsEveryPassOff(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{PassDelay: time.Second}).onlyRuns().runs(1, 0)
	p.until(14).triggers().until(30).wantRuns(1, 11, 15, 25)
}

func TestATriggerDuringThePassDelayIsServedAfterThePass(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{PassDelay: time.Second}).onlyRuns().runs(1, 0)
	p.until(10.5).triggers().until(30).wantRuns(1, 11, 12, 22)
}

// With a delay, some time passes between a tick and its pass. A trigger at the instant of
// the tick therefore finds the worker busy.
func TestATickAndATriggerAtOneInstant(t *testing.T) {
	p := newPlay(t, Readiness, every(10, 1, 3), Options{}).onlyRuns().runs(1, 0).until(9)
	p.now = seconds(10)
	p.triggers().until(25).wantRuns(0, 10, 20)
	p = newPlay(t, Readiness, every(10, 1, 3), Options{PassDelay: time.Second}).onlyRuns().runs(1, 0).until(9)
	p.now = seconds(10)
	p.triggers().until(25).wantRuns(1, 11, 12, 22)
}

func TestAnAnswerToAnotherAttemptIsDropped(t *testing.T) {
	p := newPlay(t, Liveness, every(10, 1, 1), Options{}).hush(ActionEvent)
	p.takes = 3 * time.Second
	p.runs(1, 0).until(1)
	p.take(p.w.Finish(start.Add(p.now), 7, Answer{Outcome: OutcomeFailure}, p.view, nil))
	p.until(4)
	p.take(p.w.Finish(start.Add(p.now), 1, Answer{Outcome: OutcomeFailure}, p.view, nil))
	p.want("0s result set: Success", "0s run attempt 1 (try 1)", "1s dropped: attempt 7 is not under way",
		"3s success 1 of 1", "4s dropped: attempt 1 is not under way")
}
