package node

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

func (n *Node) runProbe(pod int32, p *Pod, a *lifecycle.Action) {
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		n.answerProbe(pod, a, n.host.ProbeGone(n.noRun(pod, a.Container), a.Probe), 0)
		return
	}
	r, err := n.host.Probe(n.run(pod, c), a.Probe)
	if err != nil {
		n.fail(p, c, "Probe", err)
		return
	}
	leaps := r.Takes == 0 && !n.options.NoLeap
	if leaps && r.Answer.Err == "" { // an error is tried again, possibly after the container's end
		r.Answer.Until = n.promise(r.Until)
	}
	if slot := n.answerProbe(pod, a, r.Answer, r.Takes); r.Takes > 0 {
		c.inflight = append(c.inflight, pending{op: a.Op, slot: slot, event: n.queue.tasks[slot].event})
	}
}

// answerProbe queues the answer to a probe. It fills in the task in its place in the
// queue, since nothing is done more often.
func (n *Node) answerProbe(pod int32, a *lifecycle.Action, answer probe.Answer, d time.Duration) int32 {
	t, slot := n.queue.add(n.now, n.now+d, completion)
	t.kind, t.pod = taskDeliver, pod
	ev := &t.event
	ev.Type, ev.Op, ev.Instance = lifecycle.ProbeFinished, a.Op, a.Instance
	ev.Container, ev.Probe, ev.Attempt = a.Container, a.Probe, a.Attempt
	ev.Answer = answer
	return slot
}

func (n *Node) runHook(pod int32, p *Pod, a *lifecycle.Action) {
	ev := lifecycle.Event{
		Type: lifecycle.HookFinished, Op: a.Op, Instance: a.Instance, Container: a.Container,
	}
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		ev.Err = n.host.HookGone(n.noRun(pod, a.Container), a.Hook)
		n.after(0, task{kind: taskDeliver, pod: pod, event: ev})
		return
	}
	r, err := n.host.Hook(n.run(pod, c), a.Hook)
	if err != nil {
		n.fail(p, c, "Hook", err)
		return
	}
	f := pending{op: a.Op, slot: -1, event: ev, hook: a.Hook}
	if !r.Never {
		ev.Err = r.Err
		f.slot = n.after(r.Takes, task{kind: taskDeliver, pod: pod, event: ev})
	}
	c.inflight = append(c.inflight, f)
}

// cut ends a probe or hook because its instance ends.
func (n *Node) cut(pod int32, c *instance, f *pending) {
	if f.slot >= 0 {
		n.queue.cancel(f.slot)
	}
	ev := f.event
	if ev.Type == lifecycle.HookFinished {
		ev.Err = n.host.HookCut(n.run(pod, c), f.hook)
	} else {
		ev.Answer = n.host.ProbeCut(n.run(pod, c), ev.Probe)
	}
	n.after(0, task{kind: taskDeliver, pod: pod, event: ev})
}
