package podclock

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// The test of the two shells needs these so that apps answer an agent as they answer a
// simulation.

// Named returns the manifest with a name and a namespace.
var Named = named

// BindApps gives every container of a pod its app.
func BindApps(p *Pod, t *lifecycle.Template) ([]App, error) {
	apps, err := bindApps("Pod", p, t)
	return cloneApps(apps), err
}

// Answer returns the handler's answer for a reply, and how long it takes.
func Answer(c *corev1.Container, p *corev1.Probe, ip string, r Reply) (probe.Answer, time.Duration) {
	return target{c, p, ip}.answer(r)
}

// Gone returns the answer of a container that does not run.
func Gone(c *corev1.Container, p *corev1.Probe, ip string) probe.Answer {
	return target{c, p, ip}.gone()
}

// HookGone returns the failure of a hook in a container that does not run.
func HookGone(c *corev1.Container, kind HookKind, ip string, pod lifecycle.Identity) string {
	return hookTarget{c, kind, ip, pod}.gone()
}

// Cut returns the answer of an attempt that the end of its container interrupts.
func Cut(c *corev1.Container, p *corev1.Probe, ip string, r Reply) probe.Answer {
	return target{c, p, ip}.cut(r)
}

// HookFailure returns the complete text for a hook with a reply that is a failure.
func HookFailure(c *corev1.Container, kind HookKind, ip string, pod lifecycle.Identity, r Reply) string {
	return hookTarget{c, kind, ip, pod}.failure(r)
}

// CutReply returns the reply of an exec that the end of its container interrupts.
func CutReply(a App, run int) Reply {
	return cutReply(a, run)
}

// Eviction returns what the machine of a pod is told about the fact.
func (f Shutdown) Eviction(pod *corev1.Pod) lifecycle.Eviction { return *f.eviction(pod) }

// Eviction returns what the machine is told about the fact.
func (f Evict) Eviction() lifecycle.Eviction { return *f.eviction() }

// Concerns reports whether an outage concerns a probe.
func (f Outage) Concerns(pod string, identity lifecycle.Identity, container string, kind ProbeKind) bool {
	o := outage{fact: f}
	return o.concerns(&node.Pod{Name: pod, Identity: identity}, container, kind)
}

// Either returns a or, if a is 0, b.
func Either(a, b time.Duration) time.Duration { return cmp.Or(a, b) }

// FactTarget returns the pod and the containers of a fact.
func FactTarget(f Fact) (pod string, containers []string) { return f.target() }

// Why returns the reason that the machine is told.
func (f LoseNetwork) Why() string { return f.why() }
