package agent

import (
	"context"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// answered takes the answer to a request: first what it says of the runtime,
// then the machine is told.
func (a *Agent) answered(m *message) {
	p := m.pod
	p.open--
	switch m.ev.Type {
	case lifecycle.ProbeFinished:
		a.step(p, &m.ev)
		return
	case lifecycle.SandboxStarted:
		a.sandboxStarted(m)
		return
	case lifecycle.SandboxStopped:
		if !p.ended(m) {
			a.step(p, &m.ev)
			return
		}
	case lifecycle.SandboxRemoved:
		a.sandboxRemoved(m)
	case lifecycle.ImagePulled:
		a.pulled(m)
	case lifecycle.ContainerCreated:
		a.containerCreated(m)
	case lifecycle.ContainerStarted:
		a.containerStarted(m)
		return
	case lifecycle.ContainerRemoved:
		a.containerRemoved(m)
	}
	a.tell(p, &m.ev, m.attempt)
}

// sandboxStarted tells of a sandbox, and then of its death if that came before.
func (a *Agent) sandboxStarted(m *message) {
	died := a.dead[m.id]
	if a.sandboxing--; a.sandboxing == 0 {
		clear(a.dead)
	}
	if m.ev.Err != "" {
		a.tell(m.pod, &m.ev, m.attempt)
		return
	}
	m.pod.runs = append(m.pod.runs, sandboxRun{op: m.ev.Op, attempt: m.attempt, Sandbox: Sandbox{ID: m.id, IP: m.ev.IP}})
	a.sandboxes[m.id] = m.pod
	a.tell(m.pod, &m.ev, m.attempt)
	if died {
		a.sandboxDied(m.id)
	}
}

// ended notes that a sandbox was stopped; false: that is no news.
func (p *pod) ended(m *message) bool {
	i := slices.IndexFunc(p.runs, func(r sandboxRun) bool { return r.op == m.ev.Instance })
	if i < 0 || p.runs[i].stopped {
		return false
	}
	p.runs[i].stopped = m.ev.Err == ""
	return true
}

func (a *Agent) sandboxRemoved(m *message) {
	if s, ok := m.pod.sandbox(m.ev.Instance); ok && m.ev.Err == "" {
		delete(a.sandboxes, s.ID)
		m.pod.runs = slices.DeleteFunc(m.pod.runs, func(r sandboxRun) bool { return r.op == s.op })
	}
}

func (a *Agent) containerCreated(m *message) {
	if m.id == "" || m.ev.Err != "" && m.ev.ErrReason != "PreStartHookError" { // C5
		return
	}
	c := &instance{pod: m.pod, op: m.ev.Op, id: m.id, container: m.ev.Container, attempt: m.attempt}
	m.pod.instances = append(m.pod.instances, c)
	a.containers[c.id] = c
}

// containerStarted tells of a start, and then of an end that came before it.
func (a *Agent) containerStarted(m *message) {
	c := m.pod.instance(m.ev.Instance)
	if c == nil {
		m.ev.Err = "the container is not there any more"
	}
	a.tell(m.pod, &m.ev, m.attempt)
	if c == nil {
		return
	}
	c.starting = false
	if c.ended != nil && m.ev.Err == "" {
		a.exited(c, c.ended)
	}
}

func (a *Agent) containerRemoved(m *message) {
	if c := m.pod.instance(m.ev.Instance); c != nil && m.ev.Err == "" {
		delete(a.containers, c.id)
		m.pod.instances = slices.DeleteFunc(m.pod.instances, func(o *instance) bool { return o == c })
	}
}

// orphanGrace is the grace period of containers whose pod nobody knows.
const orphanGrace = time.Second

// noticed takes a notice of the runtime. One about what the agent does not know
// (any more) means nothing.
func (a *Agent) noticed(n *Notice) {
	if n.Sandbox != "" {
		a.sandboxDied(n.Sandbox)
		return
	}
	c := a.containers[n.Container]
	switch {
	case c == nil:
	case c.starting:
		c.ended = n
	default:
		a.exited(c, n)
	}
}

func (a *Agent) exited(c *instance, n *Notice) {
	a.tell(c.pod, &lifecycle.Event{
		Type: lifecycle.ContainerExited, Instance: c.op, Container: c.container,
		ExitCode: n.ExitCode, ExitReason: n.Reason, Message: n.Message,
	}, c.attempt)
}

func (a *Agent) sandboxDied(id string) {
	p := a.sandboxes[id]
	switch {
	case p == nil && a.sandboxing > 0:
		a.dead[id] = true // it may be one of them
		return
	case p == nil || p.newest().ID != id:
		return
	}
	p.runs[len(p.runs)-1].stopped = true
	a.tell(p, &lifecycle.Event{Type: lifecycle.SandboxDied, Container: lifecycle.NoContainer}, p.newest().attempt)
}

// letGo ends what the agent has of a pod that is gone from its source, once
// nothing is left to do. What is left of it in the runtime goes with it.
func (a *Agent) letGo(p *pod) {
	_, more := p.machine.Deadline()
	if !p.machine.Finished() || p.open > 0 || more || p.sweeping {
		return
	}
	p.sweeping = true
	var left leftovers
	for _, c := range p.instances {
		left.containers = append(left.containers, c.id)
		delete(a.containers, c.id)
	}
	for _, s := range p.runs {
		left.sandboxes = append(left.sandboxes, s.ID)
		delete(a.sandboxes, s.ID)
	}
	a.calls.Go(func() {
		a.sweep(a.ctx, left)
		a.mail.post(message{pod: p, kind: messageSwept})
	})
}

// forget drops a pod of which nothing is left.
func (a *Agent) forget(p *pod) {
	a.deadlines.set(p, p.wakeAt, false)
	a.mu.Lock()
	delete(a.byUID, p.identity.UID)
	a.pods = slices.DeleteFunc(a.pods, func(o *pod) bool { return o == p })
	a.mu.Unlock()
	a.publish(p, func(c *Change) { c.Gone = true })
}

// leftovers are the IDs of what nobody wants any more.
type leftovers struct{ sandboxes, containers []string }

// sweep stops and removes what nobody wants any more. What fails is logged: the
// runtime keeps it.
func (a *Agent) sweep(ctx context.Context, left leftovers) {
	try := func(what, id string, err error) {
		if err != nil {
			a.o.Logger.Warn("the runtime keeps what is left of a pod", "call", what, "id", id, "err", err)
		}
	}
	for _, id := range left.containers {
		try("StopContainer", id, a.o.Runtime.StopContainer(ctx, id, orphanGrace))
		try("RemoveContainer", id, a.o.Runtime.RemoveContainer(ctx, id))
	}
	for _, id := range left.sandboxes {
		try("StopSandbox", id, a.o.Runtime.StopSandbox(ctx, id))
		try("RemoveSandbox", id, a.o.Runtime.RemoveSandbox(ctx, id))
	}
}
