package agent

import (
	"slices"

	"github.com/podclock/podclock/lifecycle"
)

// answered takes the answer to a request: first what it says of the runtime,
// then the machine is told.
func (a *Agent) answered(m *message) {
	p := m.pod
	p.open--
	switch m.ev.Type {
	case lifecycle.SandboxStarted:
		a.sandboxStarted(m)
		return
	case lifecycle.SandboxRemoved:
		if m.ev.Err == "" {
			a.dropSandbox(p, m.ev.Instance)
		}
	case lifecycle.ImagePulled:
		a.pulled(m)
	case lifecycle.ContainerCreated:
		p.making--
		a.containerCreated(m)
	case lifecycle.ContainerStarted:
		a.containerStarted(m)
		return
	case lifecycle.ContainerRemoved:
		if m.ev.Err == "" {
			a.dropContainer(p, m.ev.Instance)
		}
	}
	a.step(p, m.ev)
}

// sandboxStarted tells of a sandbox, and then of its death if that came before.
func (a *Agent) sandboxStarted(m *message) {
	m.pod.making--
	died := a.dead[m.id]
	if a.sandboxing--; a.sandboxing == 0 {
		clear(a.dead)
	}
	if m.ev.Err != "" {
		a.step(m.pod, m.ev)
		return
	}
	m.pod.runs = append(m.pod.runs, sandboxRun{op: m.ev.Op, Sandbox: Sandbox{ID: m.id, IP: m.ev.IP}})
	a.sandboxes[m.id] = m.pod
	a.step(m.pod, m.ev)
	if died {
		a.sandboxDied(m.id, nil)
	}
}

// dropSandbox forgets a sandbox that was removed.
func (a *Agent) dropSandbox(p *pod, op uint64) {
	if s, ok := p.sandbox(op); ok {
		delete(a.sandboxes, s.ID)
		p.runs = slices.DeleteFunc(p.runs, func(r sandboxRun) bool { return r.op == s.op })
	}
}

func (a *Agent) containerCreated(m *message) {
	if m.id == "" || m.ev.Err != "" && m.ev.ErrReason != "PreStartHookError" { // C5
		return
	}
	c := &instance{pod: m.pod, op: m.ev.Op, id: m.id}
	m.pod.instances = append(m.pod.instances, c)
	a.containers[c.id] = c
}

// containerStarted tells of a start, and then of what was noticed before it.
func (a *Agent) containerStarted(m *message) {
	c := m.pod.instance(m.ev.Instance)
	if c == nil {
		m.ev.Err = "the container is not there any more"
	}
	a.step(m.pod, m.ev)
	if c == nil {
		return
	}
	c.starting = false
	for _, n := range c.early {
		if m.ev.Err == "" {
			a.step(c.pod, happened(c, n))
		}
	}
	c.early = nil
}

// dropContainer forgets a container that was removed.
func (a *Agent) dropContainer(p *pod, op uint64) {
	if c := p.instance(op); c != nil {
		delete(a.containers, c.id)
		p.instances = slices.DeleteFunc(p.instances, func(o *instance) bool { return o == c })
	}
}
