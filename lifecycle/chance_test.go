package lifecycle

import (
	"math/rand/v2"
	"testing"
	"time"
)

var worldStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func chance(seed uint64) *SeededChance { return NewSeededChance(rand.New(rand.NewPCG(seed, 0))) }

func TestTheLoopsOfAKubeletKeepTheirPeriods(t *testing.T) {
	c := chance(1)
	for _, loop := range []struct {
		name   string
		period time.Duration
		next   func(time.Time) time.Time
	}{
		{"T1 look", time.Second, c.Look},
		{"T2 housekeeping", 2 * time.Second, c.Housekeeping},
		{"T3 relist", time.Second + relistTakes, func(t time.Time) time.Time { return c.Relist(t, true) }},
		{"T13 collect", time.Minute, c.Collect},
	} {
		at := loop.next(worldStart)
		if !at.After(worldStart) || at.Sub(worldStart) > loop.period {
			t.Errorf("%s: the first is at %v", loop.name, at.Sub(worldStart))
		}
		for range 100 {
			next := loop.next(at)
			if next.Sub(at) != loop.period {
				t.Fatalf("%s: %v after the one before, want %v", loop.name, next.Sub(at), loop.period)
			}
			at = next
		}
	}
}

func TestARelistAtTheVeryInstantCountsUnlessALaterOneIsAskedFor(t *testing.T) {
	c := chance(2)
	at := c.Relist(worldStart, true)
	if got := c.Relist(at, false); !got.Equal(at) {
		t.Errorf("at or after a relist: %v later", got.Sub(at))
	}
	if got := c.Relist(at, true); !got.After(at) {
		t.Error("strictly after a relist: the same")
	}
}

func TestHousekeepingIsEverySecondLook(t *testing.T) {
	for seed := range uint64(20) {
		c := chance(seed)
		h := c.Housekeeping(worldStart)
		if !c.Look(h.Add(-time.Nanosecond)).Equal(h) {
			t.Errorf("seed %d: housekeeping is not at a look", seed)
		}
	}
}

func TestRequeuesAreUniformFromBaseToHalfAsMuchAgain(t *testing.T) {
	c := chance(3)
	const n = 10_000
	var sum time.Duration
	for i := range n {
		d := c.Requeue(worldStart.Add(time.Duration(i)*time.Second), 10*time.Second) // R33
		if d < 10*time.Second || d >= 15*time.Second {
			t.Fatalf("%v", d)
		}
		sum += d
	}
	if mean := sum / n; mean < 12400*time.Millisecond || mean > 12600*time.Millisecond {
		t.Errorf("mean %v, want about 12.5 s", mean)
	}
}

func TestPodsOfAKubeletShareItsLoopsAndNotItsJitter(t *testing.T) {
	c := chance(4)
	a, b := c.ForPod(0), c.ForPod(1)
	if !a.Look(worldStart).Equal(b.Look(worldStart)) {
		t.Error("two pods of one kubelet have different loops")
	}
	if a.Requeue(worldStart, time.Minute) == b.Requeue(worldStart, time.Minute) {
		t.Error("two pods have the same jitter")
	}
	if a.Requeue(worldStart, time.Minute) != c.ForPod(0).Requeue(worldStart, time.Minute) {
		t.Error("the same pod has another jitter when asked again")
	}
}

func TestTheFirstProbeWaitsForLessThanAPeriod(t *testing.T) {
	c := chance(5)
	for i := range 1000 {
		if d := c.FirstProbe(worldStart.Add(time.Duration(i)), 10*time.Second); d < 0 || d >= 10*time.Second { // P39
			t.Fatalf("%v", d)
		}
	}
}
