package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// touched notes that the runtime has changed, so that the next relist sees it.
func (p *Pod) touched() { p.pleg.Touch(p.now, p.timing.Chance) }

// requestRelist asks for a relist of this pod (T4, R37).
func (p *Pod) requestRelist() {
	if !p.t.cfg.Gates.DisableOnDemandRelist && p.timing.relistsOnDemand() {
		p.pleg.RequestRelist(p.now, p.timing.OnDemandRelist)
	}
}

// relistOnDemand does the relist of this pod, unless one of all pods came first.
// A pass that waits for a snapshot waits for this.
func (p *Pod) relistOnDemand() {
	if !p.pleg.TakeOnDemand(p.now, p.timing.Chance) {
		return
	}
	p.relist()
	if p.pass.Stage == execute.StageSnapshot {
		p.pass.Wake()
	}
}

// relist looks for changes in the runtime, and asks for a sync of each (T20, T23).
func (p *Pod) relist() {
	for _, e := range p.pleg.Relist(p.now, &p.truth, p.t.spec.HostNetwork) {
		if p.announced(e) {
			p.requestSync()
		}
		if e.State == restart.StateExited {
			p.died(e)
		}
	}
}

// announced reports whether a change asks for a sync (T20).
func (p *Pod) announced(e pleg.Item) bool {
	switch e.State {
	case restart.StateRunning, restart.StateExited:
		return true
	case restart.StateUnknown:
		return p.timing.announcesUnknown()
	}
	return false
}

// inspect reads the runtime's present state.
func (p *Pod) inspect() inventory.Snapshot { return p.pleg.Inspect(&p.truth, p.t.spec.HostNetwork) }

// newerSnapshot reports whether the cache is newer than the end of the last sync
// (T12); if not, the pass waits for the next relist. A new kubelet process lists
// before it syncs.
func (p *Pod) newerSnapshot() bool {
	last := p.worker.LastSync
	if last.IsZero() {
		if !p.kubeletStart.IsZero() {
			p.relist()
		}
		return true
	}
	wait, relist := p.pleg.NewerThan(last, p.now, p.timing.Chance)
	if relist {
		p.relist()
	}
	p.pass.Wait(wait)
	return wait.IsZero()
}
