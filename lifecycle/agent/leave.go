package agent

import (
	"context"
	"log/slog"
	"time"
)

// orphanGrace is the grace period of containers that belong to no pod.
const orphanGrace = time.Second

// letGo removes a pod that is gone from its source, once its machine has
// finished. It removes what the runtime has of the pod at once, and does not
// wait for the collection of dead containers: nobody will look at them again.
func (a *Agent) letGo(p *pod) {
	if !p.machine.Finished() || p.sweeping {
		return
	}
	if p.stopping.cut(errFinished); p.open > 0 {
		return
	}
	p.sweeping = true
	a.deadlines.set(p, p.wakeAt, false) // the machine would collect what is being removed, and be saved again
	left := a.owners.disown(p)
	a.calls.run(func(ctx context.Context) {
		left.remove(ctx, a.o.Runtime, a.o.Logger)
		a.mail.post(message{pod: p, kind: messageSwept})
	})
}

// forget drops a pod once the runtime has nothing of it left.
func (a *Agent) forget(p *pod) {
	p.release()
	a.state.remove(p)
	a.pods.remove(p)
}

// leftovers are the IDs of what belongs to no pod.
type leftovers struct{ sandboxes, containers []string }

// remove stops and removes what nobody wants any more. It logs what fails: the
// runtime keeps that.
func (l leftovers) remove(ctx context.Context, runtime Runtime, log *slog.Logger) {
	try := func(what, id string, err error) {
		if err != nil {
			log.Warn("the runtime keeps what is left of a pod", "call", what, "id", id, "err", err)
		}
	}
	for _, id := range l.containers {
		try("StopContainer", id, runtime.StopContainer(ctx, id, orphanGrace))
		try("RemoveContainer", id, runtime.RemoveContainer(ctx, id))
	}
	for _, id := range l.sandboxes {
		try("StopSandbox", id, runtime.StopSandbox(ctx, id))
		try("RemoveSandbox", id, runtime.RemoveSandbox(ctx, id))
	}
}
