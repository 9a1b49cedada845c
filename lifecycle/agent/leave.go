package agent

import (
	"context"
	"time"
)

// orphanGrace is the grace period of containers whose pod nobody knows.
const orphanGrace = time.Second

// letGo ends what the agent has of a pod that is gone from its source, once the
// machine has finished with it. What is left of it in the runtime goes with it:
// nobody will look at it again, so that it need not wait for its collection.
func (a *Agent) letGo(p *pod) {
	if !p.machine.Finished() || p.open > 0 || p.sweeping {
		return
	}
	p.sweeping = true
	a.deadlines.set(p, p.wakeAt, false) // the machine would collect what is swept, and be kept again
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
	a.state.remove(p)
	a.pods.remove(p)
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
