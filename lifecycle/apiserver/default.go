package apiserver

import (
	"iter"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/imagename"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Gates are the feature gates that change what the API server does with a pod. The zero
// Gates are the defaults of v1.36.
type Gates struct {
	Restart restart.Gates
	// ContainerStopSignals keeps and validates lifecycle.stopSignal. Without it the field is
	// dropped (F10, P20).
	ContainerStopSignals bool
}

// SetDefaults sets the unset fields of a pod, in place, as the API server of v1.36 does. It
// ignores fields that this package does not use. Pass a copy to keep the original.
func SetDefaults(pod *corev1.Pod) { Gates{}.SetDefaults(pod) }

// DropDisabled removes, in place, the fields that the API server of v1.36 does not keep with
// the default gates. Call it after SetDefaults and before Validate, as the API server does.
func DropDisabled(pod *corev1.Pod) { Gates{}.DropDisabled(pod) }

// DropDisabled is like the function DropDisabled, with other gates.
func (g Gates) DropDisabled(pod *corev1.Pod) {
	spec := &pod.Spec
	if !g.ContainerStopSignals {
		for c := range containers(spec) {
			dropStopSignal(c)
		}
	}
	if g.Restart.DisableContainerRestartRules {
		for i := range spec.Containers {
			spec.Containers[i].RestartPolicy = nil // without the gate the API server drops it (P23)
		}
	}
}

// containers iterates over all containers of a pod.
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

// SetDefaults is like the function SetDefaults, with other gates.
func (g Gates) SetDefaults(pod *corev1.Pod) {
	spec := &pod.Spec
	if spec.RestartPolicy == "" {
		spec.RestartPolicy = corev1.RestartPolicyAlways // the default (P21)
	}
	if spec.TerminationGracePeriodSeconds == nil {
		grace := int64(corev1.DefaultTerminationGracePeriodSeconds)
		spec.TerminationGracePeriodSeconds = &grace // 30 seconds (P21)
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

// dropStopSignal removes the stop signal, and a lifecycle that has nothing else. An init
// container may therefore have had one (P20).
func dropStopSignal(c *corev1.Container) {
	if c.Lifecycle == nil || c.Lifecycle.StopSignal == nil {
		return
	}
	if c.Lifecycle.StopSignal = nil; *c.Lifecycle == (corev1.Lifecycle{}) {
		c.Lifecycle = nil
	}
}

// defaultPullPolicy returns Always if the effective tag is latest, and otherwise
// IfNotPresent (I1). An image name that does not parse has no tag.
func defaultPullPolicy(image string) corev1.PullPolicy {
	tag, digest, ok := imagename.TagAndDigest(image)
	if ok && (tag == ":latest" || tag == "" && digest == "") {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}
