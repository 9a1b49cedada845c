package agent_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// strict is a clock that allows only Now, and AfterFunc with a positive delay.
// With a mock, AfterFunc(0) never fires, a Timer that nobody reads blocks
// everything, and a Timer that is made during Add may fire twice.
type strict struct {
	clock.Clock // nil below the two methods: any other call panics
	below       clock.Clock
	t           *testing.T
	twice       bool // fire each callback once more, early
	set         time.Duration
	timers      int
	mu          sync.Mutex
}

var _ clock.Clock = (*strict)(nil)

// Now has no monotonic reading, and can be set.
func (c *strict) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.below.Now().Round(0).Add(c.set)
}

func (c *strict) AfterFunc(d time.Duration, f func()) *clock.Timer {
	if d <= 0 {
		c.t.Errorf("AfterFunc(%v); a mock never fires that", d)
	}
	c.mu.Lock()
	c.timers++
	c.mu.Unlock()
	if c.twice {
		c.below.AfterFunc(d/2+1, f)
	}
	return c.below.AfterFunc(d, f)
}

func (c *strict) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set += d
}

func TestOfTheClockOnlyNowAndAfterFuncAreUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		s := begin(t, agent.Options{Clock: c})
		s.add(web("1", liveness))
		s.after(time.Minute)
		s.must(s.Delete("1", nil))
		s.after(2 * time.Minute)
		if c.timers == 0 || len(s.Pods()) != 0 {
			t.Errorf("%d timers, %d pods", c.timers, len(s.Pods()))
		}
	})
}

func TestWakesTooManyChangeNothing(t *testing.T) {
	play := func(twice bool) (texts []string) {
		synctest.Test(t, func(t *testing.T) {
			s := begin(t, agent.Options{Clock: &strict{below: clock.New(), t: t, twice: twice}})
			from := time.Now()
			s.add(web("1", exits))
			s.after(5 * time.Minute)
			for _, r := range s.records {
				texts = append(texts, r.At.Sub(from).String()+" "+r.Text())
			}
		})
		return texts
	}
	once, twice := play(false), play(true)
	if len(once) < 50 || !slices.Equal(once, twice) {
		t.Errorf("%d and %d records; want the same ones, with and without wakes for nothing", len(once), len(twice))
	}
}

func TestAMockIsNeverBlockedByABusyAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock, release := clock.NewMock(), make(chan struct{})
		busy := false
		s := begin(t, agent.Options{Clock: mock, OnStatus: func(c agent.Change) {
			if c.Status != nil && c.Status.Phase == corev1.PodRunning && !busy {
				busy = true
				<-release
			}
		}})
		s.must(s.Add(web("1", liveness)))
		for range 100 {
			mock.Add(time.Second) // it must return
		}
		close(release)
		synctest.Wait()
		mock.Add(time.Second)
		s.phase("1", corev1.PodRunning)
	})
}

func TestEqualDeadlinesOfAMockAreAllMet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := clock.NewMock()
		s := begin(t, agent.Options{Clock: mock})
		for _, uid := range []string{"1", "2", "3", "4", "5"} {
			s.must(s.Add(web(types.UID(uid), liveness, func(p *corev1.Pod) { p.Name = "web-" + uid })))
		}
		synctest.Wait()
		mock.Add(100 * time.Millisecond)
		before := s.count(timeline.Counted)
		mock.Add(10 * time.Second)
		if got := s.count(timeline.Counted) - before; got != 50 {
			t.Errorf("%d probes in 10 s of 5 pods; want 50", got)
		}
	})
}

func TestAMockSetBackLosesNoBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := clock.NewMock()
		mock.Set(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
		s := begin(t, agent.Options{Clock: mock})
		s.must(s.Add(web("1", exits)))
		synctest.Wait()
		mock.Add(time.Second)
		s.restarts("1", 1)
		mock.Set(mock.Now().Add(-time.Hour))
		s.status("1") // a mock tells nobody
		mock.Add(8 * time.Second)
		s.restarts("1", 1)
		mock.Add(8 * time.Second) // R33: up to 15 s
		s.restarts("1", 2)
	})
}

func TestAClockSetForwardsGivesNoBurstOfProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		p := &prober{now: time.Now}
		s := begin(t, agent.Options{Clock: c, Prober: p})
		s.add(web("1", liveness))
		s.after(10 * time.Second)
		before := len(p.asked)
		c.jump(time.Hour)
		s.after(10 * time.Second)
		if got := len(p.asked) - before; got < 10 || got > 12 {
			t.Errorf("%d probes in the 10 s after the jump; want one a second", got)
		}
		s.restarts("1", 0)
	})
}

func TestAClockSetBackGoesOnFromWhereItStood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		p := &prober{now: time.Now, answer: probe.Answer{Outcome: probe.OutcomeSuccess}}
		s := begin(t, agent.Options{Clock: c, Prober: p})
		s.add(web("1", liveness))
		s.after(10 * time.Second)
		before := len(p.asked)
		c.jump(-time.Hour)
		s.after(10 * time.Second)
		if got := len(p.asked) - before; got < 9 || got > 11 {
			t.Errorf("%d probes in the 10 s after the jump; want one a second", got)
		}
	})
}

// goroutines counts the goroutines in bubbles. It stops them to count, because
// NumGoroutine is off by dozens while the scheduler moves those that have
// ended.
func goroutines() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), ", synctest bubble ")
}

func TestIdleProbesCostNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		before := goroutines()
		for i := range 1000 {
			s.must(s.Add(web(types.UID(fmt.Sprint(i)), liveness, func(p *corev1.Pod) { p.Name = "web-" + string(p.UID) })))
		}
		s.after(1500 * time.Millisecond)
		const waiting = 32 // for the next attempt, whoever's
		if got := goroutines(); got > before+waiting {
			t.Errorf("%d goroutines for 1000 pods at rest; want at most %d, and %d as for none", got, before+waiting, before)
		}
	})
}
