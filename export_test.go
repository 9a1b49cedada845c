package podclock

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// What the test of the two shells needs to let apps answer an agent as they
// answer a simulation.

// Named is the manifest with a name and a namespace.
var Named = named

// BindApps gives every container of a pod its app.
func BindApps(p *Pod, t *lifecycle.Template) ([]App, error) {
	apps, err := bindApps("Pod", p, t)
	return cloneApps(apps), err
}

// Answer is what a handler makes of a reply, and how long it takes.
func Answer(c *corev1.Container, p *corev1.Probe, ip string, r Reply) (probe.Answer, time.Duration) {
	return target{c, p, ip}.answer(r)
}

// Gone is the answer of a container that does not run.
func Gone(c *corev1.Container, p *corev1.Probe, ip string) probe.Answer {
	return target{c, p, ip}.gone()
}

// HookGone is the failure of a hook in a container that does not run.
func HookGone(c *corev1.Container, kind HookKind, ip string, pod lifecycle.Identity) string {
	return hookTarget{c, kind, ip, pod}.gone()
}

// Cut is the answer of an attempt that its container's end cuts off.
func Cut(c *corev1.Container, p *corev1.Probe, ip string, r Reply) probe.Answer {
	return target{c, p, ip}.cut(r)
}

// HookFailure is the whole text of a hook that is replied to so.
func HookFailure(c *corev1.Container, kind HookKind, ip string, pod lifecycle.Identity, r Reply) string {
	return hookTarget{c, kind, ip, pod}.failure(r)
}

// CutReply is how an exec of an app ends that its container's end cuts off.
func CutReply(a App, run int) Reply {
	return cutReply(a, run)
}

// Eviction is what the fact tells the machine of a pod.
func (f Shutdown) Eviction(pod *corev1.Pod) lifecycle.Eviction { return *f.eviction(pod) }

// Eviction is what the fact tells the machine.
func (f Evict) Eviction() lifecycle.Eviction { return *f.eviction() }

// Concerns reports whether an outage is one for a probe.
func (f Outage) Concerns(pod string, identity lifecycle.Identity, container string, kind ProbeKind) bool {
	o := outage{fact: f}
	return o.concerns(&node.Pod{Name: pod, Identity: identity}, container, kind)
}

// Either is the first that is not 0.
func Either(a, b time.Duration) time.Duration { return cmp.Or(a, b) }

// FactTarget returns the pod that a fact is about, and the containers.
func FactTarget(f Fact) (pod string, containers []string) { return f.target() }

// Why is what the fact tells the machine.
func (f LoseNetwork) Why() string { return f.why() }
