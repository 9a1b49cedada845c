package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// deletor removes what is dead in the background, one thing after another,
// apart from syncs (C12, T13).
type deletor struct {
	Queue []corpse `json:"queue,omitempty"`
	Op    uint64   `json:"waitsForOp,omitempty"` // the removal under way; 0: none
	Now   uint64   `json:"removes,omitempty"`    // what op removes
	// collectAt is the garbage collection that has something to do; zero: none.
	CollectAt time.Time `json:"collectAt,omitzero"`
}

func (d *deletor) clone() deletor {
	c := *d
	c.Queue = append([]corpse(nil), d.Queue...)
	return c
}

// corpse is a dead instance, or a sandbox, which is stopped before it is
// removed.
type corpse struct {
	ID      uint64 `json:"id"`
	Sandbox bool   `json:"isSandbox,omitempty"`
	Stopped bool   `json:"stopped,omitempty"`
}

// contentsToGo reports that the pod's dead containers are of no more use: it
// was evicted, or a deletion or removal has ended it.
func (p *Pod) contentsToGo() bool {
	return p.evicted != nil || p.worker.Deleted && p.worker.Terminated
}

// died removes what the death of a container makes superfluous: all but its
// newest dead instance, or, once the pod's contents are to go, every dead
// instance (C12).
func (p *Pod) died(e pleg.Item) {
	all := p.contentsToGo()
	known := slices.ContainsFunc(p.pleg.Cached().Instances, func(c inventory.Instance) bool { return c.ID == e.ID })
	if !all && !known {
		return
	}
	kept := make([]bool, p.t.Containers())
	for i := range p.pleg.Cached().Instances {
		c := &p.pleg.Cached().Instances[i]
		if c.State != restart.StateExited || !all && c.Container != e.Container {
			continue
		}
		if all || kept[c.Container] {
			p.bury(corpse{ID: c.ID})
		}
		kept[c.Container] = true
	}
	p.runDeletor()
}

// scheduleCollection finds the garbage collection that will have something to
// do: what a finished pod leaves, or a sandbox that was replaced.
func (p *Pod) scheduleCollection() {
	left := len(p.truth.Sandboxes()) + len(p.truth.Instances())
	gone := p.worker.Finished && (p.contentsToGo() || p.worker.Removed)
	if gone && left > 0 || p.superfluous() || len(p.truth.Sandboxes()) > 1 {
		p.deletor.CollectAt = p.timing.Chance.Collect(p.now)
	}
}

// collectAgain schedules the next garbage collection after a removal, which tries
// again what could not be removed.
func (p *Pod) collectAgain(ev *Event) {
	if ev.Err == "" || p.timing.retriesCollection() {
		p.scheduleCollection()
	}
}

// collect is one garbage collection: dead instances, but for the newest of each
// container of a pod that stays, and sandboxes in which nothing is left, but for
// the newest of a pod that stays (T13).
func (p *Pod) collect() {
	p.deletor.CollectAt = time.Time{}
	all := p.worker.Finished && p.contentsToGo()
	kept := make([]bool, p.t.Containers())
	for i := len(p.truth.Instances()) - 1; i >= 0; i-- {
		c := &p.truth.Instances()[i]
		dead := c.State == restart.StateExited
		if dead && kept[c.Container] || all && c.State != restart.StateRunning {
			p.bury(corpse{ID: c.ID})
		}
		kept[c.Container] = kept[c.Container] || dead
	}
	for i, s := range p.truth.Sandboxes() {
		newest := i == len(p.truth.Sandboxes())-1
		if !s.Ready && (all || !newest && p.emptySandbox(s.ID)) {
			p.bury(corpse{ID: s.ID, Sandbox: true})
		}
	}
	p.runDeletor()
}

// superfluous reports whether some container has more than one dead instance.
func (p *Pod) superfluous() bool {
	dead := make([]bool, p.t.Containers())
	for i := range p.truth.Instances() {
		c := &p.truth.Instances()[i]
		if c.State != restart.StateExited {
			continue
		}
		if dead[c.Container] {
			return true
		}
		dead[c.Container] = true
	}
	return false
}

func (p *Pod) emptySandbox(id uint64) bool {
	return !slices.ContainsFunc(p.truth.Instances(), func(c inventory.Instance) bool { return c.Sandbox == id })
}

// bury queues a removal, once.
func (p *Pod) bury(c corpse) {
	known := slices.ContainsFunc(p.deletor.Queue, func(q corpse) bool { return q.ID == c.ID })
	if !known && !(p.deletor.Op != 0 && p.deletor.Now == c.ID) {
		p.deletor.Queue = append(p.deletor.Queue, c)
	}
}

// runDeletor starts the next removal.
func (p *Pod) runDeletor() {
	for p.deletor.Op == 0 && len(p.deletor.Queue) > 0 {
		next := p.deletor.Queue[0]
		p.deletor.Queue = slices.Delete(p.deletor.Queue, 0, 1)
		p.deletor.Now = next.ID
		switch {
		case next.Sandbox && next.Stopped:
			p.deletor.Op = p.requestFor(RemoveSandbox, next.ID)
		case next.Sandbox:
			p.deletor.Op = p.requestFor(StopSandbox, next.ID)
			p.deletor.Queue = slices.Insert(p.deletor.Queue, 0, corpse{next.ID, true, true}) // its removal comes next
		default:
			p.deletor.Op = p.removeInstance(next.ID)
		}
	}
}

// removalAnswered goes on with the next removal. A sandbox that could not be
// stopped is not removed (T13).
func (p *Pod) removalAnswered(ev *Event) {
	p.deletor.Op = 0
	if ev.Type == SandboxStopped && ev.Err != "" {
		p.deletor.Queue = slices.Delete(p.deletor.Queue, 0, 1)
		p.collectAgain(ev)
	}
	p.runDeletor()
}

// removeInstance asks the runtime to remove an instance; 0: it is gone already.
func (p *Pod) removeInstance(id uint64) uint64 {
	c := p.truth.Instance(id)
	if c == nil {
		return 0
	}
	return p.out.request(Action{Type: RemoveContainer, Container: c.Container, Instance: id, Attempt: uint64(c.Attempt)})
}
