package agent

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// watcher remembers which pods have changed since it was last asked. It remembers
// pods rather than changes: a slow reader costs no memory, and skips intermediate
// states.
type watcher struct {
	mu      sync.Mutex
	changed []*pod // in the order of their first change
	marked  map[*pod]bool
	wake    chan struct{}
}

// newWatcher returns a watcher to which these pods are new.
func newWatcher(pods []*pod) *watcher {
	return &watcher{changed: slices.Clone(pods), marked: map[*pod]bool{}, wake: make(chan struct{}, 1)}
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

// poke wakes the reader. It never blocks.
func (w *watcher) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns the pods that have changed.
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
		w := a.pods.watch()
		defer a.pods.unwatch(w)
		for {
			for _, p := range w.take() {
				if ctx.Err() != nil || !yield(*p.change.Load()) {
					return
				}
			}
			if a.pods.isClosed() {
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
