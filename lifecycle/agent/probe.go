package agent

import (
	"context"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// attempt is one attempt of a probe on its way to a goroutine. It is on the hot
// path: a value, which refers to what does not change.
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

// probePool makes the attempts of all probes with as few goroutines as do not
// keep an attempt waiting.
type probePool struct {
	queue  probeQueue
	calls  *calls
	prober Prober
	exec   handler.Exec
}

func (b *probePool) init(c *calls, p Prober, exec handler.Exec) {
	b.calls, b.prober, b.exec = c, p, exec
	b.queue.init()
}

// put has an attempt made beside the loop.
func (b *probePool) put(job attempt) {
	if b.queue.put(job) {
		b.calls.run(b.work)
	}
}

// work makes attempts until its goroutine is not needed any more.
func (b *probePool) work(ctx context.Context) {
	var job attempt
	for arrives := true; ; arrives = false {
		begin, ok := b.queue.take(&job, arrives)
		if begin {
			b.calls.run(b.work)
		}
		if !ok {
			return
		}
		b.calls.mail.post(b.try(ctx, &job))
		job = attempt{} // lets go of the pod while there is nothing to do
	}
}

// try makes one attempt, and returns its answer.
func (b *probePool) try(ctx context.Context, job *attempt) message {
	spec := job.template.Container(job.container)
	target := job.pod.target(spec, job.ip, job.id, b.exec)
	target.Probe = job.kind
	answer := b.prober.Probe(ctx, target, probe.Of(spec, job.kind))
	answer.Until = time.Time{} // a promise that only a simulation can keep
	return message{pod: job.pod, kind: messageAnswer, issued: job.issued, ev: lifecycle.Event{
		Type: lifecycle.ProbeFinished, Op: job.op, Instance: job.instance, Container: job.container, Probe: job.kind,
		Attempt: job.number, Answer: answer,
	}}
}

// close ends the goroutines as soon as each has made its attempt.
func (b *probePool) close() { b.queue.close() }
