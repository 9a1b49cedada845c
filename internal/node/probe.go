package node

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

func (p *Pod) runProbe(a *lifecycle.Action) {
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		p.answerProbe(a, p.node.host.ProbeGone(p.noRun(a.Container), a.Probe), 0)
		return
	}
	answer, takes, err := p.node.host.Probe(p.run(c), a.Probe)
	if err != nil {
		p.fail(c, "Probe", err)
		return
	}
	answer.Until = p.promise(&answer, takes)
	if slot := p.answerProbe(a, answer, takes); takes > 0 {
		c.inflight = append(c.inflight, pending{op: a.Op, slot: slot, event: p.node.queue.tasks[slot].event})
	}
}

// promise returns the time until which attempts of a probe get the same answer. Zero means
// that nothing is promised: an answer that takes time, and an error, which is tried again,
// possibly after the container's end.
func (p *Pod) promise(answer *probe.Answer, takes time.Duration) time.Time {
	if takes > 0 || p.node.options.NoLeap || answer.Err != "" {
		return time.Time{}
	}
	return p.node.promise(answer.Until)
}

// answerProbe queues the answer to a probe. It fills in the task in its place in the
// queue, since nothing is done more often.
func (p *Pod) answerProbe(a *lifecycle.Action, answer probe.Answer, d time.Duration) int32 {
	t, slot := p.node.queue.add(p.node.now, p.node.now+d, completion)
	t.kind, t.pod = taskDeliver, p.number
	ev := &t.event
	ev.Type, ev.Op, ev.Instance = lifecycle.ProbeFinished, a.Op, a.Instance
	ev.Container, ev.Probe, ev.Attempt = a.Container, a.Probe, a.Attempt
	ev.Answer = answer
	return slot
}

func (p *Pod) runHook(a *lifecycle.Action) {
	ev := lifecycle.Event{
		Type: lifecycle.HookFinished, Op: a.Op, Instance: a.Instance, Container: a.Container,
	}
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		ev.Err = p.node.host.HookGone(p.noRun(a.Container), a.Hook)
		p.after(0, task{kind: taskDeliver, event: ev})
		return
	}
	r, err := p.node.host.Hook(p.run(c), a.Hook)
	if err != nil {
		p.fail(c, "Hook", err)
		return
	}
	f := pending{op: a.Op, slot: -1, event: ev, hook: a.Hook}
	if !r.Never {
		ev.Err = r.Err
		f.slot = p.after(r.Takes, task{kind: taskDeliver, event: ev})
	}
	c.inflight = append(c.inflight, f)
}

// cut ends a probe or hook because its instance ends.
func (p *Pod) cut(c *instance, f *pending) {
	if f.slot >= 0 {
		p.node.queue.cancel(f.slot)
	}
	ev := f.event
	if ev.Type == lifecycle.HookFinished {
		ev.Err = p.node.host.HookCut(p.run(c), f.hook)
	} else {
		ev.Answer = p.node.host.ProbeCut(p.run(c), ev.Probe)
	}
	p.after(0, task{kind: taskDeliver, event: ev})
}
