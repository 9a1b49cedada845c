package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// interrupted is the error of what was under way when the agent ended.
const interrupted = "the agent was restarted"

// Exit of a container of which the runtime knows nothing any more.
const (
	vanishedCode   = 255
	vanishedReason = "Unknown"
)

// adopt finds in the runtime what the pods of the state directory had there,
// and goes on with it. What is nobody's is stopped and removed.
func (a *Agent) adopt(ctx context.Context) error {
	have, err := a.o.Runtime.List(ctx)
	if err != nil {
		return fmt.Errorf("agent: listing what the runtime has: %w", err)
	}
	f := newFound(have)
	for _, p := range a.restored {
		a.time.reach(p.machine.Now())
	}
	a.now, _ = a.time.read()
	for _, p := range a.restored {
		a.resume(ctx, p, f)
	}
	a.restored = nil
	left := f.left()
	a.calls.Go(func() { a.sweep(ctx, left) })
	a.late = a.o.Clock.AfterFunc(lateness, func() { a.mail.post(message{kind: messageLate}) })
	return nil
}

// lateness is how long a kubelet lets a call of its runtime take at most: by
// then, what the old agent had begun to make is there, or never will be.
const lateness = 4 * time.Minute

// listLate looks for what was made for an agent that was killed after the new
// one had listed what there is.
func (a *Agent) listLate() {
	a.calls.Go(func() {
		have, err := a.o.Runtime.List(a.ctx)
		if err != nil {
			a.o.Logger.Warn("what was made for an earlier agent cannot be found", "err", err)
			return
		}
		a.mail.post(message{kind: messageListed, have: &have})
	})
}

// removeLate stops and removes what is nobody's. What a pod is about to be told
// of may be its own.
func (a *Agent) removeLate(have *Inventory) {
	f := newFound(*have)
	for i := range have.Sandboxes {
		s := &have.Sandboxes[i]
		if p := a.pods.get(s.Pod.UID); a.sandboxes[s.ID] != nil || p != nil && p.making > 0 {
			f.take(s.ID)
		}
	}
	for i := range have.Containers {
		c := &have.Containers[i]
		if a.containers[c.ID] != nil || a.sandboxes[c.Sandbox] != nil && a.sandboxes[c.Sandbox].making > 0 {
			f.take(c.ID)
		}
	}
	a.calls.Go(func() { a.sweep(a.ctx, f.left()) })
}

// resume lets a pod's machine go on, after it is told how all that was under way
// has ended, and what else has.
func (a *Agent) resume(ctx context.Context, p *pod, f *found) {
	for _, r := range p.runs {
		f.take(r.ID)
		a.sandboxes[r.ID] = p
	}
	for _, c := range p.instances {
		f.take(c.id)
		a.containers[c.id] = c
	}
	happening := []lifecycle.Event{{Type: lifecycle.KubeletRestarted, KeepMemory: true}, {Type: lifecycle.NetworkUp}}
	if p.template.Static() && !p.machine.Finished() && a.static.claim(p) {
		happening = append(happening, lifecycle.Event{Type: lifecycle.NameTaken})
	}
	world := p.machine.Runtime()
	for _, r := range p.machine.OpenRequests() {
		if r.Type != lifecycle.RunProbe { // the new process makes its own
			happening = append(happening, a.conclude(ctx, p, r, f)...)
		}
	}
	happening = append(happening, lostSandbox(p, &world, f)...)
	for i := len(world.Instances) - 1; i >= 0; i-- {
		if c := &world.Instances[i]; c.State == restart.StateRunning || c.State == restart.StateUnknown {
			happening = append(happening, changeOf(p.instance(c.ID), f)...)
		}
	}
	a.step(p, happening...)
}

