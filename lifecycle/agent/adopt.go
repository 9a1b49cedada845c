package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// lateness is the longest time that a kubelet lets a call of its runtime take.
// By then the runtime has made what the old agent had asked for, or never will.
const lateness = 4 * time.Minute

// adopt finds in the runtime what the restored pods had there, and goes on with
// it. It stops and removes the rest.
func (a *Agent) adopt(ctx context.Context) error {
	have, err := a.o.Runtime.List(ctx)
	if err != nil {
		return fmt.Errorf("agent: listing what the runtime has: %w", err)
	}
	for _, p := range a.restored {
		a.time.reach(p.machine.Now())
	}
	a.now, _ = a.time.read()
	ad := adoption{ctx: ctx, runtime: a.o.Runtime, log: a.o.Logger, owners: &a.owners, found: newFound(have)}
	for _, p := range a.restored {
		a.resume(p, &ad)
	}
	a.restored = nil
	a.remove(ad.found.left())
	a.late = a.o.Clock.AfterFunc(lateness, func() { a.mail.post(message{kind: messageLate}) })
	return nil
}

// listLate lists the runtime once more, for what was made for the earlier agent
// after adopt had listed it.
func (a *Agent) listLate() {
	a.calls.run(func(ctx context.Context) {
		have, err := a.o.Runtime.List(ctx)
		if err != nil {
			a.o.Logger.Warn("what was made for an earlier agent cannot be found", "err", err)
			return
		}
		a.mail.post(message{kind: messageListed, have: &have})
	})
}

// remove stops and removes what nobody wants any more.
func (a *Agent) remove(left leftovers) {
	a.calls.run(func(ctx context.Context) { left.remove(ctx, a.o.Runtime, a.o.Logger) })
}

// resume lets a pod's machine go on. In one step it is told that the kubelet was
// restarted, how each call under way has ended, and what has ended by itself.
func (a *Agent) resume(p *pod, ad *adoption) {
	happening := []lifecycle.Event{{Type: lifecycle.KubeletRestarted, KeepMemory: true}, {Type: lifecycle.NetworkUp}}
	if p.template.Static() && !p.machine.Finished() && a.static.claim(p) {
		happening = append(happening, lifecycle.Event{Type: lifecycle.NameTaken})
	}
	a.step(p, append(happening, ad.missed(p)...)...)
}
