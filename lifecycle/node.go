package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/gc"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/timeline"
)

// forgetHook says that a new kubelet process does not run the postStart hook again that the
// one before was waiting for: it finds the container running.
func (p *Pod) forgetHook() {
	if p.pass.Stage != execute.StageStart || p.pass.Start.Step != execute.StepHook {
		return
	}
	p.out.explain(p.pass.Plan.Start[p.pass.Next], timeline.DecidedQuirk, "its postStart hook is neither waited for nor "+
		"run again, since the new kubelet process finds the container running (C32)")
}

// kubeletRestarted replaces the kubelet process: what it had in memory is gone,
// and what runs goes on (P39, P55, R19, R30). The pod's last reported status is
// all that the new process knows, unless it keeps its memory.
func (p *Pod) kubeletRestarted(keepMemory bool) {
	if p.worker.Finished {
		return
	}
	p.forgetHook()
	p.start = p.now
	old := p.worker
	p.worker = podWorker{Lost: old.Lost, Since: p.out.ops}
	p.pass, p.kills, p.garbage = pass{}, kill.Group{}, gc.Collector{}
	p.pleg = pleg.Generator{}
	p.probes = p.probes.restarted(p.t, p.timing)
	p.starts.Restarted(keepMemory)
	p.cache.Recall(keepMemory)
	api := p.apiStatus()
	p.cache.Restart(api, keepMemory)
	if len(p.cache.Status.ContainerStatuses) > 0 { // workers see the API's status until the first sync
		p.refreshViews()
	}
	p.worker.Deleted = p.object.deletion.Asked
	p.worker.Terminating = p.object.deletion.Asked || status.Terminal(p.cache.Status.Phase)
	if keepMemory {
		p.worker.remember(&old)
		if old.Removed {
			p.worker.OrphanAt = p.timing.Chance.Housekeeping(p.now)
		}
	} else {
		if !status.Terminal(api.Phase) {
			p.evicted = nil // the API has not seen it, and nothing else remembers it (S25, S53)
		}
		p.object.missed.Restarted = old.Lost
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

// orphanFound ends a pod that a new kubelet process finds running and does not
// know: its containers get a second (S72).
func (p *Pod) orphanFound() {
	p.worker.Removed, p.worker.Deleted = true, true
	one := int64(1)
	p.terminate(&one, "found running, and gone from its source")
}
