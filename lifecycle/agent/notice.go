package agent

import (
	"github.com/podclock/podclock/lifecycle"
)

// noticed takes in a notice of the runtime. If it is about something that the
// agent does not know, or not any more, it means nothing.
func (a *Agent) noticed(m *message) {
	if m.notice.Sandbox != "" {
		a.sandboxDied(m.notice.Sandbox, m.ends)
		return
	}
	if c := a.owners.containers[m.notice.Container]; c != nil && !c.keep(m.notice) {
		a.step(c.pod, happened(c, m.notice))
	}
}

func (a *Agent) sandboxDied(id string, ends []*Notice) {
	if p, happening := a.owners.sandboxDied(id, ends); p != nil {
		a.step(p, happening...)
	}
}

// sandboxDied tells a machine that its newest sandbox has died.
var sandboxDied = lifecycle.Event{Type: lifecycle.SandboxDied}

// happened returns what a notice tells the machine of a container.
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
