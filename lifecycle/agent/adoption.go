package agent

import (
	"context"
	"log/slog"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// interrupted is the error of a call that was under way when the agent ended.
const interrupted = "the agent was restarted"

// A container that the runtime no longer knows has ended in this way.
const (
	vanishedCode   = 255
	vanishedReason = "Unknown"
)

// adoption finds out what has happened to the restored pods while no agent ran.
// What belongs to them is theirs again, and taken from what was found.
type adoption struct {
	ctx     context.Context
	runtime Runtime
	log     *slog.Logger
	owners  *owners
	found   *found
}

// missed returns what a pod has missed: the answers to its open requests first,
// then the ends of what it knew to be running.
func (ad *adoption) missed(p *pod) (happening []lifecycle.Event) {
	for _, r := range p.runs {
		ad.found.take(r.ID)
	}
	for _, c := range p.instances {
		ad.found.take(c.id)
	}
	ad.owners.restore(p)
	world := p.machine.Runtime()
	for _, r := range p.machine.OpenRequests() {
		if r.Type != lifecycle.RunProbe { // a new process makes its own attempts
			happening = append(happening, ad.conclude(p, r)...)
		}
	}
	happening = append(happening, lostSandbox(p, &world, ad.found)...)
	for i := len(world.Instances) - 1; i >= 0; i-- {
		if c := &world.Instances[i]; c.State == restart.StateRunning || c.State == restart.StateUnknown {
			happening = append(happening, changeOf(p.instance(c.ID), ad.found)...)
		}
	}
	return happening
}

// conclude answers a request that was open when the agent ended, by what came
// of it.
func (ad *adoption) conclude(p *pod, r lifecycle.OpenRequest) []lifecycle.Event {
	f := ad.found
	ev := lifecycle.Event{Op: r.Op, Instance: r.Instance, Err: interrupted}
	ev.Type, _ = r.Type.Answer()
	switch r.Type {
	case lifecycle.RunSandbox:
		if s := f.sandboxOf(p, r.Attempt); s != nil {
			ev.Err, ev.IP = "", s.IP
			ad.owners.addSandbox(p, r.Op, s.Sandbox)
			if !s.Ready {
				return []lifecycle.Event{ev, sandboxDied}
			}
		}
	case lifecycle.CreateContainer:
		if s := f.containerOf(p, r); s != nil {
			ev.Err, ev.ID, ev.ImageID = "", statusID(ad.runtime, s.ID), s.ImageID
			ad.owners.addContainer(p, r.Op, s.ID)
		}
	case lifecycle.StartContainer:
		return ad.concludeStart(p, &ev)
	case lifecycle.StopContainer:
		if c := p.instance(r.Instance); c == nil || !f.mayRun(c.id) {
			ev.Err = ""
		}
	case lifecycle.RemoveContainer:
		if c := p.instance(r.Instance); c == nil || f.state(c.id) == 0 {
			ev.Err = ""
			ad.owners.dropContainer(p, r.Instance)
		}
	case lifecycle.StopSandbox:
		if s, ok := p.sandbox(r.Instance); !ok || !f.ready(s.ID) {
			ev.Err = ""
		}
	case lifecycle.RemoveSandbox:
		if s, ok := p.sandbox(r.Instance); !ok || !f.has(s.ID) {
			ev.Err = ""
			ad.owners.dropSandbox(p, r.Instance)
		}
	}
	return []lifecycle.Event{ev}
}

// concludeStart answers the start of a container. If it has not started by now,
// it must never start: it is stopped.
func (ad *adoption) concludeStart(p *pod, ev *lifecycle.Event) []lifecycle.Event {
	c := p.instance(ev.Instance)
	if c == nil {
		return []lifecycle.Event{*ev}
	}
	s := ad.found.containers[c.id]
	if s != nil && !s.StartedAt.IsZero() {
		ev.Err, ev.At = "", s.StartedAt
		return append([]lifecycle.Event{*ev}, changeOf(c, ad.found)...)
	}
	if err := ad.runtime.StopContainer(ad.ctx, c.id, 0); err != nil {
		ad.log.Warn("a container that the agent did not get to start cannot be stopped", "pod", p.long, "id", c.id,
			"err", err)
	}
	return []lifecycle.Event{*ev}
}

// changeOf returns what has become of a container that ran: nothing, its end,
// or that its state is unknown. The machine ignores the last if it knows
// already.
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

// lostSandbox returns the death of the pod's sandbox, if the machine believes
// it to be ready and the runtime does not.
func lostSandbox(p *pod, world *inventory.Snapshot, f *found) []lifecycle.Event {
	if len(world.Sandboxes) == 0 || !world.Sandboxes[0].Ready {
		return nil
	}
	if s, ok := p.sandbox(world.Sandboxes[0].ID); !ok || f.ready(s.ID) {
		return nil
	}
	return []lifecycle.Event{sandboxDied}
}
