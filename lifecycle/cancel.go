package lifecycle

import (
	"github.com/podclock/podclock/probe"
)

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
			if _, attempt, ok := p.probes.UnderWay(i, kind); ok && p.isExec(i, kind) {
				p.cancelExec(i, kind, attempt)
			}
		}
	}
}

func (p *Pod) isExec(container int, kind probe.Kind) bool {
	return probe.Of(p.t.spec.Containers[container].Spec, kind).Exec != nil
}

func (p *Pod) cancelExec(container int, kind probe.Kind, attempt uint32) {
	answer := probe.Answer{Err: canceled}
	p.probed(p.probes.Finish(p.now, container, kind, attempt, answer, p.cache.Views(), nil))
}

// attempt passes on a worker's request for an attempt, unless it is one that is
// cancelled at once.
func (p *Pod) attempt(a *probe.Action) {
	if p.worker.Cancelled && p.isExec(int(a.Container), a.Probe) {
		p.cancelExec(int(a.Container), a.Probe, a.Attempt)
		return
	}
	p.out.requestProbe(a)
}
