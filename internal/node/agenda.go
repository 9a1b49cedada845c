package node

import (
	"time"

	"github.com/podclock/podclock/internal/schedule"
)

// agenda is what is due and when: tasks, and the deadlines of the pods' machines.
// It holds the virtual time, which only moves forward.
type agenda struct {
	start   time.Time
	now     time.Duration // since start
	instant time.Time     // start + now, which is asked for all the time
	steps   int           // at the present instant
	// quietUntil is the instant up to which nothing can come from outside: no app's
	// promise reaches farther.
	quietUntil time.Duration

	queue     queue
	deadlines schedule.Heap // of the pods' machines; those of one instant by number
}

func (a *agenda) clone() agenda {
	c := *a
	c.queue = a.queue.clone()
	c.deadlines = a.deadlines.Clone()
	return c
}

// next returns when something is due by itself, and whether anything is.
func (a *agenda) next() (time.Duration, bool) {
	at, ok := a.queue.next(a.now)
	if _, d, _, some := a.deadlines.Next(); some && (!ok || d < at) {
		return max(d, a.now), true
	}
	return at, ok
}

// advance moves the time on.
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

// deadline sets when a pod's machine wants to be stepped, if it does.
func (a *agenda) deadline(pod int32, at time.Time, ok bool) {
	if ok {
		a.deadlines.Set(pod, at.Sub(a.start), uint64(pod))
	} else {
		a.deadlines.Remove(pod)
	}
}

// promise returns the time until which a reply is certain to stay as it is, given
// what the app says: no fact can come before it.
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
