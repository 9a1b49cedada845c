package lifecycle

import (
	"time"

	"github.com/podclock/podclock/probe"
)

// newProbes returns the pod's probe workers, none of which exists yet (P31).
func (p *Pod) newProbes() probe.Set {
	return probe.NewSet(p.t.spec.Layout, probe.SetOptions{
		PassDelay: p.timing.ProbeDelay,
		Quirks: probe.Quirks{
			ForgetCounts: !p.t.has(QuirkP64),
			CreateAll:    !p.t.has(QuirkP32),
			StopSidecars: !p.t.has(QuirkP36),
		},
	})
}

// addProbes makes the workers that are missing (P31, P39). Where nothing takes
// time they are made once at an instant: the result of a worker that ends at
// once, such as that of a container that is done, would ask for a sync that
// makes it again, and so on (P34). A kubelet's relists space these out (T12).
func (p *Pod) addProbes() {
	if p.timing.oncePerInstant(p.probesMade, p.now) {
		return
	}
	p.probesMade = p.now
	var sleep func(probe.Spec) time.Duration
	if !p.kubeletStart.IsZero() {
		sleep = func(s probe.Spec) time.Duration {
			if p.now.Sub(p.kubeletStart) >= s.Period {
				return 0
			}
			return p.timing.Chance.FirstProbe(p.now, s.Period)
		}
	}
	p.probes.Create(p.now, sleep)
}

// stopProbes tells workers to stop: at the start of termination, or all (P35).
func (p *Pod) stopProbes(terminating bool) {
	if terminating {
		p.probes.StopForTermination(p.now)
	} else {
		p.probes.StopAll(p.now)
	}
	p.viewsChanged()
}

// probeResult is the published result of a probe (P69).
func (p *Pod) probeResult(container int, instance uint64, kind probe.Kind) (probe.Result, bool) {
	return p.probes.Result(container, kind, instance)
}

// trigger wakes a readiness worker. Where nothing takes time, one manual pass
// per worker and instant is enough (T26).
func (p *Pod) trigger(container int) {
	if p.timing.oncePerInstant(p.triggered[container], p.now) {
		return
	}
	p.triggered[container] = p.now
	p.probes.Trigger(p.now, container)
	p.stale = true
}

// viewsChanged notes that the workers must look at their views again. They do
// when the machine comes to them, after everything else of this instant (T30).
func (p *Pod) viewsChanged() { p.stale = true }

// runProbes steps the first worker that is due, so that what follows from its
// pass comes before the next one's; then all, if they have not seen their views
// yet. It is false if there is nothing to do.
func (p *Pod) runProbes() bool {
	acts := p.acts[:0]
	switch {
	case p.probes.Due(p.now):
		acts = p.probes.StepFirst(p.now, p.cache.Views(), acts)
	case p.stale:
		p.stale = false
		acts = p.probes.Changed(p.now, p.cache.Views(), acts)
	default:
		return false
	}
	p.acts = acts
	p.probed(acts)
	return true
}

// probed passes on what the workers ask for and tell, and does what the main
// loop does about changed results (P72).
func (p *Pod) probed(acts []probe.Action) {
	for i := range acts {
		a := &acts[i]
		switch a.Kind {
		case probe.ActionRunAttempt:
			p.attempt(a)
		case probe.ActionEvent:
			e, n := a.Event(), p.out.notice(RecordEvent, a)
			n.Severity, n.Reason, n.Message = e.Type, e.Reason, e.Message
		case probe.ActionCounted:
			p.out.notice(ProbeCounted, a)
		case probe.ActionSkipped:
			p.out.notice(ProbeSkipped, a)
		case probe.ActionResultSet:
			p.out.notice(ProbeResultSet, a)
			p.busy = true
			p.resultSet(a)
		case probe.ActionResultRemoved, probe.ActionEnded:
			p.out.notice(ProbeResultSet, a)
		case probe.ActionDropped:
			n := p.out.notice(DroppedEvent, a)
			n.Attempt, n.Message = uint64(a.Attempt), "late answer of a probe: it changes nothing"
		}
	}
}

// resultSet is the main loop's reaction to a changed result (P72–P74).
func (p *Pod) resultSet(a *probe.Action) {
	if p.worker.Finished {
		return
	}
	switch a.Probe {
	case probe.Liveness:
		if a.Result != probe.Failure {
			return
		}
	case probe.Readiness:
		p.setReady(int(a.Container), a.Instance, a.Result == probe.Success)
	case probe.Startup:
		p.setStarted(int(a.Container), a.Instance, a.Result == probe.Success)
	}
	p.requestSync()
}
