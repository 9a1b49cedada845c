package restart_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/podclock/podclock/restart"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// model is a kubelet with ideal timing: it checks at the very moment that anything can
// change (T30).
type model struct {
	b          restart.Backoff
	limits     restart.Limits
	now        time.Time
	lastEnd    time.Time // the end of the newest exited instance; zero if there is none
	keepsHouse bool      // it runs housekeeping every 2 s, as a real kubelet does
}

func newModel() *model { return &model{limits: restart.DefaultLimits(), now: epoch} }

// start starts the container as soon as the back-off allows it, and returns the wait.
func (m *model) start() time.Duration {
	from := m.now
	for !m.lastEnd.IsZero() {
		refusal, refused := m.b.Check(m.now, m.lastEnd, m.limits)
		if !refused {
			m.b.Advance(m.now, m.lastEnd, m.limits)
			break
		}
		if !refusal.Until.After(m.now) {
			panic("a refusal that is over already")
		}
		m.now = refusal.Until
		if gone := m.housekeeping(); m.keepsHouse && gone.Before(m.now) {
			m.now = gone
			m.b.Expire(m.now, m.limits)
		}
	}
	return m.now.Sub(from)
}

// housekeeping returns the first even second at which the entry has expired.
func (m *model) housekeeping() time.Time {
	last, _ := m.b.Expires(m.limits)
	return last.Truncate(2 * second).Add(2 * second)
}

// exit makes the container run for some time and end by itself.
func (m *model) exit(after time.Duration) {
	m.now = m.now.Add(after)
	m.lastEnd = m.now
}

// kill makes the container run for some time, kills it, and starts it again in the same sync
// if the back-off allows it. In that sync the back-off still counts from the end of the
// previous instance (R26).
func (m *model) kill(after time.Duration) time.Duration {
	m.now = m.now.Add(after)
	killed := m.now
	if !m.lastEnd.IsZero() {
		if _, refused := m.b.Check(m.now, m.lastEnd, m.limits); refused {
			m.lastEnd = killed
			return m.start()
		}
		m.b.Advance(m.now, m.lastEnd, m.limits)
	}
	m.lastEnd = killed
	return 0
}

func TestACrashLoopFollowsTheTableOfR23(t *testing.T) {
	rows := []struct{ finish, delay, start, stored time.Duration }{
		{5, 0, 5, 10}, {10, 10, 20, 20}, {25, 20, 45, 40}, {50, 40, 90, 80},
		{95, 80, 175, 160}, {180, 160, 340, 300}, {345, 300, 645, 300}, {650, 300, 950, 300},
	}
	m := newModel()
	for i, row := range rows {
		m.exit(5 * second)
		finish := m.now.Sub(epoch)
		delay := m.start()
		start := m.now.Sub(epoch)
		if finish != row.finish*second || delay != row.delay*second || start != row.start*second || m.b.Delay != row.stored*second {
			t.Errorf("R23 restart %d: finish %v delay %v start %v stored %v, want %+v s", i+1, finish, delay, start, m.b.Delay, row)
		}
	}
}

func TestARunOfMoreThanTenMinutesResetsTheBackOff(t *testing.T) {
	m := newModel()
	for range 4 {
		m.exit(5 * second)
		m.start()
	}
	m.exit(600 * second) // no more than 600 s (R24)
	if wait := m.start(); wait != 80*second {
		t.Errorf("after exactly 600 s the wait is %v, want 80s", wait)
	}
	m.exit(600*second + 1)
	if wait := m.start(); wait != 0 || m.b.Delay != 10*second {
		t.Errorf("after more than 600 s the wait is %v and the delay %v, want 0s and 10s", wait, m.b.Delay)
	}
}

func TestHousekeepingCutsALongWaitShort(t *testing.T) {
	t.Run("R25: r = 350 s", func(t *testing.T) {
		m := newModel()
		m.keepsHouse = true
		want := []time.Duration{0, 10, 20, 40, 80, 160, 250, 10, 20}
		for i, w := range want {
			m.exit(350 * second)
			if got := m.start(); got < w*second || got > (w+2)*second {
				t.Errorf("wait %d: %v, want %ds and at most 2 s more", i+1, got, w)
			}
		}
	})
	t.Run("R25: r = 599 s", func(t *testing.T) {
		m := newModel()
		m.keepsHouse = true
		m.exit(599 * second)
		m.start()
		for range 5 {
			m.exit(599 * second)
			if got := m.start(); got < second || got > 3*second || m.b.Delay != 10*second {
				t.Errorf("wait %v, delay %v; want about 1s and 10s", got, m.b.Delay)
			}
		}
	})
}

