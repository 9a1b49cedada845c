package agent

import "sync"

// idleProbers is how many goroutines wait for the next attempt of a probe, any
// pod's: to begin one costs more than an attempt that is quick.
const idleProbers = 32

// probers is the queue of attempts, and who takes from it. As long as something
// is queued one goroutine is on its way, and it calls the next one before it
// begins: so no attempt waits for another to end, and yet attempts that do not
// block, or not for long, are made by the same goroutine, one after the other.
type probers struct {
	mu      sync.Mutex
	some    sync.Cond // something is queued, or the end has come
	queue   []attempt
	first   int  // in queue: those before it are taken
	waiting int  // goroutines
	called  bool // a goroutine is on its way
	closed  bool
}

// put queues an attempt. If begin is true, a goroutine is to begin that takes it.
func (p *probers) put(job attempt) (begin bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first > len(p.queue)/2 && len(p.queue) == cap(p.queue) {
		p.queue = p.queue[:copy(p.queue, p.queue[p.first:])]
		p.first = 0
	}
	p.queue = append(p.queue, job)
	return p.call()
}

// call sees to it that a goroutine comes.
func (p *probers) call() (begin bool) {
	if p.called {
		return false
	}
	p.called = true
	if p.waiting == 0 {
		return true
	}
	p.waiting--
	p.some.Signal()
	return false
}

// take waits for the next attempt; arrives: the goroutine was begun for it. If
// begin is true, another is to begin for the one after it. It is not ok at the
// end, or if enough others wait.
func (p *probers) take(job *attempt, arrives bool) (begin, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if arrives {
			p.called = false
		}
		switch {
		case p.closed:
			return false, false
		case p.first < len(p.queue):
			*job = p.queue[p.first]
			p.queue[p.first] = attempt{}
			if p.first++; p.first == len(p.queue) {
				p.queue, p.first = p.queue[:0], 0
				return false, true
			}
			return p.call(), true
		case p.waiting == idleProbers:
			return false, false
		}
		p.waiting++
		p.some.Wait()
		arrives = true
	}
}

// close ends the goroutines that wait, and all others as soon as they are done.
func (p *probers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.some.Broadcast()
}
