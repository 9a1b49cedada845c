package agent

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/apiserver"
)

// Add gives the agent a pod to run, and copies it. The pod needs a name and a
// UID. Without a namespace it is in "default". The error joins everything that
// an API server would refuse. If the pod is from the state directory, Add
// updates it and it goes on; if it is finished, it stays finished.
func (a *Agent) Add(manifest *corev1.Pod) error {
	t, id, err := compile(manifest, a.o.Config)
	if err != nil {
		return err
	}
	p, err := a.pods.add(id, t)
	if err != nil || p == nil {
		return err
	}
	for _, w := range apiserver.Warnings(t.Pod()) {
		a.o.Logger.Warn("the pod has what can never do what it is there for", "pod", p.long, "warning", w)
	}
	return nil
}

// compile checks a manifest and fills in its defaults.
func compile(manifest *corev1.Pod, config lifecycle.Config) (*lifecycle.Template, lifecycle.Identity, error) {
	if manifest == nil {
		return nil, lifecycle.Identity{}, fmt.Errorf("agent: there is no pod: give one")
	}
	if manifest.Name == "" || manifest.UID == "" {
		return nil, lifecycle.Identity{}, fmt.Errorf("agent: pod %q, UID %q: a pod needs metadata.name and metadata.uid",
			manifest.Name, manifest.UID)
	}
	id := lifecycle.Identity{Namespace: manifest.Namespace, Name: manifest.Name, UID: manifest.UID}
	if id.Namespace == "" {
		id.Namespace = corev1.NamespaceDefault
		manifest = manifest.DeepCopy()
		manifest.Namespace = id.Namespace
	}
	t, err := lifecycle.Compile(manifest, config)
	if err != nil {
		return nil, id, fmt.Errorf("agent: pod %s/%s: %w", id.Namespace, id.Name, err)
	}
	return t, id, nil
}

// Update gives the pod with the manifest's UID its new images. A container
// whose image has changed is restarted. If the manifest has other containers,
// probes, hooks or restart rules, Update changes nothing, because they are
// fixed for a pod's life (P24).
func (a *Agent) Update(manifest *corev1.Pod) error {
	t, id, err := compile(manifest, a.o.Config)
	if err != nil {
		return err
	}
	return a.pods.send(id.UID, lifecycle.Event{Type: lifecycle.PodUpdated, Template: t})
}

// Delete asks for the deletion of a pod, with a grace period in seconds. If
// nil, it is the pod's own. A second Delete can only shorten it (S70). The
// agent forgets the pod when it is finished. Deleting a static pod deletes only
// its mirror pod, which stops nothing (S84): use Remove.
func (a *Agent) Delete(uid types.UID, grace *int64) error {
	if grace != nil {
		g := *grace
		grace = &g
	}
	return a.pods.send(uid, lifecycle.Event{Type: lifecycle.PodDeleted, Grace: grace})
}

// Remove tells the agent that a pod has gone from its source without a graceful
// deletion: the manifest of a static pod, or a forced deletion (S72). The pod
// is killed. The agent forgets it when it is finished.
func (a *Agent) Remove(uid types.UID) error {
	return a.pods.send(uid, lifecycle.Event{Type: lifecycle.PodRemoved})
}

// Evict ends a pod for a reason of the node, such as memory pressure (S81). The
// pod stays, with phase Failed.
func (a *Agent) Evict(uid types.UID, e lifecycle.Eviction) error {
	return a.pods.send(uid, lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: &e})
}

// SetCondition sets a condition that is not the kubelet's own, such as a
// readiness gate: the pod is Ready only if all of its gates are True (S44).
func (a *Agent) SetCondition(uid types.UID, c corev1.PodCondition) error {
	if c.Type == "" || c.Status == "" {
		return fmt.Errorf("agent: SetCondition: type %q, status %q: both must be set", c.Type, c.Status)
	}
	return a.pods.send(uid, lifecycle.Event{Type: lifecycle.ConditionSet, Condition: c.DeepCopy()})
}

// NetworkDown tells the agent that the runtime's network is not ready, and why.
// Until NetworkUp the agent syncs only pods with hostNetwork, and tries the
// others again about once a second (T7).
func (a *Agent) NetworkDown(why string) error {
	if why == "" {
		return fmt.Errorf("agent: NetworkDown: there is no reason: give one, it is what the pods' events say")
	}
	return a.pods.sendAll(lifecycle.Event{Type: lifecycle.NetworkDown, Err: why})
}

// NetworkUp tells the agent that the network is ready. At first it is.
func (a *Agent) NetworkUp() error { return a.pods.sendAll(lifecycle.Event{Type: lifecycle.NetworkUp}) }

// Status returns a pod's status as an API server would show it (S25), or false if
// there is no such pod. It is the Reported of the pod's last [Change], and zero until
// the pod has one. The agent's own, which can be ahead, is the Status of a Change.
func (a *Agent) Status(uid types.UID) (corev1.PodStatus, bool) {
	a.mail.poke() // the caller may have set the clock: see doc.go
	p := a.pods.get(uid)
	if p == nil {
		return corev1.PodStatus{}, false
	}
	return copied(p.change.Load().Reported), true
}

// Pod returns a copy of a pod as an API server would show it, or false if there is no
// such pod. Its status is that of [Agent.Status].
func (a *Agent) Pod(uid types.UID) (*corev1.Pod, bool) { return shown(a.pods.get(uid)) }

// PodNamed is [Agent.Pod] by name. If a pod is ending and another of its name was
// added, it returns the latter.
func (a *Agent) PodNamed(namespace, name string) (*corev1.Pod, bool) {
	return shown(a.pods.named(namespace, name))
}

// Pods returns all pods as [Agent.Pod] does, in the order in which they were added.
func (a *Agent) Pods() []*corev1.Pod {
	pods := a.pods.all()
	objects := make([]*corev1.Pod, len(pods))
	for i, p := range pods {
		objects[i], _ = shown(p)
	}
	return objects
}

// shown returns what others see of a pod, or false for nil.
func shown(p *pod) (*corev1.Pod, bool) {
	if p == nil {
		return nil, false
	}
	return p.change.Load().Object(), true
}
