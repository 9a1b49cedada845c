package agent

import (
	"context"
	"errors"

	"github.com/podclock/podclock/lifecycle"
)

// perform begins what a request asks for. Each request is answered by one
// message.
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
		a.calls.begin(a.calls.answerTo(p, act, lifecycle.ImageInspected), func(ctx context.Context, m *message) (err error) {
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
		grace := p.within(a.now, act.Grace)
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

// callFor calls the runtime for a container. If the runtime does not have it,
// no call is needed, and the request succeeds.
func (a *Agent) callFor(p *pod, act *lifecycle.Action, t lifecycle.EventType,
	do func(ctx context.Context, id string) error) {
	m := a.calls.answerTo(p, act, t)
	c := p.instance(act.Instance)
	if c == nil {
		a.mail.post(m)
		return
	}
	a.calls.begin(m, func(ctx context.Context, _ *message) error { return do(ctx, c.id) })
}

func (a *Agent) runSandbox(p *pod, act *lifecycle.Action) {
	config := SandboxConfig{Pod: p.identity, Spec: p.machine.Template().Pod(), Attempt: act.Attempt}
	a.owners.expectSandbox(p)
	a.calls.begin(a.calls.answerTo(p, act, lifecycle.SandboxStarted), func(ctx context.Context, m *message) error {
		s, err := a.o.Runtime.RunSandbox(ctx, config)
		m.id, m.ev.IP = s.ID, s.IP
		return err
	})
}

func (a *Agent) stopSandbox(p *pod, act *lifecycle.Action, t lifecycle.EventType,
	do func(ctx context.Context, id string) error) {
	m := a.calls.answerTo(p, act, t)
	s, ok := p.sandbox(act.Instance)
	if !ok {
		a.mail.post(m)
		return
	}
	a.calls.begin(m, func(ctx context.Context, _ *message) error { return do(ctx, s.ID) })
}

func (a *Agent) createContainer(p *pod, act *lifecycle.Action) {
	t, s := p.machine.Template(), p.newest()
	a.owners.expectContainer(p)
	config := ContainerConfig{
		Pod: p.identity, Sandbox: s.ID, IP: s.IP, PodSpec: t.Pod(), Spec: t.Container(act.Container),
		Image: act.Image, Attempt: act.Attempt,
	}
	a.calls.begin(a.calls.answerTo(p, act, lifecycle.ContainerCreated), func(ctx context.Context, m *message) error {
		c, err := a.o.Runtime.CreateContainer(ctx, config)
		m.id, m.ev.ID, m.ev.ImageID = c.ID, statusID(a.o.Runtime, c.ID), c.ImageID
		var reason *CreateError
		if errors.As(err, &reason) {
			m.ev.ErrReason = reason.Reason
		}
		return err
	})
}

// statusID returns a container's ID as statuses show it, SCHEME://ID.
func statusID(r Runtime, id string) string { return r.Name() + "://" + id }

func (a *Agent) startContainer(p *pod, act *lifecycle.Action) {
	if c := p.instance(act.Instance); c != nil {
		c.beginStart()
	}
	a.callFor(p, act, lifecycle.ContainerStarted, a.o.Runtime.StartContainer)
}

func (a *Agent) runProbe(p *pod, act *lifecycle.Action) {
	a.probes.put(attempt{
		pod: p, template: p.machine.Template(), ip: p.address(a.o.Config.HostIP), id: p.idOf(act.Instance),
		issued: a.calls.issue(), op: act.Op, instance: act.Instance, number: act.Attempt, container: act.Container,
		kind: act.Probe,
	})
}
