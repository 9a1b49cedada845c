package apiserver

import (
	"iter"

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
// of v1.36 does. Pass a copy if the original must stay. Fields that this package
// does not use are left alone.
func SetDefaults(pod *corev1.Pod) { Gates{}.SetDefaults(pod) }

// DropDisabled takes away, in place, what the API server of v1.36 does not keep
// with its gates at their defaults. It does so after defaulting and before
// validation.
func DropDisabled(pod *corev1.Pod) { Gates{}.DropDisabled(pod) }

// DropDisabled is the function DropDisabled with other gates.
func (g Gates) DropDisabled(pod *corev1.Pod) {
	spec := &pod.Spec
	if !g.ContainerStopSignals {
		for c := range containers(spec) {
			dropStopSignal(c)
		}
	}
	if g.Restart.DisableContainerRestartRules {
		for i := range spec.Containers {
			spec.Containers[i].RestartPolicy = nil // P23
		}
	}
}

// containers goes over all containers of a pod.
func containers(spec *corev1.PodSpec) iter.Seq[*corev1.Container] {
	return func(yield func(*corev1.Container) bool) {
		for i := range spec.InitContainers {
			if !yield(&spec.InitContainers[i]) {
				return
			}
		}
		for i := range spec.Containers {
			if !yield(&spec.Containers[i]) {
				return
			}
		}
		for i := range spec.EphemeralContainers {
			if !yield((*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)) {
				return
			}
		}
	}
}

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
	for c := range containers(spec) {
		setContainerDefaults(c)
	}
}

func setContainerDefaults(c *corev1.Container) {
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
