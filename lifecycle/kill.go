package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
)

// beginKill starts the kill of one container. An override replaces its grace
// period, in seconds (C41).
func (p *Pod) beginKill(why plan.Kill, override *int64) {
	grace := kill.Grace(p.t.spec, why)
	switch {
	case override != nil:
		grace = *override
	case p.pass.Deletion.Asked:
		grace = p.pass.Deletion.Grace
	}
	p.kills.Kill(p.now, p.t.spec, killHost{p}, why, grace)
}

// runKills takes every kill further whose wait is over; false: none is.
func (p *Pod) runKills() bool {
	return p.kills.Run(p.now, p.t.spec, killHost{p}, !p.t.has(QuirkC43))
}

// killAnswered takes the answer to a kill's request; false: it is none's.
func (p *Pod) killAnswered(ev *Event) bool {
	return p.kills.Answered(p.now, p.t.spec, killHost{p}, ev.Op, ev.Err)
}

// killHost carries out what the kills of a pod ask for.
type killHost struct{ p *Pod }

func (h killHost) Killing(container int, message string) {
	h.p.out.emitEvent(container, corev1.EventTypeNormal, "Killing", message)
}

func (h killHost) PreStopFailed(container int) {
	h.p.out.emitEvent(container, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
}

func (h killHost) RunPreStop(container int, instance uint64, hook *corev1.LifecycleHandler) kill.HookRun {
	return h.p.runHook(container, instance, PreStop, hook)
}

func (h killHost) Stop(container int, instance uint64, grace int64) uint64 {
	var attempt int32
	if c := h.p.truth.Instance(instance); c != nil {
		attempt = c.Attempt
	}
	return h.p.out.request(Action{Type: StopContainer, Container: container, Instance: instance,
		Attempt: uint64(attempt), Grace: seconds(grace)})
}

func (h killHost) Gone(instance uint64) bool {
	c := h.p.truth.Instance(instance)
	return c == nil || c.State == restart.StateExited
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
