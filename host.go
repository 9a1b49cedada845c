package podclock

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// sigkilled is the exit code of a container that SIGKILL ended: 128 + 9 (C8).
const sigkilled = 137

// host answers the node for the apps of a simulation: it asks the app of a
// container, and turns its reply into what the kubelet's handlers make of it.
type host struct{ s *Simulation }

// Happen makes a fact true, or ends an outage.
func (h host) Happen(what node.Happening) {
	switch w := what.(type) {
	case Fact:
		h.s.inject(w)
	case outageEnd:
		h.s.endOutage(int(w))
	}
}

// app returns the app of a run and the Call for it. There is one Call, which is
// used again and again.
func (h host) app(r *node.Run) (App, *Call) {
	p, call := r.Pod, &h.s.calling
	*call = Call{
		Pod: p.Name, Spec: p.Template.Container(r.Container), Run: r.Count, Now: h.s.Now(), Since: r.Since,
		IP: p.IP(), Rand: h.s.rand,
	}
	return h.s.apps[p.Number()][r.Container], call
}

// Create asks the app what becomes of the run.
func (h host) Create(r *node.Run) (node.Plan, error) {
	app, call := h.app(r)
	p := app.Create(call)
	plan := node.Plan{
		CreateDelay: p.CreateDelay, StartDelay: p.StartDelay, CreateError: p.CreateError, StartError: p.StartError,
		StopError: p.StopError, RemoveError: p.RemoveError,
		Exit: (*node.Exit)(p.Exit), Log: p.Log,
	}
	for _, n := range p.Notes {
		plan.Notes = append(plan.Notes, node.Note(n))
	}
	if d := p.least(); d < 0 {
		return plan, fmt.Errorf("a plan with the time %s: times are not negative", d)
	}
	return plan, nil
}

// least is the least of the times of a plan.
func (p *Plan) least() time.Duration {
	least := min(p.CreateDelay, p.StartDelay)
	if p.Exit != nil {
		least = min(least, p.Exit.After)
	}
	for _, n := range p.Notes {
		least = min(least, n.After)
	}
	return least
}

// Terminate asks the app how it reacts to its stop signal.
func (h host) Terminate(r *node.Run) (node.Term, error) {
	app, call := h.app(r)
	term := app.Terminate(call)
	if term.After < 0 {
		return node.Term{}, fmt.Errorf("a reaction after %s: times are not negative", term.After)
	}
	return node.Term(term), nil
}

// target is what an attempt of a probe of the run goes to.
func (h host) target(r *node.Run, kind probe.Kind) target {
	spec := r.Pod.Template.Container(r.Container)
	return target{spec, probe.Of(spec, kind), r.Pod.IP()}
}

// Probe asks the app, or what has come over it.
func (h host) Probe(r *node.Run, kind probe.Kind) (probe.Answer, time.Duration, error) {
	reply := h.probeReply(r, kind)
	if err := reply.check(); err != nil {
		return probe.Answer{}, 0, err
	}
	t := h.target(r, kind)
	answer, d := t.answer(reply)
	if t.probe.Exec != nil && d >= t.timeout() {
		d += h.s.options.Latency.Exec
	}
	answer.Until = reply.until
	return answer, d, nil
}

func (h host) probeReply(r *node.Run, kind probe.Kind) Reply {
	if r.Hung {
		return Hang()
	}
	if o := h.s.outageOf(r, kind); o != nil {
		return o.reply.Until(h.s.Now().Add(eternity))
	}
	app, call := h.app(r)
	return app.Probe(call, kind)
}

// check refuses replies that are none.
func (r Reply) check() error {
	if r.kind != 0 && r.latency >= 0 {
		return nil
	}
	return fmt.Errorf("the reply %q: make replies with OK, Fail, Hang and so on, and no negative latency", r.String())
}

// ProbeGone is the answer of a container that does not run.
func (h host) ProbeGone(r *node.Run, kind probe.Kind) probe.Answer {
	return h.target(r, kind).gone()
}

// ProbeCut is the answer of an attempt that its container's end cuts off.
func (h host) ProbeCut(r *node.Run, kind probe.Kind) probe.Answer {
	return h.target(r, kind).cut(h.cutReply(r))
}

// hook is what a hook of the run goes to.
func (h host) hook(r *node.Run, kind lifecycle.HookKind) hookTarget {
	return hookTarget{r.Pod.Template.Container(r.Container), kind, r.Pod.IP(), r.Pod.Identity}
}

// Hook asks the app.
func (h host) Hook(r *node.Run, kind lifecycle.HookKind) (node.HookReply, error) {
	reply := Hang()
	if !r.Hung {
		app, call := h.app(r)
		reply = app.Hook(call, kind)
	}
	if err := reply.check(); err != nil || reply.kind == ReplyHang {
		return node.HookReply{Never: true}, err
	}
	return node.HookReply{Err: h.hook(r, kind).failure(reply), Takes: reply.latency}, nil
}

// HookGone is the failure of a hook in a container that does not run.
func (h host) HookGone(r *node.Run, kind lifecycle.HookKind) string {
	return h.hook(r, kind).gone()
}

// HookCut is the failure of a hook that its container's end cuts off.
func (h host) HookCut(r *node.Run, kind lifecycle.HookKind) string {
	return h.hook(r, kind).failure(h.cutReply(r))
}

// cutter is an App that says how an exec ends that the container's end cuts off.
type cutter interface{ cutReply(run int) Reply }

func (h host) cutReply(r *node.Run) Reply {
	return cutReply(h.s.apps[r.Pod.Number()][r.Container], r.Count)
}

func cutReply(app App, run int) Reply {
	if a, ok := app.(cutter); ok {
		if r := a.cutReply(run); r.kind != 0 {
			return r
		}
	}
	return ExitStatus(sigkilled, "")
}
