package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// eventGenerator is the PLEG: it learns by relisting what has changed in the
// runtime, keeps the snapshot that syncs work on, and asks for syncs (T3, T4,
// T12, T23).
type eventGenerator struct {
	Seen     []seen              `json:"seen,omitempty"`     // what the last relist saw
	Snapshot *inventory.Snapshot `json:"snapshot,omitempty"` // the cache; nil before anything was seen
	Observed time.Time           `json:"observed,omitzero"`  // when the pod was last relisted on demand

	RelistAt   time.Time `json:"relistAt,omitzero"`  // the next relist that has something to see; zero: none
	TouchedAt  time.Time `json:"touchedAt,omitzero"` // when the first change was made that it will see
	OnDemandAt time.Time `json:"onDemandAt,omitzero"`
	Requested  time.Time `json:"requested,omitzero"` // when onDemandAt was asked for
	Relisted   time.Time `json:"relisted,omitzero"`  // the latest relist that is known to have been
}

// seen is one container or sandbox as a relist saw it. Sandboxes count as
// running while they are ready, else as exited.
type seen struct {
	ID        uint64        `json:"id"`
	Container int           `json:"container"` // NoContainer: a sandbox
	State     restart.State `json:"state"`
}

// clone copies the snapshot, too.
func (g *eventGenerator) clone() eventGenerator {
	c := *g
	c.Seen, c.Snapshot = append([]seen(nil), g.Seen...), g.Snapshot.Clone()
	return c
}

// touched notes that the runtime has changed, so that the next relist sees it.
func (p *Pod) touched() {
	if p.pleg.RelistAt.IsZero() {
		p.pleg.TouchedAt = p.now
		p.pleg.RelistAt = p.timing.Chance.Relist(p.now, p.pleg.Relisted.Equal(p.now))
	}
}

// requestRelist asks for a relist of this pod (T4, R37).
func (p *Pod) requestRelist() {
	if p.t.cfg.Gates.DisableOnDemandRelist || !p.timing.relistsOnDemand() || !p.pleg.OnDemandAt.IsZero() {
		return
	}
	p.pleg.Requested, p.pleg.OnDemandAt = p.now, p.now.Add(p.timing.OnDemandRelist)
}

// relistOnDemand does the relist of this pod, unless a global one has come
// since it was asked for.
func (p *Pod) relistOnDemand() {
	p.pleg.OnDemandAt = time.Time{}
	overtaken := !p.pleg.Relisted.Before(p.pleg.Requested) || !p.timing.Chance.Relist(p.pleg.Requested, true).After(p.now)
	if overtaken {
		return
	}
	p.pleg.Observed = p.now
	p.relist()
	if p.pass.Stage == stageSnapshot {
		p.pass.WakeAt = time.Time{} // this is what it waits for
	}
}

// relist compares the runtime with what was seen last, refreshes the snapshot
// if anything changed, and asks for a sync (T20, T23).
func (p *Pod) relist() {
	p.pleg.Relisted, p.pleg.RelistAt = p.now, time.Time{}
	current := p.observe()
	events := compare(p.pleg.Seen, current)
	if len(events) == 0 {
		return
	}
	p.pleg.Seen = current
	p.refresh()
	for _, e := range events {
		if p.announced(e) {
			p.requestSync()
		}
		if e.State == restart.StateExited {
			p.died(e)
		}
	}
}

// announced reports whether a change asks for a sync (T20).
func (p *Pod) announced(e seen) bool {
	switch e.State {
	case restart.StateRunning, restart.StateExited:
		return true
	case restart.StateUnknown:
		return p.timing.announcesUnknown()
	}
	return false
}

// refresh makes a new snapshot of the runtime.
func (p *Pod) refresh() {
	snapshot := p.inspect()
	p.pleg.Snapshot = &snapshot
}

// inspect reads the runtime's present state. The addresses of a pod without a
// ready sandbox are those it had.
func (p *Pod) inspect() inventory.Snapshot {
	r := p.truth.Snapshot()
	if s := r.ActiveSandbox(); s != nil && s.IP != "" && !p.t.hostNetwork {
		r.IPs = []string{s.IP}
	} else if s == nil && p.pleg.Snapshot != nil {
		r.IPs = p.pleg.Snapshot.IPs
	}
	return r
}

// observe lists containers, then sandboxes, newest first.
func (p *Pod) observe() []seen {
	var list []seen
	for i := range p.truth.Instances() {
		c := &p.truth.Instances()[i]
		list = append(list, seen{c.ID, c.Container, c.State})
	}
	for _, s := range p.truth.Sandboxes() {
		state := restart.StateExited
		if s.Ready {
			state = restart.StateRunning
		}
		list = append(list, seen{s.ID, NoContainer, state})
	}
	slices.Reverse(list)
	return list
}

// compare lists what changed: the new state of each, StateAbsent for what was
// removed. What vanished without having been seen to exit has died, too (T23).
func compare(old, current []seen) []seen {
	var events []seen
	for _, o := range old {
		if stateIn(current, o.ID) != restart.StateAbsent {
			continue
		}
		gone := o
		if o.State != restart.StateExited {
			gone.State = restart.StateExited
			events = append(events, gone)
		}
		gone.State = restart.StateAbsent
		events = append(events, gone)
	}
	for _, c := range current {
		if known(c.State) != known(stateIn(old, c.ID)) {
			events = append(events, c)
		}
	}
	return events
}

// known folds created into unknown, as the event generator does (T23).
func known(s restart.State) restart.State {
	if s == restart.StateCreated {
		return restart.StateUnknown
	}
	return s
}

func stateIn(list []seen, id uint64) restart.State {
	for _, s := range list {
		if s.ID == id {
			return s.State
		}
	}
	return restart.StateAbsent
}

// newerSnapshot reports whether the cache is newer than the end of the last
// sync (T12); if not, the pass waits for the next relist.
func (p *Pod) newerSnapshot() bool {
	last := p.worker.LastSync
	if last.IsZero() && !p.kubeletStart.IsZero() {
		p.relist() // a new kubelet process lists before it syncs
	}
	if last.IsZero() || p.pleg.Observed.After(last) {
		return true
	}
	at := p.timing.Chance.Relist(last, true)
	if at.After(p.now) {
		p.pass.WakeAt = at
		return false
	}
	if p.pleg.Relisted.Before(at) {
		p.pleg.Relisted = at
		if !p.pleg.RelistAt.IsZero() && !p.pleg.TouchedAt.After(at) {
			p.relist() // it has seen what changed before it
		}
	}
	return true
}

// snapshot returns the cached snapshot, empty before the first relist.
func (p *Pod) snapshot() *inventory.Snapshot {
	if p.pleg.Snapshot == nil {
		return &inventory.Snapshot{}
	}
	return p.pleg.Snapshot
}
