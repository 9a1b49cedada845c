package agent

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// watcher remembers which pods have changed since it was last asked.
type watcher struct {
	mu      sync.Mutex
	changed []*pod // in the order of their first change
	marked  map[*pod]bool
	wake    chan struct{}
}

func (w *watcher) mark(p *pod) {
	w.mu.Lock()
	if !w.marked[p] {
		w.marked[p] = true
		w.changed = append(w.changed, p)
	}
	w.mu.Unlock()
	w.poke()
}

func (w *watcher) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watcher) take() []*pod {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.changed
	w.changed = nil
	clear(w.marked)
	return taken
}

// Watch yields every pod, and then each pod that changes, until ctx ends or Run
// returns. A slow reader skips intermediate states but always gets the latest
// one, possibly twice.
func (a *Agent) Watch(ctx context.Context) iter.Seq[Change] {
	return func(yield func(Change) bool) {
		w := &watcher{marked: map[*pod]bool{}, wake: make(chan struct{}, 1)}
		a.subscribe(w)
		defer a.unsubscribe(w)
		for {
			for _, p := range w.take() {
				if ctx.Err() != nil || !yield(*p.change.Load()) {
					return
				}
			}
			if a.isStopped() {
				return
			}
			select {
			case <-w.wake:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (a *Agent) subscribe(w *watcher) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.changed = slices.Clone(a.pods)
	a.watchers[w] = struct{}{}
}

func (a *Agent) unsubscribe(w *watcher) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.watchers, w)
}

func (a *Agent) isStopped() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stopped
}

// markLocked tells all who watch; the caller holds a.mu.
func (a *Agent) markLocked(p *pod) {
	for w := range a.watchers {
		w.mark(p)
	}
}

// publish makes a change of a pod known. It belongs to the loop.
func (a *Agent) publish(p *pod, change func(*Change)) {
	c := *p.change.Load()
	change(&c)
	p.change.Store(&c)
	a.mu.Lock()
	a.markLocked(p)
	a.mu.Unlock()
	if a.o.OnStatus != nil {
		a.o.OnStatus(c)
	}
}
