package agent

import "sync"

// idleProbers is how many goroutines wait for the next attempt, of any pod. To
// begin a goroutine costs more than a quick attempt.
const idleProbers = 32

// probeQueue is the queue of attempts, and counts the goroutines that take from
// it. As long as an attempt is queued, one goroutine is on its way, and it calls
// the next one before it begins its attempt. So no attempt waits for another to
// end, and yet one goroutine makes many attempts that do not block for long.
type probeQueue struct {
	mu       sync.Mutex
	some     sync.Cond // an attempt is queued, or the queue is closed
	attempts []attempt
	first    int  // index of the first attempt that is not taken
	waiting  int  // goroutines in take
	called   bool // a goroutine is on its way
	closed   bool
}

func (q *probeQueue) init() { q.some.L = &q.mu }

// put queues an attempt. If begin is true, the caller must begin a goroutine
// that takes it.
func (q *probeQueue) put(job attempt) (begin bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.first > len(q.attempts)/2 && len(q.attempts) == cap(q.attempts) {
		n := copy(q.attempts, q.attempts[q.first:])
		clear(q.attempts[n:])
		q.attempts, q.first = q.attempts[:n], 0
	}
	q.attempts = append(q.attempts, job)
	return q.call()
}

// call wakes a goroutine that waits. If begin is true, none waits, and the
// caller must begin one.
func (q *probeQueue) call() (begin bool) {
	if q.called {
		return false
	}
	q.called = true
	if q.waiting == 0 {
		return true
	}
	q.waiting--
	q.some.Signal()
	return false
}

// take waits for the next attempt. arrives says that the goroutine comes
// because it was called. If begin is true, the caller must begin another
// goroutine for the attempt after it. If ok is false, the caller must end: the
// queue is closed, or enough others wait.
func (q *probeQueue) take(job *attempt, arrives bool) (begin, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if arrives {
			q.called = false
		}
		switch {
		case q.closed:
			return false, false
		case q.first < len(q.attempts):
			*job = q.attempts[q.first]
			q.attempts[q.first] = attempt{}
			if q.first++; q.first == len(q.attempts) {
				q.attempts, q.first = q.attempts[:0], 0
				return false, true
			}
			return q.call(), true
		case q.waiting == idleProbers:
			return false, false
		}
		q.waiting++
		q.some.Wait()
		arrives = true
	}
}

// close ends the goroutines that wait, and each other one after its attempt.
func (q *probeQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.some.Broadcast()
}
