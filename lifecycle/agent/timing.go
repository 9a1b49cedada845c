package agent

import (
	"math/rand/v2"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// LiveTiming returns the timing of an agent, which is told what a kubelet has
// to find out. The runtime's notices take the place of relists: the agent sees
// a change at once, and syncs a pod as soon as it is due. Only a pod that
// changes more than 20 times in a row is seen once a second, as a kubelet sees
// it.
//
// The delays that a kubelet has on purpose stay. It syncs a pod again after a
// minute, or 10 s after an error, times a jitter of up to a half (R33). It
// collects dead containers once a minute (T13), and does its housekeeping every
// 2 s (T2).
//
// Its Chance remembers how often it was asked. Machines must therefore not
// share one: an agent makes one for each pod.
func LiveTiming(r *rand.Rand) *lifecycle.Timing {
	t := lifecycle.KubeletTiming(r)
	t.Chance = newLive(t.Chance)
	return t
}

// relistGap is the least time between two relists of a pod. Without it, what
// follows from a relist would be seen by another one at the same instant,
// without end.
const relistGap = time.Millisecond

// A pod may have relistBurst relists at once in a row, and gains one every
// relistRefill. The limit is there because only relists slow down some rules:
// if a runtime gives sandboxes no address, each sync replaces the sandbox (S1),
// and the relist after it sets off the next sync.
const (
	relistBurst  = 20
	relistRefill = time.Second
)

// live is the Chance of an agent's pod: that of a kubelet, but with relists and
// looks at once.
type live struct {
	lifecycle.Chance
	full time.Time // when the whole burst is available again
}

func newLive(w lifecycle.Chance) *live { return &live{Chance: w} }

// Relist implements [lifecycle.Chance]. It is at once, as long as the burst
// lasts.
func (l *live) Relist(t time.Time, after bool) time.Time {
	if l.full.Before(t) {
		l.full = t
	}
	if l.full.Sub(t) > (relistBurst-1)*relistRefill {
		return l.Chance.Relist(t, after)
	}
	l.full = l.full.Add(relistRefill)
	if after {
		return t.Add(relistGap)
	}
	return t
}

// Look implements [lifecycle.Chance]. It is at once.
func (*live) Look(t time.Time) time.Time { return t.Add(1) }

// ForPod returns the Chance of the pod number n.
func (l *live) ForPod(n int) lifecycle.Chance { return newLive(lifecycle.ChanceOf(l.Chance, n)) }

// podTiming returns a pod's timing. If there is a flight recorder, the timing
// records what chance decides.
func (a *Agent) podTiming(p *pod) *lifecycle.Timing {
	t := *a.o.Timing
	t.Chance = lifecycle.ChanceOf(t.Chance, p.number)
	heard := &t
	if a.o.Flight != nil {
		p.track, heard = a.o.Flight.Track(a.o.Config, &t)
	}
	return heard
}
