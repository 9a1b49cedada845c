package apiserver

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/imagename"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Gates are the feature gates that change what the API server makes of a pod. The
// zero value is their state in v1.36.
type Gates struct {
	Restart restart.Gates
	// ContainerStopSignals keeps and checks lifecycle.stopSignal (F10, P20).
	ContainerStopSignals bool
}

// SetDefaults fills in, in place, what a pod leaves unset, as the API server
// of v1.36 does with its gates at their defaults. Pass a copy if the original
// must stay. Fields that this package does not use are left alone.
func SetDefaults(pod *corev1.Pod) { Gates{}.SetDefaults(pod) }

// SetDefaults is the function SetDefaults with other gates.
func (g Gates) SetDefaults(pod *corev1.Pod) {
	spec := &pod.Spec
	if spec.RestartPolicy == "" {
		spec.RestartPolicy = corev1.RestartPolicyAlways // P21
	}
	if spec.TerminationGracePeriodSeconds == nil {
		grace := int64(corev1.DefaultTerminationGracePeriodSeconds)
		spec.TerminationGracePeriodSeconds = &grace // P21
	}
	for i := range spec.InitContainers {
		g.setContainerDefaults(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		g.setContainerDefaults(&spec.Containers[i])
		if g.Restart.DisableContainerRestartRules {
			spec.Containers[i].RestartPolicy = nil // P23
		}
	}
	for i := range spec.EphemeralContainers {
		g.setContainerDefaults((*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon))
	}
}

func (g Gates) setContainerDefaults(c *corev1.Container) {
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = defaultPullPolicy(c.Image)
	}
	if c.TerminationMessagePath == "" {
		c.TerminationMessagePath = corev1.TerminationMessagePathDefault
	}
	if c.TerminationMessagePolicy == "" {
		c.TerminationMessagePolicy = corev1.TerminationMessageReadFile
	}
	for i := range c.Ports {
		if c.Ports[i].Protocol == "" {
			c.Ports[i].Protocol = corev1.ProtocolTCP
		}
	}
	for _, kind := range probe.Kinds {
		if p := probe.Of(c, kind); p != nil {
			probe.SetDefaults(p)
		}
	}
	if !g.ContainerStopSignals {
		dropStopSignal(c)
	}
	if c.Lifecycle != nil {
		probe.SetLifecycleDefaults(c.Lifecycle)
	}
}

// dropStopSignal takes away what the gate does not allow, and a lifecycle that had
// nothing else, so that an init container may have had one (P20).
func dropStopSignal(c *corev1.Container) {
	if c.Lifecycle == nil || c.Lifecycle.StopSignal == nil {
		return
	}
	if c.Lifecycle.StopSignal = nil; *c.Lifecycle == (corev1.Lifecycle{}) {
		c.Lifecycle = nil
	}
}

// defaultPullPolicy follows I1. An image that does not parse has no tag.
func defaultPullPolicy(image string) corev1.PullPolicy {
	tag, digest, ok := imagename.TagAndDigest(image)
	if ok && (tag == ":latest" || tag == "" && digest == "") {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}
