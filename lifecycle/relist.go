package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// touched notes that the runtime has changed, so that the next relist sees it.
func (k *kubelet) touched() { k.pleg.Touch(k.now, k.timing.Chance) }

// requestRelist asks for a relist of this pod (T4, R37).
func (k *kubelet) requestRelist() {
	if !k.t.cfg.Gates.DisableOnDemandRelist && k.timing.relistsOnDemand() {
		k.pleg.RequestRelist(k.now, k.timing.OnDemandRelist)
	}
}

// relistOnDemand does the relist of this pod, unless one of all pods came first.
// A pass that waits for a snapshot waits for this.
func (k *kubelet) relistOnDemand() {
	if !k.pleg.TakeOnDemand(k.now, k.timing.Chance) {
		return
	}
	k.relist()
	if k.pass.Stage == execute.StageSnapshot {
		k.pass.Wake()
	}
}

// relist looks for changes in the runtime, and asks for a sync of each (T20, T23).
func (k *kubelet) relist() {
	for _, e := range k.pleg.Relist(k.now, &k.truth, k.t.spec.HostNetwork) {
		if k.announced(e) {
			k.requestSync()
		}
		if e.State == restart.StateExited {
			k.died(e)
		}
	}
}

// announced reports whether a change asks for a sync (T20).
func (k *kubelet) announced(e pleg.Item) bool {
	switch e.State {
	case restart.StateRunning, restart.StateExited:
		return true
	case restart.StateUnknown:
		return k.timing.announcesUnknown()
	}
	return false
}

// inspect reads the runtime's present state.
func (k *kubelet) inspect() inventory.Snapshot { return k.pleg.Inspect(&k.truth, k.t.spec.HostNetwork) }

// newerSnapshot reports whether the cache is newer than the end of the last sync
// (T12); if not, the pass waits for the next relist. A new kubelet process lists
// before it syncs.
func (k *kubelet) newerSnapshot() bool {
	last := k.worker.LastSync
	if last.IsZero() {
		if !k.start.IsZero() {
			k.relist()
		}
		return true
	}
	wait, relist := k.pleg.NewerThan(last, k.now, k.timing.Chance)
	if relist {
		k.relist()
	}
	k.pass.Wait(wait)
	return wait.IsZero()
}
