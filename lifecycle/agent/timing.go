package agent

import (
	"math/rand/v2"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// LiveTiming is the timing of an agent, which is told what a kubelet has to
// find out. The runtime's notices take the place of relists: what has happened
// is seen at once, and a pod is looked at as soon as it is due. Only a pod of
// which more than 20 changes come in a row is seen once a second, as by a
// kubelet. What paces a kubelet on purpose is as in a kubelet: a pod is synced
// again after a minute, or 10 s after an error, times a jitter of up to a half
// (R33); dead containers are collected once a minute (T13); housekeeping comes
// every 2 s (T2).
//
// Its Chance remembers how often it was asked: machines must not share that of
// one pod.
func LiveTiming(r *rand.Rand) *lifecycle.Timing {
	t := lifecycle.KubeletTiming(r)
	t.Chance = newLive(t.Chance)
	return t
}

// relistGap is the least time between two relists of a pod, so that what
// follows from one is not seen by another at the same instant.
const relistGap = time.Millisecond

// Of relists at once a pod has so many in a row, and another one each second.
// There are rules that only the kubelet's relists slow down: if a runtime gives
// sandboxes no address, each sync replaces the sandbox (S1), and its relist sets
// off the next one.
const (
	relistBurst  = 20
	relistRefill = time.Second
)

// live is the world of an agent's pod: chance as in a kubelet, without its
// waiting.
type live struct {
	lifecycle.Chance
	full time.Time // when all of the burst is there again
}

func newLive(w lifecycle.Chance) *live { return &live{Chance: w} }

// Relist implements [lifecycle.Chance].
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

// Look implements [lifecycle.Chance].
func (*live) Look(t time.Time) time.Time { return t.Add(1) }

// ForPod returns the world of the pod number n.
func (l *live) ForPod(n int) lifecycle.Chance { return newLive(forPod(l.Chance, n)) }

// forPod is a world for the pod number n, if there is a special one.
func forPod(w lifecycle.Chance, n int) lifecycle.Chance {
	if f, ok := w.(interface{ ForPod(n int) lifecycle.Chance }); ok {
		return f.ForPod(n)
	}
	return w
}

// podTiming is the timing for a pod, which the flight recorder hears.
func (a *Agent) podTiming(p *pod) *lifecycle.Timing {
	t := *a.o.Timing
	t.Chance = forPod(t.Chance, p.number)
	heard := &t
	if a.o.Flight != nil {
		p.track, heard = a.o.Flight.Track(a.o.Config, &t)
	}
	return heard
}
