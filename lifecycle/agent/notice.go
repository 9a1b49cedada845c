package agent

import "github.com/podclock/podclock/lifecycle"

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
		c.ended = n
	default:
		a.exited(c, n)
	}
}

func exitOf(c *instance, n *Notice) lifecycle.Event {
	return lifecycle.Event{
		Type: lifecycle.ContainerExited, Instance: c.op, Container: c.container,
		ExitCode: n.ExitCode, ExitReason: n.Reason, Message: n.Message,
	}
}

func (a *Agent) exited(c *instance, n *Notice) {
	ev := exitOf(c, n)
	a.tell(c.pod, &ev, c.attempt)
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
	p.runs[len(p.runs)-1].stopped = true
	events := []lifecycle.Event{{Type: lifecycle.SandboxDied, Container: lifecycle.NoContainer}}
	a.recordFact(p, &events[0], p.newest().attempt)
	for _, n := range ends {
		c := a.containers[n.Container]
		ev := exitOf(c, n)
		a.recordFact(p, &ev, c.attempt)
		events = append(events, ev)
	}
	a.step(p, events...)
}
