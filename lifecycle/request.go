package lifecycle

import (
	"slices"
	"time"

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
		if s := p.world.sandbox(r.instance); s != nil && ev.Err == "" && s.Ready {
			s.Ready, changed = false, true
		}
	case CreateContainer:
		changed = p.learnCreated(r, ev)
	case StartContainer:
		changed = p.learnStarted(r, ev)
	case RemoveContainer:
		changed = ev.Err == "" && p.world.remove(r.instance)
		p.collectAgain(ev)
	case RemoveSandbox:
		changed = ev.Err == "" && p.world.removeSandbox(r.instance)
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
	p.world.sandboxes = append(p.world.sandboxes, Sandbox{ID: r.op, Attempt: r.attempt, Ready: true, IP: ev.IP})
	p.scheduleCollection()
	return true
}

func (p *Pod) learnCreated(r openRequest, ev *Event) bool {
	if ev.Err != "" && ev.ErrReason != reasonPreStartHook { // C5
		return false
	}
	c := Instance{ID: r.op, Container: r.container, State: restart.StateCreated, CreatedAt: p.now, Attempt: int32(r.attempt),
		RuntimeID: ev.ID, ImageID: ev.ImageID, Image: p.t.containers[r.container].spec.Image}
	if n := len(p.world.sandboxes); n > 0 {
		c.Sandbox = p.world.sandboxes[n-1].ID
	}
	if c.RuntimeID == "" {
		c.RuntimeID = p.runtimeID(&c)
	}
	p.world.instances = append(p.world.instances, c)
	return true
}

// startErrorCode is the exit code of a container whose start failed (C8).
const startErrorCode = 128

// unixEpoch is the start time of what never started (C8).
var unixEpoch = time.Unix(0, 0).UTC()

// learnStarted notes a start, or its failure, which leaves an exited instance
// (C8).
func (p *Pod) learnStarted(r openRequest, ev *Event) bool {
	c := p.world.instance(r.instance)
	if c == nil || c.State != restart.StateCreated {
		return false
	}
	c.State, c.StartedAt = restart.StateRunning, ev.since(p.now)
	if ev.Err != "" {
		c.State, c.StartedAt, c.FinishedAt = restart.StateExited, unixEpoch, p.now
		c.ExitCode, c.Reason, c.Message = startErrorCode, "StartError", ev.Err
	}
	return true
}
