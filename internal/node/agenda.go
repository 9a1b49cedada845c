package node

import (
	"time"

	"github.com/podclock/podclock/internal/schedule"
)

// agenda holds the virtual time and everything that is due: tasks, and the deadlines of
// the pods' machines. The time only moves forward.
type agenda struct {
	start   time.Time
	now     time.Duration // since start
	instant time.Time     // start + now, kept since every step needs it
	steps   int           // how many at the present instant
	// quietUntil is the instant before which nothing can come from outside. No promise
	// of an app holds longer.
	quietUntil time.Duration

	queue     queue
	deadlines schedule.Heap // by pod; at one instant in the order of the pods' numbers
}

func (a *agenda) clone() agenda {
	c := *a
	c.queue = a.queue.clone()
	c.deadlines = a.deadlines.Clone()
	return c
}

// next returns when the next thing is due. It returns false if nothing is.
func (a *agenda) next() (time.Duration, bool) {
	at, ok := a.queue.next(a.now)
	if _, d, _, some := a.deadlines.Next(); some && (!ok || d < at) {
		return max(d, a.now), true
	}
	return at, ok
}

// advance moves the time forward.
func (a *agenda) advance(to time.Duration) {
	if to > a.now {
		a.now, a.instant, a.steps = to, a.start.Add(to), 0
	}
}

// after queues the completion of a request, and returns its slot.
func (a *agenda) after(d time.Duration, t task) int32 {
	place, slot := a.queue.add(a.now, a.now+d, completion)
	*place = t
	return slot
}

// deadline sets when a pod's machine must be stepped. If ok is false, it need not be.
func (a *agenda) deadline(pod int32, at time.Time, ok bool) {
	if ok {
		a.deadlines.Set(pod, at.Sub(a.start), uint64(pod))
	} else {
		a.deadlines.Remove(pod)
	}
}

// promise returns the time until which a reply stays the same. It is the app's own
// promise, but at most quietUntil or the next queued fact, since a fact may change the
// reply. If no time is left, it is zero.
func (a *agenda) promise(until time.Time) time.Time {
	if until.IsZero() {
		return time.Time{}
	}
	end := min(until.Sub(a.start), a.quietUntil)
	if at, ok := a.queue.nextOutside(); ok {
		end = min(end, at)
	}
	if end <= a.now {
		return time.Time{}
	}
	return a.start.Add(end)
}
