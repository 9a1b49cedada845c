package lifecycle

import "github.com/podclock/podclock/probe"

// runProbes takes the probe workers further. It is false if there is nothing to do.
func (k *kubelet) runProbes() bool {
	acts, moved := k.probes.step(k.now, k.cache.Views())
	k.probed(acts)
	return moved
}

// probed passes on what the workers ask for and account for, and does what the
// main loop does about changed results (P72).
func (k *kubelet) probed(acts []probe.Action) {
	for i := range acts {
		a := &acts[i]
		switch a.Kind {
		case probe.ActionRunAttempt:
			k.attempt(a)
		case probe.ActionEvent:
			e, n := a.Event(), k.out.notice(RecordEvent, a)
			n.Severity, n.Reason, n.Message = e.Type, e.Reason, e.Message
		case probe.ActionCounted:
			k.out.notice(ProbeCounted, a)
		case probe.ActionSkipped:
			k.out.notice(ProbeSkipped, a)
		case probe.ActionResultSet:
			k.out.notice(ProbeResultSet, a)
			k.busy = true
			k.resultSet(a)
		case probe.ActionResultRemoved, probe.ActionEnded:
			k.out.notice(ProbeResultSet, a)
		case probe.ActionDropped:
			n := k.out.notice(DroppedEvent, a)
			n.Attempt, n.Message = uint64(a.Attempt), "late answer of a probe: it changes nothing"
			if n.Container < 0 || n.Container >= k.t.Containers() { // it was never asked for
				n.Container = NoContainer
			}
		}
	}
}

// resultSet is the main loop's reaction to a changed result (P72–P74).
func (k *kubelet) resultSet(a *probe.Action) {
	if k.worker.Finished {
		return
	}
	container, success := int(a.Container), a.Result == probe.Success
	switch a.Probe {
	case probe.Liveness:
		if a.Result != probe.Failure {
			return
		}
	case probe.Readiness:
		k.storeChanged(k.cache.WithReady(k.t.spec, container, a.Instance, success, k.object.generation(k.t))) // P73
	case probe.Startup:
		k.storeChanged(k.cache.WithStarted(k.t.spec, container, a.Instance, success)) // P74
	}
	k.requestSync()
}

// canceled is the error of an exec that the kubelet has cancelled.
const canceled = "rpc error: code = Canceled desc = context canceled"

// cancelExecs is a quirk that the recordings of a whole kubelet show: a worker
// keeps the context of the sync that made it, and the kubelet cancels that when
// a deletion, removal or eviction ends the pod. From then on every exec of a
// probe errs at once, so that readiness stays what it was (P66) and each pass
// records an event. Probes by httpGet, tcpSocket and grpc go on (P37).
func (k *kubelet) cancelExecs() {
	if k.worker.Cancelled || k.t.cfg.UncancelledExec {
		return
	}
	k.worker.Cancelled = true
	for i := range k.t.spec.Containers {
		for _, kind := range probe.Kinds {
			if _, attempt, ok := k.probes.UnderWay(i, kind); ok && k.t.byExec(i, kind) {
				k.cancelExec(i, kind, attempt)
			}
		}
	}
}

func (k *kubelet) cancelExec(container int, kind probe.Kind, attempt uint32) {
	answer := probe.Answer{Err: canceled}
	k.probed(k.probes.Finish(k.now, container, kind, attempt, answer, k.cache.Views(), nil))
}

// attempt passes on a worker's request for an attempt, unless it is one that is
// cancelled at once.
func (k *kubelet) attempt(a *probe.Action) {
	if k.worker.Cancelled && k.t.byExec(int(a.Container), a.Probe) {
		k.cancelExec(int(a.Container), a.Probe, a.Attempt)
		return
	}
	k.out.requestProbe(a)
}
