package node

import (
	"slices"
	"time"

	"github.com/podclock/podclock/internal/schedule"
	"github.com/podclock/podclock/lifecycle"
)

// At one instant things happen in this order: refusals of pods that arrive, arrivals,
// the other facts in the order of their injection, completions in the order of their
// requests, deadlines in the order of the pods. The queue holds all but deadlines.

type taskClass uint8

const (
	outside taskClass = iota
	completion
)

// classShift puts the class of a task before its number in the task's order.
const classShift = 62

// taskKind says what a task does when it is due.
type taskKind uint8

const (
	taskDeliver        taskKind = iota + 1 // event, to the pod
	taskHappening                          // happening, for the host
	taskArrive                             // the kubelet learns of the pod
	taskSandbox                            // event: a sandbox was run, or failed
	taskSandboxStopped                     // event: the sandbox was stopped
	taskSandboxDies                        // the sandbox dies
	taskPulled                             // event: an image was pulled, or failed
	taskCreated                            // event: a container was created, or failed
	taskStarted                            // event: a container starts, or fails to
	taskExit                               // event: a container ends, if it still runs
	taskLostEnd                            // a container in an unknown state ends
	taskRemoved                            // event: a dead container is removed
	taskNote                               // note: an app's behaviour changes
)

// task is something that will happen at some time.
type task struct {
	kind      taskKind
	cancelled bool
	pod       int32
	instance  uint64
	event     lifecycle.Event
	happening Happening
	note      Note
}

// queue holds tasks in their order. Tasks that are due at once go into a plain list:
// those that the heap has for the same instant were issued earlier and come first.
type queue struct {
	heap  schedule.Heap // by slot
	ready []int32       // the slots of tasks that are due at the present instant
	head  int           // the index of the first of them in ready
	tasks []task
	free  []int32
	seq   uint64
	// outside has the times of the queued facts, in order.
	outside []time.Duration
}

// add queues a task for the time at and returns it to be filled in. now is the present
// time. The pointer is valid until the next task is queued.
func (q *queue) add(now, at time.Duration, class taskClass) (*task, int32) {
	slot := q.slot()
	t := &q.tasks[slot]
	if at <= now && class == completion {
		q.ready = append(q.ready, slot)
		return t, slot
	}
	q.seq++
	at = max(at, now)
	q.heap.Set(slot, at, uint64(class)<<classShift|q.seq)
	if class == outside {
		i, _ := slices.BinarySearch(q.outside, at+1) // after its equals: most facts come in order
		q.outside = slices.Insert(q.outside, i, at)
	}
	return t, slot
}

// addOutside queues a task of a fact from outside.
func (q *queue) addOutside(at time.Duration, t task) {
	place, _ := q.add(-1, at, outside)
	*place = t
}

// nextOutside returns when the next fact from outside is due.
func (q *queue) nextOutside() (time.Duration, bool) {
	if len(q.outside) == 0 {
		return 0, false
	}
	return q.outside[0], true
}

func (q *queue) slot() int32 {
	if n := len(q.free); n > 0 {
		slot := q.free[n-1]
		q.free = q.free[:n-1]
		return slot
	}
	q.tasks = append(q.tasks, task{})
	return int32(len(q.tasks) - 1)
}

// cancel makes a task do nothing.
func (q *queue) cancel(slot int32) { q.tasks[slot].cancelled = true }

// next returns when the next task is due.
func (q *queue) next(now time.Duration) (time.Duration, bool) {
	slot, at, _, ok := q.heap.Next()
	for ok && q.tasks[slot].cancelled {
		q.release(q.pop())
		slot, at, _, ok = q.heap.Next()
	}
	switch {
	case ok && at <= now, q.head < len(q.ready):
		return now, true
	case ok:
		return at, true
	}
	return 0, false
}

// take removes the next task, which is due at now, and returns its slot. The caller
// must release the slot.
func (q *queue) take(now time.Duration) int32 {
	if _, at, _, ok := q.heap.Next(); ok && at <= now {
		return q.pop()
	}
	slot := q.ready[q.head]
	if q.head++; q.head == len(q.ready) {
		q.ready, q.head = q.ready[:0], 0
	}
	return slot
}

// pop removes the first task of the heap and returns its slot.
func (q *queue) pop() int32 {
	slot, _, order, _ := q.heap.Next()
	if taskClass(order>>classShift) == outside {
		q.outside = q.outside[1:]
	}
	q.heap.Remove(slot)
	return slot
}

func (q *queue) release(slot int32) {
	q.tasks[slot] = task{}
	q.free = append(q.free, slot)
}

func (q *queue) clone() queue {
	c := *q
	c.heap, c.ready = q.heap.Clone(), slices.Clone(q.ready)
	c.tasks, c.free = slices.Clone(q.tasks), slices.Clone(q.free)
	c.outside = slices.Clone(q.outside)
	return c
}
