package agent

import "sync"

// idleProbers is how many goroutines wait for the next attempt of a probe, any
// pod's: to begin one costs more than an attempt that is quick.
const idleProbers = 32

// probeQueue is the queue of attempts, and who takes from it. As long as something
// is queued one goroutine is on its way, and it calls the next one before it
// begins: so no attempt waits for another to end, and yet attempts that do not
// block, or not for long, are made by the same goroutine, one after the other.
type probeQueue struct {
	mu       sync.Mutex
	some     sync.Cond // something is queued, or the end has come
	attempts []attempt
	first    int  // in attempts: those before it are taken
	waiting  int  // goroutines
	called   bool // a goroutine is on its way
	closed   bool
}

// put queues an attempt. If begin is true, a goroutine is to begin that takes it.
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

// call sees to it that a goroutine comes.
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

// take waits for the next attempt; arrives: the goroutine comes because it was
// called. If begin is true, another is to begin for the one after it. It is not
// ok at the end, or if enough others wait.
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

// close ends the goroutines that wait, and all others as soon as they are done.
func (q *probeQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.some.Broadcast()
}
