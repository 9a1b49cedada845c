package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// host carries out what the parts of a machine ask for: their requests become
// actions, and what they tell becomes events and decisions. It is the
// execute.Host, kill.Host and gc.Host of its pod.
type host struct{ k *kubelet }

// Event records an event of the kubelet.
func (h host) Event(container int, severity, reason, message string) {
	h.k.out.emitEvent(container, severity, reason, message)
}

// Explain records the reason of a decision.
func (h host) Explain(container int, d timeline.DecisionKind, message string) {
	h.k.out.explain(container, d, message)
}

// Killing records the event of a kill (C50).
func (h host) Killing(container int, message string) {
	h.Event(container, corev1.EventTypeNormal, "Killing", message)
}

// PreStopFailed records the event of a hook that failed (C44).
func (h host) PreStopFailed(container int) {
	h.Event(container, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
}

// Housekeeping returns the first housekeeping strictly after t (T2).
func (h host) Housekeeping(t time.Time) time.Time { return h.k.timing.Chance.Housekeeping(t) }

// SandboxReady stores that containers can be started (S5).
func (h host) SandboxReady() { h.k.readyToStart() }

// PodStopped stores the final statuses of a terminating sync (S73).
func (h host) PodStopped() { h.k.podStopped() }

// Gone reports whether an instance does not run any more.
func (h host) Gone(instance uint64) bool {
	c := h.k.truth.Instance(instance)
	return c == nil || c.State == restart.StateExited
}

// RunSandbox asks for a new sandbox.
func (h host) RunSandbox(attempt uint64) uint64 {
	return h.k.out.request(h.k.now, Action{Type: RunSandbox, Container: NoContainer, Attempt: attempt})
}

// StopSandbox asks for the end of a sandbox.
func (h host) StopSandbox(id uint64) uint64 { return h.ofSandbox(StopSandbox, id) }

// RemoveSandbox asks for the removal of a sandbox.
func (h host) RemoveSandbox(id uint64) uint64 { return h.ofSandbox(RemoveSandbox, id) }

func (h host) ofSandbox(t ActionType, id uint64) uint64 {
	a := Action{Type: t, Container: NoContainer, Instance: id}
	if s := h.k.truth.Sandbox(id); s != nil {
		a.Attempt = s.Attempt
	}
	return h.k.out.request(h.k.now, a)
}

// InspectImage asks whether the runtime has a container's image.
func (h host) InspectImage(container int) uint64 {
	image := h.k.t.spec.Containers[container].Image
	return h.k.out.request(h.k.now, Action{Type: InspectImage, Container: container, Image: image})
}

// PullImage asks for a container's image.
func (h host) PullImage(container int) uint64 {
	image := h.k.t.spec.Containers[container].Image
	return h.k.out.request(h.k.now, Action{Type: PullImage, Container: container, Image: image})
}

// CreateContainer asks for a new instance of a container.
func (h host) CreateContainer(container int, attempt int32) uint64 {
	image := h.k.t.spec.Containers[container].Spec.Image
	a := Action{Type: CreateContainer, Container: container, Attempt: uint64(attempt), Image: image}
	return h.k.out.request(h.k.now, a)
}

// StartContainer asks for the start of an instance.
func (h host) StartContainer(c *inventory.Instance) uint64 {
	a := Action{Type: StartContainer, Container: c.Container, Instance: c.ID, Attempt: uint64(c.Attempt)}
	return h.k.out.request(h.k.now, a)
}

// Stop asks for the end of an instance within so many seconds.
func (h host) Stop(container int, instance uint64, grace int64) uint64 {
	var attempt int32
	if c := h.k.truth.Instance(instance); c != nil {
		attempt = c.Attempt
	}
	return h.k.out.request(h.k.now, Action{Type: StopContainer, Container: container, Instance: instance,
		Attempt: uint64(attempt), Grace: spec.Seconds(grace)})
}

// RemoveInstance asks for the removal of an instance; 0: it is gone already.
func (h host) RemoveInstance(id uint64) uint64 {
	c := h.k.truth.Instance(id)
	if c == nil {
		return 0
	}
	a := Action{Type: RemoveContainer, Container: c.Container, Instance: id, Attempt: uint64(c.Attempt)}
	return h.k.out.request(h.k.now, a)
}

// RunPostStart sets a container's postStart hook off.
func (h host) RunPostStart(container int, instance uint64) kill.HookRun {
	return h.runHook(container, instance, PostStart, h.k.t.spec.Containers[container].Spec.Lifecycle.PostStart)
}

// RunPreStop sets a container's preStop hook off.
func (h host) RunPreStop(container int, instance uint64, hook *corev1.LifecycleHandler) kill.HookRun {
	return h.runHook(container, instance, PreStop, hook)
}

// runHook sets a hook off. The kubelet itself sleeps; exec and httpGet are the
// shell's (C34–C38).
func (h host) runHook(container int, instance uint64, kind HookKind, hook *corev1.LifecycleHandler) kill.HookRun {
	switch {
	case hook.Exec != nil, hook.HTTPGet != nil:
		a := Action{Type: RunHook, Container: container, Instance: instance, Hook: kind}
		return kill.HookRun{Op: h.k.out.request(h.k.now, a)}
	case hook.Sleep == nil: // C35: tcpSocket passes validation and cannot be run
		return kill.HookRun{Err: fmt.Sprintf("Cannot run handler: invalid handler: %v", hook)}
	case hook.Sleep.Seconds == 0:
		return kill.HookRun{}
	}
	return kill.HookRun{Ends: h.k.now.Add(spec.Seconds(hook.Sleep.Seconds))}
}
