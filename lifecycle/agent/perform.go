package agent

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// perform sets a request off.
func (a *Agent) perform(p *pod, act *lifecycle.Action) {
	switch act.Type {
	case lifecycle.RunSandbox:
		a.runSandbox(p, act)
	case lifecycle.StopSandbox:
		a.stopSandbox(p, act, lifecycle.SandboxStopped, a.o.Runtime.StopSandbox)
	case lifecycle.RemoveSandbox:
		a.stopSandbox(p, act, lifecycle.SandboxRemoved, a.o.Runtime.RemoveSandbox)
	case lifecycle.InspectImage:
		image := act.Image
		a.call(a.answerTo(p, act, lifecycle.ImageInspected), func(ctx context.Context, m *message) (err error) {
			m.ev.Present, err = a.o.Runtime.ImagePresent(ctx, image)
			return err
		})
	case lifecycle.PullImage:
		a.requestPull(p, act)
	case lifecycle.CreateContainer:
		a.createContainer(p, act)
	case lifecycle.StartContainer:
		a.startContainer(p, act)
	case lifecycle.StopContainer:
		grace := act.Grace
		a.callFor(p, act, lifecycle.ContainerStopped, func(ctx context.Context, id string) error {
			return a.o.Runtime.StopContainer(ctx, id, grace)
		})
	case lifecycle.RemoveContainer:
		a.callFor(p, act, lifecycle.ContainerRemoved, a.o.Runtime.RemoveContainer)
	case lifecycle.RunHook:
		a.runHook(p, act)
	case lifecycle.RunProbe:
		a.runProbe(p, act)
	default:
		panic("agent: no way to perform " + act.Type.String())
	}
}

// issue numbers a request.
func (a *Agent) issue() uint64 {
	a.issued++
	return a.issued
}

// answerTo is the answer to a request, before it is known how it ends.
func (a *Agent) answerTo(p *pod, act *lifecycle.Action, t lifecycle.EventType) message {
	return message{pod: p, kind: messageAnswer, issued: a.issue(),
		ev: lifecycle.Event{Type: t, Op: act.Op, Instance: act.Instance}}
}

// call runs what takes time beside the loop, and posts its answer.
func (a *Agent) call(m message, do func(ctx context.Context, m *message) error) {
	a.calls.Go(func() {
		if err := do(a.ctx, &m); err != nil {
			m.ev.Err = err.Error()
		}
		a.mail.post(m)
	})
}

// callFor calls the runtime for a container; one that it does not have needs
// no call.
func (a *Agent) callFor(p *pod, act *lifecycle.Action, t lifecycle.EventType,
	do func(ctx context.Context, id string) error) {
	m := a.answerTo(p, act, t)
	c := p.instance(act.Instance)
	if c == nil {
		a.mail.post(m)
		return
	}
	a.call(m, func(ctx context.Context, _ *message) error { return do(ctx, c.id) })
}

func (a *Agent) runSandbox(p *pod, act *lifecycle.Action) {
	config := SandboxConfig{Pod: p.identity, Spec: p.machine.Template().Pod(), Attempt: act.Attempt}
	a.sandboxing++
	p.making++
	a.call(a.answerTo(p, act, lifecycle.SandboxStarted), func(ctx context.Context, m *message) error {
		s, err := a.o.Runtime.RunSandbox(ctx, config)
		m.id, m.ev.IP = s.ID, s.IP
		return err
	})
}

func (a *Agent) stopSandbox(p *pod, act *lifecycle.Action, t lifecycle.EventType,
	do func(ctx context.Context, id string) error) {
	m := a.answerTo(p, act, t)
	s, ok := p.sandbox(act.Instance)
	if !ok {
		a.mail.post(m)
		return
	}
	a.call(m, func(ctx context.Context, _ *message) error { return do(ctx, s.ID) })
}

func (a *Agent) createContainer(p *pod, act *lifecycle.Action) {
	t, s := p.machine.Template(), p.newest()
	p.making++
	config := ContainerConfig{
		Pod: p.identity, Sandbox: s.ID, IP: s.IP, PodSpec: t.Pod(), Spec: t.Container(act.Container),
		Image: act.Image, Attempt: act.Attempt,
	}
	a.call(a.answerTo(p, act, lifecycle.ContainerCreated), func(ctx context.Context, m *message) error {
		c, err := a.o.Runtime.CreateContainer(ctx, config)
		m.id, m.ev.ID, m.ev.ImageID = c.ID, a.statusID(c.ID), c.ImageID
		var reason *CreateError
		if errors.As(err, &reason) {
			m.ev.ErrReason = reason.Reason
		}
		return err
	})
}

// statusID is a container's ID as statuses show it.
func (a *Agent) statusID(id string) string { return a.o.Runtime.Name() + "://" + id }

func (a *Agent) startContainer(p *pod, act *lifecycle.Action) {
	if c := p.instance(act.Instance); c != nil {
		c.starting = true
	}
	a.callFor(p, act, lifecycle.ContainerStarted, a.o.Runtime.StartContainer)
}

// target is what a probe or hook goes to.
func (a *Agent) target(p *pod, spec *corev1.Container, ip, id string) handler.Target {
	return handler.Target{
		Pod: p.long, Container: spec.Name, ContainerID: id, PodIP: ip, Ports: spec.Ports, Env: spec.Env, Exec: a.o.Runtime,
	}
}

// address is where probes and hooks of a pod connect to.
func (a *Agent) address(p *pod) string {
	if p.machine.Template().HostNetwork() {
		return a.o.Config.HostIP
	}
	return p.newest().IP
}

func (a *Agent) runHook(p *pod, act *lifecycle.Action) {
	m := a.answerTo(p, act, lifecycle.HookFinished)
	spec := p.machine.Template().Container(act.Container)
	target := a.target(p, spec, a.address(p), p.idOf(act.Instance))
	hook := spec.Lifecycle.PostStart
	if act.Hook == lifecycle.PreStop {
		hook = spec.Lifecycle.PreStop
	}
	a.calls.Go(func() {
		answer := a.o.Prober.RunHook(a.ctx, target, hook)
		m.ev.Err, m.ev.Fallback = answer.Message, answer.Fallback // C37
		a.mail.post(m)
	})
}
