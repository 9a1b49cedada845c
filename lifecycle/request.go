package lifecycle

import (
	"fmt"
	"slices"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// openRequest is a request that the shell has not answered yet. Its answer
// tells about the runtime even when nobody waits for it any more.
type openRequest struct {
	op        uint64
	request   ActionType
	container int
	instance  uint64
	attempt   uint64
	hook      HookKind
}

// request appends a request under a new Op, and returns that.
func (p *Pod) request(a Action) uint64 {
	p.ops++
	a.Op = p.ops
	if a.Type == CreateContainer {
		a.Instance = a.Op
	}
	p.requests = append(p.requests, openRequest{a.Op, a.Type, a.Container, a.Instance, a.Attempt, a.Hook})
	p.emit(a)
	return a.Op
}

// requestOf returns the request that an event answers; false: there is none.
func (p *Pod) requestOf(ev *Event) (openRequest, bool) {
	for _, r := range p.requests {
		if r.op == ev.Op && ev.Type.answers(r.request) {
			return r, true
		}
	}
	return openRequest{}, false
}

// takeRequest takes the request that an event answers off the table; false: there is
// none.
func (p *Pod) takeRequest(ev *Event) (openRequest, bool) {
	r, ok := p.requestOf(ev)
	if ok {
		p.requests = slices.DeleteFunc(p.requests, func(o openRequest) bool { return o.op == r.op })
	}
	return r, ok
}

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
	c := inventory.Instance{ID: r.op, Container: r.container, State: restart.StateCreated, CreatedAt: p.now, Attempt: int32(r.attempt),
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
