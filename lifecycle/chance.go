package lifecycle

import (
	"math/rand/v2"
	"time"
)

// KubeletTiming is the timing of a real kubelet (T31): its constants (K.1), and
// a [SeededChance] drawn from r.
func KubeletTiming(r *rand.Rand) *Timing {
	return &Timing{
		OnDemandRelist: time.Millisecond,
		SyncDuration:   500 * time.Microsecond,
		Resync:         time.Minute,
		RetryError:     10 * time.Second,
		RetryNetwork:   time.Second,
		Chance:         NewSeededChance(r),
	}
}

// SeededChance is the [Chance] of one kubelet, with every phase and jitter drawn from
// a seed. Its answers depend on their arguments alone: it remembers nothing,
// so machines that share it, and copies of them, do not disturb each other.
type SeededChance struct {
	relist       grid
	look         grid
	housekeeping grid
	collect      grid
	key, pod     uint64
}

// relistTakes is how long a relist takes in a [Chance]: the generator's timer
// starts anew after each (T3).
const relistTakes = 2 * time.Millisecond

// NewSeededChance draws the phases of one kubelet's loops (T31).
func NewSeededChance(r *rand.Rand) *SeededChance {
	look := drawGrid(r, time.Second)
	c := &SeededChance{
		relist:  drawGrid(r, time.Second+relistTakes),
		look:    look,
		collect: drawGrid(r, time.Minute),
		key:     r.Uint64(),
	}
	c.housekeeping = grid{period: 2 * time.Second, phase: look.phase} // both are cases of one loop
	if r.Uint64()&1 == 1 {
		c.housekeeping.phase += time.Second
	}
	return c
}

// ForPod returns the chance of pod number n of the same kubelet: the loops are
// shared, and the jitter is its own.
func (c *SeededChance) ForPod(n int) Chance {
	p := *c
	p.pod = uint64(n) + 1
	return &p
}

// Relist implements [Chance].
func (c *SeededChance) Relist(t time.Time, after bool) time.Time {
	if !after {
		t = t.Add(-1)
	}
	return c.relist.next(t)
}

// Look implements [Chance].
func (c *SeededChance) Look(t time.Time) time.Time { return c.look.next(t) }

// Housekeeping implements [Chance].
func (c *SeededChance) Housekeeping(t time.Time) time.Time { return c.housekeeping.next(t) }

// Collect implements [Chance].
func (c *SeededChance) Collect(t time.Time) time.Time { return c.collect.next(t) }

// Requeue implements [Chance]: base times a factor that is uniform in [1, 1.5)
// (R33).
func (c *SeededChance) Requeue(now time.Time, base time.Duration) time.Duration {
	return base + time.Duration(c.uniform(now, uint64(base))*float64(base)/2)
}

// FirstProbe implements [Chance]: uniform in [0, period) (P39).
func (c *SeededChance) FirstProbe(now time.Time, period time.Duration) time.Duration {
	return time.Duration(c.uniform(now, ^uint64(period)) * float64(period))
}

// uniform returns a number in [0, 1) that depends on the kubelet, the pod, the
// instant and the purpose.
func (c *SeededChance) uniform(now time.Time, purpose uint64) float64 {
	seed := rand.NewPCG(c.key^c.pod*0x9e3779b97f4a7c15, uint64(now.UnixNano())^purpose<<1)
	seed.Uint64() // the first output still shows the seed
	return float64(seed.Uint64()>>11) / (1 << 53)
}

// grid is a ticker: the instants that are phase modulo period.
type grid struct{ period, phase time.Duration }

func drawGrid(r *rand.Rand, period time.Duration) grid {
	return grid{period: period, phase: time.Duration(r.Int64N(int64(period)))}
}

// next returns the first instant of the grid strictly after t.
func (g grid) next(t time.Time) time.Time {
	into := (time.Duration(t.UnixNano()) - g.phase) % g.period
	if into < 0 {
		into += g.period
	}
	return t.Add(g.period - into)
}

// ChanceOf returns the Chance of pod number n of a node. A Chance with a method
// ForPod(n int) Chance has one for each pod; any other is shared by all.
func ChanceOf(c Chance, n int) Chance {
	if f, ok := c.(interface{ ForPod(n int) Chance }); ok {
		return f.ForPod(n)
	}
	return c
}
