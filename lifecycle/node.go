package lifecycle

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/gc"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/restart"
)

// kubeletRestarted replaces the kubelet process: what it had in memory is gone,
// and what runs goes on (P39, P55, R19, R30). The pod's last reported status is
// all that the new process knows, unless it keeps its memory.
func (p *Pod) kubeletRestarted(keepMemory bool) {
	if p.worker.Finished {
		return
	}
	p.kubeletStart = p.now
	old := p.worker
	p.worker = podWorker{Lost: old.Lost, Since: p.out.ops}
	p.pass, p.kills, p.garbage = pass{}, kill.Group{}, gc.Collector{}
	p.pleg = pleg.Generator{}
	p.probes, p.probesMade = p.newProbes(), zeroTime
	clear(p.triggered)
	clear(p.restartPending)
	p.cache.Recall(keepMemory)
	api := p.apiStatus()
	p.cache.Restart(api, keepMemory)
	p.refreshAdopted()
	p.worker.Deleted = p.deletion.Asked
	p.worker.Terminating = p.deletion.Asked || status.Terminal(p.cache.Status.Phase)
	if keepMemory {
		p.remember(&old)
	} else {
		p.forget(api)
		p.absence.Restarted = old.Lost
	}
	p.requestSync()
	p.relist()
	switch {
	case old.Removed && keepMemory:
		p.updateWorker(nil)
	case old.Removed:
		p.orphanFound()
	}
}

// remember takes over what the process before had decided about the pod's end.
func (p *Pod) remember(old *podWorker) {
	w := &p.worker
	w.Terminating = w.Terminating || old.Terminating
	w.Deleted = w.Deleted || old.Deleted
	w.Grace, w.ExceededAt, w.Removed = old.Grace, old.ExceededAt, old.Removed
	if w.Removed {
		w.OrphanAt = p.timing.Chance.Housekeeping(p.now)
	}
}

// forget loses every back-off entry (R19), why the last starts and pulls failed,
// and an eviction of which nothing was told (S25, S53).
func (p *Pod) forget(api *corev1.PodStatus) {
	clear(p.waiting)
	clear(p.backoff)
	clear(p.pullBackoff)
	clear(p.pullFailure)
	if !status.Terminal(api.Phase) {
		p.evicted = nil
	}
}

// orphanFound is a new kubelet process that finds containers of a pod it was
// never told of: they get a second (S72).
func (p *Pod) orphanFound() {
	p.worker.Removed, p.worker.Deleted = true, true
	one := int64(1)
	p.terminate(&one, "found running, and gone from its source")
}

// refreshAdopted lets workers see the API's status until the first sync.
func (p *Pod) refreshAdopted() {
	if len(p.cache.Status.ContainerStatuses) > 0 {
		p.refreshViews()
	}
}

// swapTemplate takes over a changed pod object at the start of a pass. A changed
// image starts a new back-off (R13); pull back-offs go with their image (I6).
func (p *Pod) swapTemplate() {
	t := p.nextTemplate
	if t == nil {
		return
	}
	old := p.t
	p.nextTemplate = nil
	pulls, failures := make([]restart.Backoff, t.spec.Images), make([]string, t.spec.Images)
	for i := range t.spec.Containers {
		if t.spec.Containers[i].Spec.Image != old.spec.Containers[i].Spec.Image {
			p.backoff[i] = restart.Backoff{}
		}
		for _, o := range old.spec.Containers {
			if o.Spec.Image == t.spec.Containers[i].Spec.Image {
				pulls[t.spec.Containers[i].ImageKey] = p.pullBackoff[o.ImageKey]
				failures[t.spec.Containers[i].ImageKey] = p.pullFailure[o.ImageKey]
			}
		}
	}
	p.t, p.pullBackoff, p.pullFailure = t, pulls, failures
}
