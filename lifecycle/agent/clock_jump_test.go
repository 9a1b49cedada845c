package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/timeline"
)

// A clock that stands still for an hour, as the real one does while a laptop
// sleeps, continues as if nothing had been.
func TestASleepOfAnHourIsNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock, p := clock.NewMock(), &prober{now: time.Now}
		s := begin(t, agent.Options{Clock: mock, Prober: p})
		s.must(s.Add(web("1", exits, func(p *corev1.Pod) { p.Name = "crashing" })))
		s.must(s.Add(web("2", liveness)))
		synctest.Wait()
		mock.Add(5 * time.Second)
		s.restarts("1", 1)
		before := len(p.asked)
		time.Sleep(time.Hour)
		s.status("1") // whoever looks at it changes nothing
		synctest.Wait()
		if got := len(p.asked) - before; got > 0 {
			t.Errorf("%d probes while time stood still", got)
		}
		s.restarts("1", 1)
		mock.Add(4 * time.Second)
		s.restarts("1", 1)
		mock.Add(7 * time.Second) // R33: up to 15 s in all
		s.restarts("1", 2)
		if got := len(p.asked) - before; got != 11 {
			t.Errorf("%d probes in the 11 s after it; want one a second", got)
		}
		s.restarts("2", 0)
	})
}

func TestBackOffsCountWhatAClockSkips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		s := begin(t, agent.Options{Clock: c})
		s.add(web("1", exits))
		s.after(2 * time.Second)
		s.restarts("1", 1)
		c.jump(4 * time.Second)
		s.after(3 * time.Second) // 9 s by the clock
		s.restarts("1", 1)
		s.after(12 * time.Second) // a timer that was set before the jump fires by then
		s.restarts("1", 2)
	})
}

func TestAClockSetForwardsGivesNoBurstOfRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		s := begin(t, agent.Options{Clock: c})
		s.add(web("1", exits))
		s.after(20 * time.Second)
		s.restarts("1", 2)
		c.jump(time.Hour)
		jumped := time.Now().Add(time.Hour)
		s.after(time.Minute)
		var starts []time.Duration
		for _, r := range s.records {
			if at := r.At.Sub(jumped); r.Kind == timeline.Started && at >= 0 {
				starts = append(starts, at)
			}
		}
		if len(starts) == 0 {
			t.Fatal("it is never started again")
		}
		for i := 1; i < len(starts); i++ {
			// After such a long rest the back-off begins anew (R15): at once, then after
			// 10 s.
			if least := 10 * time.Second; i > 1 && starts[i]-starts[i-1] < least {
				t.Errorf("starts at %v after the jump; want %v between them", starts, least)
			}
		}
	})
}

func TestAClockSetBackLosesNoBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &strict{below: clock.New(), t: t}
		s := begin(t, agent.Options{Clock: c})
		s.add(web("1", exits))
		s.after(2 * time.Second)
		s.restarts("1", 1)
		c.jump(-time.Hour)
		s.status("1") // so that it looks at the clock
		s.after(7 * time.Second)
		s.restarts("1", 1)
		s.after(7 * time.Second) // R33: up to 15 s in all
		s.restarts("1", 2)
	})
}
