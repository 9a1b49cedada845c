package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// outbox is what a machine gives its shell: the actions of the present step, and
// the requests among those of all steps that are not answered yet.
type outbox struct {
	actions  []Action
	ops      uint64 // the last Op given out
	requests []openRequest
}

// openRequest is a request that the shell has not answered yet. Its answer
// says what the runtime has even when no pass waits for it any more.
type openRequest struct {
	op        uint64
	request   ActionType
	container int
	instance  uint64
	attempt   uint64
	hook      HookKind
	since     time.Time
}

func (o *outbox) clone() outbox { return outbox{ops: o.ops, requests: slices.Clone(o.requests)} }

// begin empties the box for a new step.
func (o *outbox) begin() { o.actions = o.actions[:0] }

// emit appends an action.
func (o *outbox) emit(a Action) { o.actions = append(o.actions, a) }

// emitEvent appends an event of the kubelet; container may be NoContainer.
func (o *outbox) emitEvent(container int, severity, reason, message string) {
	o.emit(Action{Type: RecordEvent, Container: container, Severity: severity, Reason: reason, Message: message})
}

// explain appends the reason of a decision.
func (o *outbox) explain(container int, d timeline.DecisionKind, message string) {
	o.emit(Action{Type: Decided, Container: container, Decision: d, Message: message})
}

// ignored appends the notice of a fact that comes too late to change anything.
func (o *outbox) ignored(t EventType, why string) {
	o.emit(Action{Type: DroppedEvent, Container: NoContainer, Message: fmt.Sprintf("%v: %s: it changes nothing", t, why)})
}

// dropped appends the notice of an answer that no sync waits for, and why.
func (o *outbox) dropped(ev *Event, why string) {
	o.emit(Action{Type: DroppedEvent, Op: ev.Op, Container: NoContainer, Message: fmt.Sprintf("%v: %s", ev.Type, why)})
}

// request appends a request at now under a new Op, and returns that.
func (o *outbox) request(now time.Time, a Action) uint64 {
	o.ops++
	a.Op = o.ops
	if a.Type == CreateContainer {
		a.Instance = a.Op
	}
	o.requests = append(o.requests, openRequest{a.Op, a.Type, a.Container, a.Instance, a.Attempt, a.Hook, now})
	o.emit(a)
	return a.Op
}

// requestProbe appends a worker's request for an attempt. It is not on the table of
// open requests, for workers number their attempts themselves.
func (o *outbox) requestProbe(a *probe.Action) {
	o.ops++
	n := o.about(RunProbe, a)
	n.Op, n.Attempt = o.ops, uint64(a.Attempt)
}

// requestOf returns the open request that an event answers, if there is one.
func (o *outbox) requestOf(ev *Event) (openRequest, bool) {
	for _, r := range o.requests {
		if r.op == ev.Op && ev.Type.answers(r.request) {
			return r, true
		}
	}
	return openRequest{}, false
}

// take removes and returns the open request that an event answers, if there is one.
func (o *outbox) take(ev *Event) (openRequest, bool) {
	r, ok := o.requestOf(ev)
	if ok {
		o.requests = slices.DeleteFunc(o.requests, func(other openRequest) bool { return other.op == r.op })
	}
	return r, ok
}

// since returns when the request of this Op was made. It is zero if the request is not
// open.
func (o *outbox) since(op uint64) time.Time {
	for _, r := range o.requests {
		if r.op == op {
			return r.since
		}
	}
	return time.Time{}
}

// changesRuntime reports whether a request up to an Op is open that changes what
// runs.
func (o *outbox) changesRuntime(upTo uint64) bool {
	return slices.ContainsFunc(o.requests, func(r openRequest) bool {
		switch r.request {
		case RunSandbox, CreateContainer, StartContainer, RemoveContainer:
			return r.op <= upTo
		}
		return false
	})
}

// notice appends the action that passes on a worker's account.
func (o *outbox) notice(t ActionType, a *probe.Action) *Action {
	n := o.about(t, a)
	n.Counted = *a
	return n
}

// about appends an action about a worker, and returns it to be completed in place.
// Nothing else is done as often, so that it is not copied.
func (o *outbox) about(t ActionType, a *probe.Action) *Action {
	o.actions = append(o.actions, Action{})
	n := &o.actions[len(o.actions)-1]
	n.Type, n.Container, n.Instance, n.Probe = t, int(a.Container), a.Instance, a.Probe
	return n
}
