package agent

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// attempt is one attempt of a probe, on its way to a goroutine: the hot path.
type attempt struct {
	pod       *pod
	template  *lifecycle.Template
	ip, id    string // the pod's address, the container's ID
	issued    uint64
	op        uint64
	instance  uint64
	number    uint64
	container int
	kind      probe.Kind
}

// runProbe makes an attempt beside the loop.
func (a *Agent) runProbe(p *pod, act *lifecycle.Action) {
	job := attempt{
		pod: p, template: p.machine.Template(), ip: a.address(p), id: p.idOf(act.Instance), issued: a.issue(),
		op: act.Op, instance: act.Instance, number: act.Attempt, container: act.Container, kind: act.Probe,
	}
	if a.probes.put(job) {
		a.calls.Go(a.probe)
	}
}

// probe makes attempts, as long as this goroutine is needed.
func (a *Agent) probe() {
	var job attempt
	for arrives := true; ; arrives = false {
		begin, ok := a.probes.take(&job, arrives)
		if begin {
			a.calls.Go(a.probe)
		}
		if !ok {
			return
		}
		a.try(&job)
		job = attempt{} // or its pod would be kept while nothing is to do
	}
}

// try makes one attempt, and posts its answer.
func (a *Agent) try(job *attempt) {
	spec := job.template.Container(job.container)
	target := a.target(job.pod, spec, job.ip, job.id)
	target.Probe = job.kind
	answer := a.o.Prober.Probe(a.ctx, target, probe.Of(spec, job.kind))
	answer.Until = time.Time{} // outside a simulation nobody can promise
	a.mail.post(message{pod: job.pod, kind: messageAnswer, issued: job.issued, ev: lifecycle.Event{
		Type: lifecycle.ProbeFinished, Op: job.op, Instance: job.instance, Container: job.container, Probe: job.kind,
		Attempt: job.number, Answer: answer,
	}})
}