// conclude answers a request that was open when the agent ended, by what came
// of it.
func (a *Agent) conclude(ctx context.Context, p *pod, r lifecycle.OpenRequest, f *found) []lifecycle.Event {
	ev := lifecycle.Event{Op: r.Op, Instance: r.Instance, Err: interrupted}
	ev.Type, _ = r.Type.Answer()
	switch r.Type {
	case lifecycle.RunSandbox:
		if s := f.sandboxOf(p, r.Attempt); s != nil {
			ev.Err, ev.IP = "", s.IP
			p.runs = append(p.runs, sandboxRun{op: r.Op, Sandbox: s.Sandbox})
			a.sandboxes[s.ID] = p
			if !s.Ready {
				return []lifecycle.Event{ev, sandboxDied}
			}
		}
	case lifecycle.CreateContainer:
		if s := f.containerOf(p, r); s != nil {
			ev.Err, ev.ID, ev.ImageID = "", a.statusID(s.ID), s.ImageID
			c := &instance{pod: p, op: r.Op, id: s.ID}
			p.instances = append(p.instances, c)
			a.containers[c.id] = c
		}
	case lifecycle.StartContainer:
		return a.concludeStart(ctx, p, &ev, f)
	case lifecycle.StopContainer:
		if c := p.instance(r.Instance); c == nil || !f.mayRun(c.id) {
			ev.Err = ""
		}
	case lifecycle.RemoveContainer:
		if c := p.instance(r.Instance); c == nil || f.state(c.id) == 0 {
			ev.Err = ""
			a.dropContainer(p, r.Instance)
		}
	case lifecycle.StopSandbox:
		if s, ok := p.sandbox(r.Instance); !ok || !f.ready(s.ID) {
			ev.Err = ""
		}
	case lifecycle.RemoveSandbox:
		if s, ok := p.sandbox(r.Instance); !ok || !f.has(s.ID) {
			ev.Err = ""
			a.dropSandbox(p, r.Instance)
		}
	}
	return []lifecycle.Event{ev}
}

// concludeStart answers the start of a container. One that was not started by
// then must never be.
func (a *Agent) concludeStart(ctx context.Context, p *pod, ev *lifecycle.Event, f *found) []lifecycle.Event {
	c := p.instance(ev.Instance)
	if c == nil {
		return []lifecycle.Event{*ev}
	}
	s := f.containers[c.id]
	if s != nil && !s.StartedAt.IsZero() {
		ev.Err, ev.At = "", s.StartedAt
		return append([]lifecycle.Event{*ev}, changeOf(c, f)...)
	}
	if err := a.o.Runtime.StopContainer(ctx, c.id, 0); err != nil {
		a.o.Logger.Warn("a container that the agent did not get to start cannot be stopped", "pod", p.long, "id", c.id, "err",
			err)
	}
	return []lifecycle.Event{*ev}
}

// changeOf is what has become of a container that ran: its end, or that its state
// is unknown, which the machine ignores if it was before.
func changeOf(c *instance, f *found) []lifecycle.Event {
	switch {
	case c == nil || f.state(c.id) == StateRunning:
		return nil
	case f.state(c.id) == StateUnknown:
		return []lifecycle.Event{happened(c, &Notice{Unknown: true})}
	}
	ev := happened(c, &Notice{ExitCode: vanishedCode, Reason: vanishedReason,
		RuntimeMessage: "the runtime does not know it any more"})
	if s := f.containers[c.id]; s != nil {
		ev = happened(c, &Notice{ExitCode: s.ExitCode, Reason: s.Reason, Message: s.Message, LogTail: s.LogTail,
			RuntimeMessage: s.RuntimeMessage})
		ev.At = s.FinishedAt
	}
	return []lifecycle.Event{ev}
}

// lostSandbox is the death of the pod's ready sandbox, if it is not ready any more.
func lostSandbox(p *pod, world *inventory.Snapshot, f *found) []lifecycle.Event {
	if len(world.Sandboxes) == 0 || !world.Sandboxes[0].Ready {
		return nil
	}
	if s, ok := p.sandbox(world.Sandboxes[0].ID); !ok || f.ready(s.ID) {
		return nil
	}
	return []lifecycle.Event{sandboxDied}
}
