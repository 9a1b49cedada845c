package agent

import (
	"math/rand/v2"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// LiveTiming is the timing of an agent, which is told what a kubelet has to
// find out. The runtime's notices take the place of relists: what has happened
// is seen at once, and a pod is looked at as soon as it is due. What paces a
// kubelet on purpose is as in a kubelet: a pod is synced again after a minute,
// or 10 s after an error, times a jitter of up to a half (R33); dead containers
// are collected once a minute (T13); housekeeping comes every 2 s (T2).
func LiveTiming(r *rand.Rand) *lifecycle.Timing {
	t := lifecycle.KubeletTiming(r)
	t.World = live{t.World}
	return t
}

// relistGap is the least time between two relists of a pod. Without it a pod
// whose syncs follow from one another would turn in circles at one instant.
const relistGap = time.Millisecond

// live is the world of an agent: chance as in a kubelet, without its waiting.
type live struct{ lifecycle.World }

// Relist implements [lifecycle.World].
func (live) Relist(t time.Time, after bool) time.Time {
	if after {
		return t.Add(relistGap)
	}
	return t
}

// Look implements [lifecycle.World].
func (live) Look(t time.Time) time.Time { return t.Add(1) }

// ForPod returns the world of the pod number n.
func (l live) ForPod(n int) lifecycle.World { return live{forPod(l.World, n)} }

// forPod is a world for the pod number n, if there is a special one.
func forPod(w lifecycle.World, n int) lifecycle.World {
	if f, ok := w.(interface{ ForPod(n int) lifecycle.World }); ok {
		return f.ForPod(n)
	}
	return w
}

// podTiming is the timing for the pod number n.
func (a *Agent) podTiming(n int) *lifecycle.Timing {
	t := *a.o.Timing
	t.World = forPod(t.World, n)
	return &t
}
