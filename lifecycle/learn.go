package lifecycle

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// learn notes what an answer says about the runtime, and what is to be done about
// that: collections of garbage first, then a relist.
func (k *kubelet) learn(r openRequest, ev *Event) {
	changed := false
	switch r.request {
	case CreateContainer:
		if created(ev) {
			k.truth.Create(k.newInstance(r, ev))
			changed = true
		}
	default:
		changed = r.learn(&k.truth, ev, k.now)
	}
	switch {
	case r.request == RunSandbox && changed:
		k.scheduleCollection()
	case r.request == RemoveContainer, r.request == RemoveSandbox:
		k.collectAgain(ev)
	}
	if changed {
		k.touched()
	}
}

// learn notes what an answer to the request says, and reports whether the runtime
// has changed.
func (r openRequest) learn(truth *inventory.Truth, ev *Event, now time.Time) (changed bool) {
	switch r.request {
	case RunSandbox:
		if ev.ran() {
			truth.AddSandbox(inventory.Sandbox{ID: r.op, Attempt: r.attempt, Ready: true, IP: ev.IP})
		}
		return ev.ran()
	case StartContainer:
		if ev.Err != "" {
			return truth.FailStart(r.instance, now, ev.Err)
		}
		return truth.Start(r.instance, ev.since(now))
	}
	if ev.Err != "" {
		return false
	}
	switch r.request {
	case StopSandbox:
		return truth.StopSandbox(r.instance)
	case RemoveContainer:
		return truth.Remove(r.instance)
	case RemoveSandbox:
		return truth.RemoveSandbox(r.instance)
	}
	return false
}

// created reports whether a call to create a container has made one, which one
// that fails after it does (C5).
func created(ev *Event) bool { return ev.Err == "" || ev.ErrReason == execute.ReasonPreStartHook }

// newInstance is the instance that a call has created, with an ID of its own if
// its runtime gave none.
func (k *kubelet) newInstance(r openRequest, ev *Event) inventory.Instance {
	c := &k.t.spec.Containers[r.container]
	id := ev.ID
	if id == "" {
		id = fmt.Sprintf("podclock://%s_%s_%s_%d_%d", k.id.Namespace, k.id.Name, c.Spec.Name, r.attempt, r.op)
	}
	return inventory.Instance{ID: r.op, Container: r.container, State: restart.StateCreated, CreatedAt: k.now,
		Attempt: int32(r.attempt), RuntimeID: id, ImageID: ev.ImageID, Image: c.Spec.Image}
}
