package podphase

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Equal reports whether two statuses are equal, so that the new one need not be stored or
// sent (S61). Of the conditions it compares only the kubelet's, and only their status,
// reason and message. It ignores fields that the kubelet does not write, such as resource
// claims.
func Equal(a, b *corev1.PodStatus) bool {
	return equalConditions(a.Conditions, b.Conditions) &&
		equalHead(a, b) &&
		equalContainers(a.InitContainerStatuses, b.InitContainerStatuses) &&
		equalContainers(a.ContainerStatuses, b.ContainerStatuses) &&
		equalContainers(a.EphemeralContainerStatuses, b.EphemeralContainerStatuses) &&
		equalRest(a, b)
}

func equalConditions(a, b []corev1.PodCondition) bool {
	return countOwn(a) == countOwn(b) && coveredBy(a, b)
}

func countOwn(cs []corev1.PodCondition) (n int) {
	for i := range cs {
		if byKubelet(cs[i].Type) {
			n++
		}
	}
	return n
}

// coveredBy reports whether b has every condition of the kubelet in a, with equal content.
func coveredBy(a, b []corev1.PodCondition) bool {
	for i := range a {
		c := &a[i]
		if !byKubelet(c.Type) {
			continue
		}
		d := find(b, c.Type)
		if d == nil || c.Status != d.Status || c.Reason != d.Reason || c.Message != d.Message {
			return false
		}
	}
	return true
}

func byKubelet(t corev1.PodConditionType) bool {
	return ownedByKubelet(t) || t == corev1.DisruptionTarget
}

func equalHead(a, b *corev1.PodStatus) bool {
	return a.Phase == b.Phase && a.Reason == b.Reason && a.Message == b.Message &&
		a.ObservedGeneration == b.ObservedGeneration && a.QOSClass == b.QOSClass &&
		a.PodIP == b.PodIP && a.HostIP == b.HostIP && a.NominatedNodeName == b.NominatedNodeName &&
		a.Resize == b.Resize && equalTimes(a.StartTime, b.StartTime)
}

func equalTimes(a, b *metav1.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(b)
}

func equalRest(a, b *corev1.PodStatus) bool {
	return slices.Equal(a.PodIPs, b.PodIPs) && slices.Equal(a.HostIPs, b.HostIPs) &&
		equalRequirements(a.Resources, b.Resources) &&
		equalList(a.AllocatedResources, b.AllocatedResources)
}

func equalRequirements(a, b *corev1.ResourceRequirements) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	return equalList(a.Limits, b.Limits) && equalList(a.Requests, b.Requests) && slices.Equal(a.Claims, b.Claims)
}

func equalList(a, b corev1.ResourceList) bool {
	return maps.EqualFunc(a, b, func(x, y resource.Quantity) bool { return x.Cmp(y) == 0 })
}

func equalContainers(a, b []corev1.ContainerStatus) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equalContainer(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

func equalContainer(a, b *corev1.ContainerStatus) bool {
	if a.Name != b.Name || a.Ready != b.Ready || a.RestartCount != b.RestartCount ||
		a.Image != b.Image || a.ImageID != b.ImageID || a.ContainerID != b.ContainerID ||
		(a.Started == nil) != (b.Started == nil) || started(a) != started(b) {
		return false
	}
	if !equalState(&a.State, &b.State) || !equalState(&a.LastTerminationState, &b.LastTerminationState) {
		return false
	}
	return equalRequirements(a.Resources, b.Resources) && equalList(a.AllocatedResources, b.AllocatedResources) &&
		(plain(a) && plain(b) || equality.Semantic.DeepEqual(a, b))
}

// plain reports whether a status has none of the rare fields that only reflection can
// compare.
func plain(s *corev1.ContainerStatus) bool {
	return len(s.VolumeMounts) == 0 && s.User == nil && len(s.AllocatedResourcesStatus) == 0 && s.StopSignal == nil
}

func equalState(a, b *corev1.ContainerState) bool {
	if (a.Waiting == nil) != (b.Waiting == nil) || (a.Running == nil) != (b.Running == nil) ||
		(a.Terminated == nil) != (b.Terminated == nil) {
		return false
	}
	return (a.Waiting == nil || *a.Waiting == *b.Waiting) &&
		(a.Running == nil || a.Running.StartedAt.Equal(&b.Running.StartedAt)) &&
		(a.Terminated == nil || equalTermination(a.Terminated, b.Terminated))
}

func equalTermination(a, b *corev1.ContainerStateTerminated) bool {
	return a.ExitCode == b.ExitCode && a.Signal == b.Signal && a.Reason == b.Reason && a.Message == b.Message &&
		a.ContainerID == b.ContainerID && a.StartedAt.Equal(&b.StartedAt) && a.FinishedAt.Equal(&b.FinishedAt)
}
