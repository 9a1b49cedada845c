package lifecycle

import (
	"fmt"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// learn notes what an answer says about the runtime.
func (p *Pod) learn(r openRequest, ev *Event) {
	changed := false
	switch r.request {
	case RunSandbox:
		changed = p.learnSandbox(r, ev)
	case StopSandbox:
		changed = ev.Err == "" && p.truth.StopSandbox(r.instance)
	case CreateContainer:
		changed = p.learnCreated(r, ev)
	case StartContainer:
		changed = p.learnStarted(r, ev)
	case RemoveContainer:
		changed = ev.Err == "" && p.truth.Remove(r.instance)
		p.collectAgain(ev)
	case RemoveSandbox:
		changed = ev.Err == "" && p.truth.RemoveSandbox(r.instance)
		p.collectAgain(ev)
	}
	if changed {
		p.touched()
	}
}

func (p *Pod) learnSandbox(r openRequest, ev *Event) bool {
	if !ev.ran() {
		return false
	}
	p.truth.AddSandbox(inventory.Sandbox{ID: r.op, Attempt: r.attempt, Ready: true, IP: ev.IP})
	p.scheduleCollection()
	return true
}

func (p *Pod) learnCreated(r openRequest, ev *Event) bool {
	if ev.Err != "" && ev.ErrReason != reasonPreStartHook { // C5
		return false
	}
	c := inventory.Instance{ID: r.op, Container: r.container, State: restart.StateCreated, CreatedAt: p.now,
		Attempt:   int32(r.attempt),
		RuntimeID: ev.ID, ImageID: ev.ImageID, Image: p.t.spec.Containers[r.container].Spec.Image}
	if c.RuntimeID == "" {
		c.RuntimeID = p.runtimeID(&c)
	}
	p.truth.Create(c)
	return true
}

// learnStarted notes a start, or its failure.
func (p *Pod) learnStarted(r openRequest, ev *Event) bool {
	if ev.Err != "" {
		return p.truth.FailStart(r.instance, p.now, ev.Err)
	}
	return p.truth.Start(r.instance, ev.since(p.now))
}

// runtimeID is the ID of an instance whose runtime gave none.
func (p *Pod) runtimeID(c *inventory.Instance) string {
	return fmt.Sprintf("podclock://%s-%s-%d-%d", p.id.Name, p.t.spec.Name(c.Container), c.Attempt, c.ID)
}
