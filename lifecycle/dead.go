package lifecycle

import (
	"slices"

	"github.com/podclock/podclock/restart"
)

// deletor removes dead containers in the background, one after another, apart
// from syncs (C12).
type deletor struct {
	queue []uint64 // instances
	op    uint64   // the removal under way; 0: none
}

// died removes what the death of a container makes superfluous: all but its
// newest dead instance, or, once the pod's contents are to go, every dead
// instance (C12).
func (p *Pod) died(e seen) {
	all := p.evictedForGood() || p.deletion.asked && p.worker.terminated
	if e.container == NoContainer && !all {
		return
	}
	if !all && !slices.ContainsFunc(p.snapshot().Instances, func(c Instance) bool { return c.ID == e.id }) {
		return
	}
	kept := make([]bool, p.t.Containers())
	for i := range p.snapshot().Instances {
		c := &p.snapshot().Instances[i]
		if c.State != restart.StateExited || !all && c.Container != e.container {
			continue
		}
		if all || kept[c.Container] {
			p.deletor.queue = append(p.deletor.queue, c.ID)
		}
		kept[c.Container] = true
	}
	p.runDeletor()
}

// runDeletor starts the next removal.
func (p *Pod) runDeletor() {
	if p.deletor.op != 0 || len(p.deletor.queue) == 0 {
		return
	}
	id := p.deletor.queue[0]
	p.deletor.queue = slices.Delete(p.deletor.queue, 0, 1)
	p.deletor.op = p.removeInstance(id)
	if p.deletor.op == 0 {
		p.runDeletor()
	}
}

// removeInstance asks the runtime to remove an instance; 0: it is gone already.
func (p *Pod) removeInstance(id uint64) uint64 {
	c := p.world.instance(id)
	if c == nil {
		return 0
	}
	return p.request(Action{Type: RemoveContainer, Container: c.Container, Instance: id, Attempt: uint64(c.Attempt)})
}
