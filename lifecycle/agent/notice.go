package agent

import (
	"github.com/podclock/podclock/lifecycle"
)

// gather makes one happening of the death of a sandbox and the ends of its
// containers, if they come together, as one relist would see them: then nothing
// waits for the preStop hooks of containers that are dead already.
func (a *Agent) gather(batch []message) {
	var died map[*pod]*message
	for i := range batch {
		if m := &batch[i]; m.kind == messageNotice && m.notice.Sandbox != "" {
			if p := a.sandboxes[m.notice.Sandbox]; p != nil && p.newest().ID == m.notice.Sandbox {
				if died == nil {
					died = map[*pod]*message{}
				}
				died[p] = m
			}
		}
	}
	for i := 0; i < len(batch) && died != nil; i++ {
		m := &batch[i]
		if m.kind != messageNotice || m.notice.Container == "" {
			continue
		}
		if c := a.containers[m.notice.Container]; c != nil && !c.starting && died[c.pod] != nil {
			d := died[c.pod]
			d.ends = append(d.ends, m.notice)
			m.kind = 0 // it was taken in
		}
	}
}

// noticed takes a notice of the runtime. One about what the agent does not know
// (any more) means nothing.
func (a *Agent) noticed(m *message) {
	n := m.notice
	if n.Sandbox != "" {
		a.sandboxDied(n.Sandbox, m.ends)
		return
	}
	c := a.containers[n.Container]
	switch {
	case c == nil:
	case c.starting:
		c.early = append(c.early, n)
	default:
		a.step(c.pod, happened(c, n))
	}
}

// sandboxDied is the death of a pod's newest sandbox.
var sandboxDied = lifecycle.Event{Type: lifecycle.SandboxDied}

// happened is what a notice tells of a container.
func happened(c *instance, n *Notice) lifecycle.Event {
	if n.Unknown {
		return lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: c.op}
	}
	return lifecycle.Event{
		Type: lifecycle.ContainerExited, Instance: c.op,
		ExitCode: n.ExitCode, ExitReason: n.Reason,
		Message: n.Message, LogTail: n.LogTail, RuntimeMessage: n.RuntimeMessage,
	}
}

func (a *Agent) sandboxDied(id string, ends []*Notice) {
	p := a.sandboxes[id]
	switch {
	case p == nil && a.sandboxing > 0:
		a.dead[id] = true // it may be one of them
		return
	case p == nil || p.newest().ID != id:
		return
	}
	happening := []lifecycle.Event{sandboxDied}
	for _, n := range ends {
		happening = append(happening, happened(a.containers[n.Container], n))
	}
	a.step(p, happening...)
}