func TestKillsFollowTheTableOfR26(t *testing.T) {
	table := map[time.Duration][]time.Duration{
		5:   {0, 0, 10, 20, 40, 80, 160, 300, 0, 300},
		30:  {0, 0, 0, 0, 40, 80, 160, 300, 0, 300},
		90:  {0, 0, 0, 0, 0, 0, 160, 300, 0, 300},
		310: {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	}
	for after, want := range table {
		m := newModel()
		var got []time.Duration
		for range want {
			got = append(got, m.kill(after*second)/second)
		}
		if !slices.Equal(got, want) {
			t.Errorf("R26, L = %d: waits %d, want %d", after, got, want)
		}
	}
}

func TestTheFirstKillMakesNoEntry(t *testing.T) {
	m := newModel()
	m.kill(5 * second)
	if m.b != (restart.Backoff{}) { // the first restart creates no entry (R26 a)
		t.Errorf("the first kill left %+v", m.b)
	}
	m.kill(5 * second)
	if m.b.Delay != 10*second { // the second one creates it (R26 b)
		t.Errorf("the second kill left %+v, want a delay of 10s", m.b)
	}
}

func TestARefusalEndsAtTheInstantThatItNames(t *testing.T) {
	limits := restart.DefaultLimits()
	b := restart.Backoff{Delay: 40 * second, Advanced: epoch}
	finished := epoch.Add(7 * second)
	refusal, refused := b.Check(finished.Add(15*second), finished, limits)
	if !refused || refusal.Delay != 40*second || !refusal.Until.Equal(finished.Add(40*second)) {
		t.Fatalf("refused %v: %+v", refused, refusal)
	}
	if left := refusal.Left(finished.Add(15 * second)); left != 25*second {
		t.Errorf("25s are left, not %v", left)
	}
	if left := refusal.Left(finished.Add(time.Hour)); left != 0 {
		t.Errorf("nothing is left of a refusal that is over, not %v", left)
	}
	if _, refused := b.Check(refusal.Until.Add(-1), finished, limits); !refused {
		t.Error("R17: let before the delay is over")
	}
	if _, refused := b.Check(refusal.Until, finished, limits); refused {
		t.Error("R17: refused when the delay is over")
	}
}

func TestTheTextsOfARefusal(t *testing.T) {
	r := restart.Refusal{Delay: 80 * second}
	const pod = "web_default(1234)"
	if got, want := r.WaitingMessage("app", pod), "back-off 1m20s restarting failed container=app pod=web_default(1234)"; got != want {
		t.Errorf("R27: got %q, want %q", got, want)
	}
	if got, want := r.EventMessage("app", pod), "Back-off restarting failed container app in pod web_default(1234)"; got != want {
		t.Errorf("R27: got %q, want %q", got, want)
	}
}

func TestAnEntryExpiresAfterTenMinutesAndNotAtThem(t *testing.T) {
	limits := restart.DefaultLimits()
	b := restart.Backoff{Delay: 10 * second, Advanced: epoch}
	last, ok := b.Expires(limits)
	if !ok || !last.Equal(epoch.Add(600*second)) {
		t.Errorf("Expires %v %v", last, ok)
	}
	if b.Expire(last, limits) || b.Delay == 0 {
		t.Error("R18: dropped at 600 s")
	}
	if !b.Expire(last.Add(1), limits) || b != (restart.Backoff{}) {
		t.Error("R18: kept after 600 s")
	}
	if b.Expire(last.Add(time.Hour), limits) {
		t.Error("no entry expired")
	}
	if _, ok := b.Expires(limits); ok {
		t.Error("no entry has an expiry")
	}
}

func TestImagePullsBackOffFromTheirLastFailure(t *testing.T) {
	limits := restart.DefaultLimits()
	var b restart.Backoff
	if _, refused := b.CheckPull(epoch, limits); refused {
		t.Error("I6: the first pull is refused")
	}
	now := epoch
	for _, want := range []time.Duration{10, 20, 40, 80, 160, 300, 300} {
		b.PullFailed(now, limits)
		refusal, refused := b.CheckPull(now.Add(want*second-1), limits)
		if !refused || refusal.Delay != want*second || !refusal.Until.Equal(now.Add(want*second)) {
			t.Fatalf("I6: refused %v, %+v; want a delay of %ds", refused, refusal, want)
		}
		now = refusal.Until
		if _, refused := b.CheckPull(now, limits); refused {
			t.Errorf("I6: still refused after %ds", want)
		}
	}
	now = now.Add(300*second + 1) // more than 600 s after the last failure
	b.PullFailed(now, limits)
	if b.Delay != 10*second {
		t.Errorf("I6: the delay is %v after a failure that long ago, want 10s", b.Delay)
	}
}

func TestABackoffSurvivesJSON(t *testing.T) {
	for _, b := range []restart.Backoff{{}, {Delay: 20 * second, Advanced: epoch.Add(1234567)}} {
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var back restart.Backoff
		if err := json.Unmarshal(text, &back); err != nil || back != b {
			t.Errorf("%s came back as %+v (%v)", text, back, err)
		}
	}
}

// drawLimits draws limits that some configuration has.
func drawLimits(t *rapid.T) restart.Limits {
	c := restart.Config{
		Gates:                     restart.Gates{ReduceCrashLoopBackOffDecay: rapid.Bool().Draw(t, "reduced")},
		MaxContainerRestartPeriod: time.Duration(rapid.Int64Range(int64(second), int64(300*second)).Draw(t, "M")),
	}
	limits, err := c.Limits()
	if err != nil {
		t.Fatal(err)
	}
	return limits
}

func delayStaysWithinLimits(t *rapid.T) {
	limits := drawLimits(t)
	var b restart.Backoff
	now, finished := epoch, epoch
	t.Repeat(map[string]func(*rapid.T){
		"exit":   func(*rapid.T) { finished = now },
		"start":  func(*rapid.T) { b.Advance(now, finished, limits) },
		"expire": func(*rapid.T) { b.Expire(now, limits) },
		"pull":   func(*rapid.T) { b.PullFailed(now, limits) },
		"pass": func(t *rapid.T) {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(700*second)).Draw(t, "time")))
		},
		"": func(t *rapid.T) {
			if b.Delay != 0 && (b.Delay < limits.Initial || b.Delay > limits.Max) {
				t.Fatalf("delay %v outside [%v, %v]", b.Delay, limits.Initial, limits.Max)
			}
			checkIsMonotone(t, b, now, finished, limits)
		},
	})
}

