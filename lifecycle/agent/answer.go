package agent

import (
	"github.com/podclock/podclock/lifecycle"
)

// answered takes in the answer to a request: first what it says of the runtime,
// then it tells the machine.
func (a *Agent) answered(m *message) {
	p := m.pod
	p.open--
	switch m.ev.Type {
	case lifecycle.HookFinished:
		if p.stopping.reason == errFinished { // letGo has cut it short: nobody waits for it
			a.letGo(p)
			return
		}
	case lifecycle.SandboxStarted:
		a.sandboxStarted(m)
		return
	case lifecycle.SandboxRemoved:
		if m.ev.Err == "" {
			a.owners.dropSandbox(p, m.ev.Instance)
		}
	case lifecycle.ImagePulled:
		a.pulled(m)
	case lifecycle.ContainerCreated:
		a.owners.containerCame(p)
		if exists(m) {
			a.owners.addContainer(p, m.ev.Op, m.id)
		}
	case lifecycle.ContainerStarted:
		a.containerStarted(m)
		return
	case lifecycle.ContainerRemoved:
		if m.ev.Err == "" {
			a.owners.dropContainer(p, m.ev.Instance)
		}
	}
	a.step(p, m.ev)
}

// exists reports whether the runtime has the container that it was asked to
// create. A PreStartHookError leaves a created container (C5).
func exists(m *message) bool {
	return m.id != "" && (m.ev.Err == "" || m.ev.ErrReason == "PreStartHookError")
}

// sandboxStarted tells the machine of a sandbox, and then of its death if the
// sandbox has died meanwhile.
func (a *Agent) sandboxStarted(m *message) {
	died := a.owners.sandboxCame(m.pod, m.id)
	if m.ev.Err != "" {
		a.step(m.pod, m.ev)
		return
	}
	a.owners.addSandbox(m.pod, m.ev.Op, Sandbox{ID: m.id, IP: m.ev.IP})
	a.step(m.pod, m.ev)
	if died {
		a.sandboxDied(m.id, nil)
	}
}

// containerStarted tells the machine of a start, and then of the notices that
// came before it.
func (a *Agent) containerStarted(m *message) {
	c := m.pod.instance(m.ev.Instance)
	if c == nil {
		m.ev.Err = "the container is not there any more"
	}
	a.step(m.pod, m.ev)
	if c == nil {
		return
	}
	for _, n := range c.endStart() {
		if m.ev.Err == "" {
			a.step(c.pod, happened(c, n))
		}
	}
}
