package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/restart"
)

// eventGenerator is the PLEG: it learns by relisting what has changed in the
// runtime, keeps the snapshot that syncs work on, and asks for syncs (T3, T4,
// T12, T23).
type eventGenerator struct {
	seen     []seen    // what the last relist saw
	snapshot *Runtime  // the cache; nil before anything was seen
	observed time.Time // when the pod was last relisted on demand

	relistAt   time.Time // the next relist that has something to see; zero: none
	touchedAt  time.Time // when the first change was made that it will see
	onDemandAt time.Time
	requested  time.Time // when onDemandAt was asked for
	relisted   time.Time // the latest relist that is known to have been
}

// seen is one container or sandbox as a relist saw it. Sandboxes count as
// running while they are ready, else as exited.
type seen struct {
	id        uint64
	container int // NoContainer: a sandbox
	state     restart.State
}

// touched notes that the runtime has changed, so that the next relist sees it.
func (p *Pod) touched() {
	if p.pleg.relistAt.IsZero() {
		p.pleg.touchedAt = p.now
		p.pleg.relistAt = p.timing.Chance.Relist(p.now, p.pleg.relisted.Equal(p.now))
	}
}

// requestRelist asks for a relist of this pod (T4, R37).
func (p *Pod) requestRelist() {
	if p.t.cfg.Gates.DisableOnDemandRelist || !p.timing.relistsOnDemand() || !p.pleg.onDemandAt.IsZero() {
		return
	}
	p.pleg.requested, p.pleg.onDemandAt = p.now, p.now.Add(p.timing.OnDemandRelist)
}

// relistOnDemand does the relist of this pod, unless a global one has come
// since it was asked for.
func (p *Pod) relistOnDemand() {
	p.pleg.onDemandAt = time.Time{}
	overtaken := !p.pleg.relisted.Before(p.pleg.requested) || !p.timing.Chance.Relist(p.pleg.requested, true).After(p.now)
	if overtaken {
		return
	}
	p.pleg.observed = p.now
	p.relist()
	if p.pass.stage == stageSnapshot {
		p.pass.wakeAt = time.Time{} // this is what it waits for
	}
}

// relist compares the runtime with what was seen last, refreshes the snapshot
// if anything changed, and asks for a sync (T20, T23).
func (p *Pod) relist() {
	p.pleg.relisted, p.pleg.relistAt = p.now, time.Time{}
	current := p.observe()
	events := compare(p.pleg.seen, current)
	if len(events) == 0 {
		return
	}
	p.pleg.seen = current
	p.refresh()
	for _, e := range events {
		if p.announced(e) {
			p.requestSync()
		}
		if e.state == restart.StateExited {
			p.died(e)
		}
	}
}

// announced reports whether a change asks for a sync (T20).
func (p *Pod) announced(e seen) bool {
	switch e.state {
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
	p.pleg.snapshot = &snapshot
}

// inspect reads the runtime's present state. The addresses of a pod without a
// ready sandbox are those it had.
func (p *Pod) inspect() Runtime {
	r := p.world.view()
	if s := r.activeSandbox(); s != nil && s.IP != "" && !p.t.hostNetwork {
		r.IPs = []string{s.IP}
	} else if s == nil && p.pleg.snapshot != nil {
		r.IPs = p.pleg.snapshot.IPs
	}
	return r
}

// observe lists containers, then sandboxes, newest first.
func (p *Pod) observe() []seen {
	var list []seen
	for i := range p.world.instances {
		c := &p.world.instances[i]
		list = append(list, seen{c.ID, c.Container, c.State})
	}
	for _, s := range p.world.sandboxes {
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
		if stateIn(current, o.id) != restart.StateAbsent {
			continue
		}
		gone := o
		if o.state != restart.StateExited {
			gone.state = restart.StateExited
			events = append(events, gone)
		}
		gone.state = restart.StateAbsent
		events = append(events, gone)
	}
	for _, c := range current {
		if known(c.state) != known(stateIn(old, c.id)) {
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
		if s.id == id {
			return s.state
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
	if last.IsZero() || p.pleg.observed.After(last) {
		return true
	}
	at := p.timing.Chance.Relist(last, true)
	if at.After(p.now) {
		p.pass.wakeAt = at
		return false
	}
	if p.pleg.relisted.Before(at) {
		p.pleg.relisted = at
		if !p.pleg.relistAt.IsZero() && !p.pleg.touchedAt.After(at) {
			p.relist() // it has seen what changed before it
		}
	}
	return true
}

// snapshot returns the cached snapshot, empty before the first relist.
func (p *Pod) snapshot() *Runtime {
	if p.pleg.snapshot == nil {
		return &Runtime{}
	}
	return p.pleg.snapshot
}
