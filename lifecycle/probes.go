package lifecycle

import "github.com/podclock/podclock/probe"

// runProbes takes the probe workers further; false: there is nothing to do.
func (p *Pod) runProbes() bool {
	acts, moved := p.probes.step(p.now, p.cache.Views())
	p.probed(acts)
	return moved
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
	container, success := int(a.Container), a.Result == probe.Success
	switch a.Probe {
	case probe.Liveness:
		if a.Result != probe.Failure {
			return
		}
	case probe.Readiness:
		p.storeChanged(p.cache.WithReady(p.t.spec, container, a.Instance, success, p.object.generation(p.t))) // P73
	case probe.Startup:
		p.storeChanged(p.cache.WithStarted(p.t.spec, container, a.Instance, success)) // P74
	}
	p.requestSync()
}

// canceled is the error of an exec that the kubelet has cancelled.
const canceled = "rpc error: code = Canceled desc = context canceled"

// cancelExecs is a quirk that the recordings of a whole kubelet show: a worker
// keeps the context of the sync that made it, and the kubelet cancels that when
// a deletion, removal or eviction ends the pod. From then on every exec of a
// probe errs at once, so that readiness stays what it was (P66) and each pass
// records an event. Probes by httpGet, tcpSocket and grpc go on (P37).
func (p *Pod) cancelExecs() {
	if p.worker.Cancelled || p.t.cfg.UncancelledExec {
		return
	}
	p.worker.Cancelled = true
	for i := range p.t.spec.Containers {
		for _, kind := range probe.Kinds {
			if _, attempt, ok := p.probes.UnderWay(i, kind); ok && p.t.byExec(i, kind) {
				p.cancelExec(i, kind, attempt)
			}
		}
	}
}

func (p *Pod) cancelExec(container int, kind probe.Kind, attempt uint32) {
	answer := probe.Answer{Err: canceled}
	p.probed(p.probes.Finish(p.now, container, kind, attempt, answer, p.cache.Views(), nil))
}

// attempt passes on a worker's request for an attempt, unless it is one that is
// cancelled at once.
func (p *Pod) attempt(a *probe.Action) {
	if p.worker.Cancelled && p.t.byExec(int(a.Container), a.Probe) {
		p.cancelExec(int(a.Container), a.Probe, a.Attempt)
		return
	}
	p.out.requestProbe(a)
}
