package lifecycle

import (
	"slices"

	"github.com/podclock/podclock/probe"
)

// canceled is the error of an exec that the kubelet has cancelled.
const canceled = "rpc error: code = Canceled desc = context canceled"

// execAttempt is an exec probe's attempt that is under way.
type execAttempt struct {
	container int
	kind      probe.Kind
	attempt   uint64
}

// cancelExecs is a quirk that the recordings of a whole kubelet show: a worker
// keeps the context of the sync that made it, and the kubelet cancels that when
// a deletion, removal or eviction ends the pod. From then on every exec of a
// probe errs at once, so that readiness stays what it was (P66) and each pass
// records an event. Probes by httpGet, tcpSocket and grpc go on (P37).
func (p *Pod) cancelExecs() {
	if p.worker.cancelled || p.t.cfg.UncancelledExec {
		return
	}
	p.worker.cancelled = true
	for len(p.execs) > 0 {
		p.cancelExec(p.execs[0])
	}
}

func (p *Pod) cancelExec(e execAttempt) {
	p.forgetExec(e)
	answer := probe.Answer{Err: canceled}
	p.probed(p.probes.Finish(p.now, e.container, e.kind, uint32(e.attempt), answer, p.store.views, nil))
}

// attempt passes on a worker's request for an attempt, unless it is one that is
// cancelled at once.
func (p *Pod) attempt(a *probe.Action) {
	e := execAttempt{int(a.Container), a.Probe, uint64(a.Attempt)}
	if exec := probe.Of(p.t.containers[e.container].spec, e.kind).Exec; exec != nil {
		p.execs = append(p.execs, e)
		if p.worker.cancelled {
			p.cancelExec(e)
			return
		}
	}
	p.ops++ // not on the table of open requests: the workers number their attempts themselves
	n := p.about(RunProbe, a)
	n.Op, n.Attempt = p.ops, e.attempt
}

func (p *Pod) forgetExec(e execAttempt) {
	if i := slices.Index(p.execs, e); i >= 0 {
		p.execs = slices.Delete(p.execs, i, i+1)
	}
}
