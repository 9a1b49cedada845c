package podclock

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

func (s *Simulation) runProbe(pod int32, p *simPod, a *lifecycle.Action) {
	spec := p.template.Container(a.Container)
	t := target{spec, probe.Of(spec, a.Probe), p.ip}
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		answer, _ := t.answer(t.gone())
		s.answerProbe(pod, a, answer, 0)
		return
	}
	r, ok := s.probeReply(p, c, a.Probe)
	if !ok {
		return
	}
	answer, d := t.answer(r)
	if t.probe.Exec != nil && d >= t.timeout() {
		d += s.options.Latency.Exec
	}
	if d == 0 && answer.Err == "" { // an error is tried again, and the container may end in between
		answer.Until = s.promise(r)
	}
	if slot := s.answerProbe(pod, a, answer, d); d > 0 {
		c.inflight = append(c.inflight, pending{op: a.Op, slot: slot, event: s.queue.tasks[slot].event})
	}
}

// answerProbe queues the answer to a probe. It is written where it stands:
// nothing else is done as often.
func (s *Simulation) answerProbe(pod int32, a *lifecycle.Action, answer probe.Answer, d time.Duration) int32 {
	t, slot := s.queue.add(s.now, s.now+d, completion)
	t.kind, t.pod = taskDeliver, pod
	ev := &t.event
	ev.Type, ev.Op, ev.Instance = lifecycle.ProbeFinished, a.Op, a.Instance
	ev.Container, ev.Probe, ev.Attempt = a.Container, a.Probe, a.Attempt
	ev.Answer = answer
	return slot
}

// promise is the time until which the reply is certain to stay as it is: no
// fact can come before it.
func (s *Simulation) promise(r Reply) time.Time {
	if r.until.IsZero() || s.options.NoLeap {
		return time.Time{}
	}
	until := min(r.until.Sub(s.start), s.quietUntil)
	if at, ok := s.queue.nextOutside(); ok {
		until = min(until, at)
	}
	if until <= s.now {
		return time.Time{}
	}
	return s.start.Add(until)
}

// probeReply asks the app, or what has come over it.
func (s *Simulation) probeReply(p *simPod, c *instance, kind probe.Kind) (Reply, bool) {
	r := Hang()
	switch o := s.outageOf(p, c, kind); {
	case c.hung:
	case o != nil:
		r = o.reply.Until(s.Now().Add(eternity))
	default:
		r = p.apps[c.container].Probe(s.call(p, c), kind)
	}
	return r, s.accepts(p, c, r, "Probe")
}

// accepts refuses replies that are none.
func (s *Simulation) accepts(p *simPod, c *instance, r Reply, method string) bool {
	if r.kind != 0 && r.latency >= 0 {
		return true
	}
	s.fail(p, c, method, "the reply %q: make replies with OK, Fail, Hang and so on, and no negative latency", r.String())
	return false
}

func (s *Simulation) runHook(pod int32, p *simPod, a *lifecycle.Action) {
	ev := lifecycle.Event{
		Type: lifecycle.HookFinished, Op: a.Op, Instance: a.Instance, Container: a.Container,
	}
	t := hookTarget{p.template.Container(a.Container), a.Hook, p.ip, p.identity}
	c := p.instance(a.Instance)
	if c == nil || c.state != running {
		ev.Err = t.failure(t.gone())
		s.after(0, task{kind: taskDeliver, pod: pod, event: ev})
		return
	}
	r := Hang()
	if !c.hung {
		r = p.apps[a.Container].Hook(s.call(p, c), a.Hook)
	}
	if !s.accepts(p, c, r, "Hook") {
		return
	}
	f := pending{op: a.Op, slot: -1, event: ev, hook: a.Hook}
	if r.kind != ReplyHang {
		ev.Err = t.failure(r)
		f.slot = s.after(r.latency, task{kind: taskDeliver, pod: pod, event: ev})
	}
	c.inflight = append(c.inflight, f)
}

// cut ends a probe or hook with the instance that it runs in.
func (s *Simulation) cut(pod int32, p *simPod, c *instance, f *pending) {
	if f.slot >= 0 {
		s.queue.cancel(f.slot)
	}
	spec := p.template.Container(c.container)
	ev := f.event
	if ev.Type == lifecycle.HookFinished {
		t := hookTarget{spec, f.hook, p.ip, p.identity}
		ev.Err = t.failure(s.cutReply(p, c))
	} else {
		t := target{spec, probe.Of(spec, ev.Probe), p.ip}
		ev.Answer = t.cut(s.cutReply(p, c))
	}
	s.after(0, task{kind: taskDeliver, pod: pod, event: ev})
}

// cutter is an App that says how an exec ends that the container's end cuts off.
type cutter interface{ cutReply(run int) Reply }

func (s *Simulation) cutReply(p *simPod, c *instance) Reply {
	if a, ok := p.apps[c.container].(cutter); ok {
		if r := a.cutReply(c.run); r.kind != 0 {
			return r
		}
	}
	return ExitStatus(sigkilled, "")
}
