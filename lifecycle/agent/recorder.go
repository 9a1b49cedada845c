package agent

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// recorder tells the user what happens to pods, and why: timeline records of all
// that goes into a machine and comes out of it, and the events that a kubelet
// would send to the API server. A callback that is nil is not called.
type recorder struct {
	onRecord func(lifecycle.Identity, timeline.Record)
	events   EventRecorder
}

// fact records what a pod's machine is about to be told.
func (r *recorder) fact(now time.Time, p *pod, ev *lifecycle.Event) {
	if r.onRecord == nil {
		return
	}
	if rec, ok := p.machine.FactRecord(now, ev); ok {
		r.deliver(p, rec)
	}
}

// action records what a pod's machine has decided.
func (r *recorder) action(now time.Time, p *pod, act *lifecycle.Action) {
	if r.onRecord == nil {
		return
	}
	if rec, ok := p.machine.ActionRecord(now, act, lifecycle.APIView); ok {
		r.deliver(p, rec)
	}
}

func (r *recorder) deliver(p *pod, rec timeline.Record) {
	rec.Pod = p.fullName()
	r.onRecord(p.identity, rec)
}

// event sends an event about a pod, or about one of its containers (P124).
func (r *recorder) event(p *pod, act *lifecycle.Action) {
	if r.events == nil {
		return
	}
	r.events.Event(&corev1.ObjectReference{
		APIVersion: "v1", Kind: "Pod", Namespace: p.identity.Namespace, Name: p.identity.Name, UID: p.identity.UID,
		FieldPath: p.machine.Template().FieldPath(act.Container),
	}, act.Severity, act.Reason, act.Message)
}