// checkIsMonotone checks that a refusal ends in the future, holds until then, and does not
// come back by itself.
func checkIsMonotone(t *rapid.T, b restart.Backoff, now, finished time.Time, limits restart.Limits) {
	later := now.Add(time.Duration(rapid.Int64Range(0, int64(400*second)).Draw(t, "later")))
	refusal, refused := b.Check(now, finished, limits)
	_, refusedLater := b.Check(later, finished, limits)
	if refused && (!refusal.Until.After(now) || refusedLater != later.Before(refusal.Until)) {
		t.Fatalf("refused until %v, at %v: %v", refusal.Until, later, refusedLater)
	}
	if !refused && refusedLater {
		t.Fatalf("let at %v, refused at %v", now, later)
	}
}

func TestTheDelayStaysWithinItsLimitsAndChecksAreMonotone(t *testing.T) {
	rapid.Check(t, delayStaysWithinLimits)
}

func FuzzBackoff(f *testing.F) { f.Fuzz(rapid.MakeFuzz(delayStaysWithinLimits)) }

func TestNothingHereAllocates(t *testing.T) {
	limits := restart.DefaultLimits()
	p := restart.Compile(restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, in, 1), ruleOf(doAll, notIn, 42)), restart.Gates{})
	var b restart.Backoff
	sink := 0
	allocs := testing.AllocsPerRun(100, func() {
		b.Advance(epoch, epoch, limits)
		if _, refused := b.Check(epoch.Add(second), epoch, limits); refused {
			sink++
		}
		b.Expire(epoch, limits)
		if d := p.OnExit(42); d.Restart || p.Due(restart.StateExited, 7, false) {
			sink++
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkOnExit(b *testing.B) {
	p := restart.Compile(restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, in, 1), ruleOf(doAll, in, 42)), restart.Gates{})
	b.ReportAllocs()
	for b.Loop() {
		p.OnExit(42)
	}
}

func BenchmarkCheckAndAdvance(b *testing.B) {
	limits, now := restart.DefaultLimits(), epoch
	var entry restart.Backoff
	b.ReportAllocs()
	for b.Loop() {
		if refusal, refused := entry.Check(now, now, limits); refused {
			now = refusal.Until
		}
		entry.Advance(now, now, limits)
	}
}
