package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/pleg"
)

// contentsToGo reports that the pod's dead containers are of no more use: it
// was evicted, or a deletion or removal has ended it.
func (p *Pod) contentsToGo() bool {
	return p.evicted != nil || p.worker.Deleted && p.worker.Terminated
}

// died removes what the death of a container makes superfluous (C12).
func (p *Pod) died(e pleg.Item) {
	p.garbage.Died(p.pleg.Cached(), p.t.Containers(), e.ID, e.Container, p.contentsToGo(), host{p})
}

// scheduleCollection finds the garbage collection that will have something to do.
func (p *Pod) scheduleCollection() {
	gone := p.worker.Finished && (p.contentsToGo() || p.worker.Removed)
	p.garbage.Schedule(p.now, &p.truth, p.t.Containers(), gone, p.timing.Chance)
}

// collectAgain schedules the next garbage collection after a removal, which tries
// again what could not be removed.
func (p *Pod) collectAgain(ev *Event) {
	if ev.Err == "" || p.timing.retriesCollection() {
		p.scheduleCollection()
	}
}

// collect is one garbage collection (T13).
func (p *Pod) collect() {
	p.garbage.Collect(&p.truth, p.t.Containers(), p.worker.Finished && p.contentsToGo(), host{p})
}

// removalAnswered goes on with the next removal.
func (p *Pod) removalAnswered(ev *Event) {
	stopFailed := ev.Type == SandboxStopped && ev.Err != ""
	if stopFailed {
		p.collectAgain(ev)
	}
	p.garbage.Answered(host{p}, stopFailed)
}
