package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/pleg"
)

// contentsToGo reports that the pod's dead containers are of no more use: it
// was evicted, or a deletion or removal has ended it.
func (k *kubelet) contentsToGo() bool {
	return k.evicted != nil || k.worker.Deleted && k.worker.Terminated
}

// died removes what the death of a container makes superfluous (C12).
func (k *kubelet) died(e pleg.Item) {
	all, hold := k.contentsToGo(), zeroTime
	if all {
		hold = k.timing.removalsFrom(k.now)
	}
	k.garbage.Died(k.pleg.Cached(), k.t.Containers(), e.ID, e.Container, all, hold, host{k})
}

// scheduleCollection finds the garbage collection that will have something to do.
func (k *kubelet) scheduleCollection() {
	gone := k.worker.Finished && (k.contentsToGo() || k.worker.Removed)
	k.garbage.Schedule(k.now, &k.truth, k.t.Containers(), gone, k.timing.Chance)
}

// collectAgain schedules the next garbage collection after a removal, which tries
// again what could not be removed.
func (k *kubelet) collectAgain(ev *Event) {
	if ev.Err == "" || k.timing.retriesCollection() {
		k.scheduleCollection()
	}
}

// collect is one garbage collection (T13).
func (k *kubelet) collect() {
	k.garbage.Collect(&k.truth, k.t.Containers(), k.worker.Finished && k.contentsToGo(), host{k})
}

// removalAnswered goes on with the next removal.
func (k *kubelet) removalAnswered(ev *Event) {
	stopFailed := ev.Type == SandboxStopped && ev.Err != ""
	if stopFailed {
		k.collectAgain(ev)
	}
	k.garbage.Answered(host{k}, stopFailed)
}
