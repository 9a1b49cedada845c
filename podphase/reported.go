package podphase

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Reported returns the status that is sent to the API for the cached status. api is the
// status that the API has. mayRun says that containers of the pod may still run. A terminal
// phase is then held back, and the API's phase, reason and message are sent again (S25).
// With a terminal phase, Ready and ContainersReady are False (S62). The result shares
// everything but its conditions with cached.
func Reported(cached, api *corev1.PodStatus, mayRun bool, generation int64, now time.Time) corev1.PodStatus {
	out := *cached
	ending := terminal(cached.Phase) && !terminal(api.Phase)
	out.Conditions = mergeConditions(cached, api, ending && !mayRun, now)
	if ending && mayRun { // a terminal phase in the API means that all containers have stopped (S25)
		out.Phase, out.Reason, out.Message = api.Phase, api.Reason, api.Message
	}
	if terminal(out.Phase) && (isTrue(out.Conditions, corev1.PodReady) || isTrue(out.Conditions, corev1.ContainersReady)) {
		out.Conditions = forceFalse(out.Conditions, corev1.ContainersReady, out.Phase, generation, now)
		out.Conditions = forceFalse(out.Conditions, corev1.PodReady, out.Phase, generation, now)
	}
	// The kubelet does not own these (S40).
	out.ResourceClaimStatuses = api.ResourceClaimStatuses
	out.ExtendedResourceClaimStatus = api.ExtendedResourceClaimStatus
	out.NodeAllocatableResourceClaimStatuses = api.NodeAllocatableResourceClaimStatuses
	return out
}

// mergeConditions returns the API's foreign conditions and then the kubelet's. It includes
// DisruptionTarget only when the pod has ended (S53).
func mergeConditions(cached, api *corev1.PodStatus, ended bool, now time.Time) []corev1.PodCondition {
	out := make([]corev1.PodCondition, 0, len(api.Conditions)+len(cached.Conditions))
	for i := range api.Conditions {
		if !ownedByKubelet(api.Conditions[i].Type) {
			out = append(out, api.Conditions[i])
		}
	}
	for i := range cached.Conditions {
		c := cached.Conditions[i]
		switch {
		case ownedByKubelet(c.Type):
			out = append(out, c)
		case c.Type == corev1.DisruptionTarget && ended:
			// It was held back, so its time is now.
			one := []corev1.PodCondition{c}
			Stamp(one, api.Conditions, now)
			out = put(out, one[0])
		}
	}
	return out
}

// forceFalse makes a condition False, because the pod has ended (S62).
func forceFalse(cs []corev1.PodCondition, t corev1.PodConditionType, phase corev1.PodPhase, generation int64,
	now time.Time) []corev1.PodCondition {
	one := []corev1.PodCondition{{
		Type: t, ObservedGeneration: generation, Status: corev1.ConditionFalse, Reason: terminalReason(phase),
	}}
	Stamp(one, cs, now)
	return put(cs, one[0])
}

// put replaces the condition of the same type, or appends c.
func put(cs []corev1.PodCondition, c corev1.PodCondition) []corev1.PodCondition {
	if old := find(cs, c.Type); old != nil {
		*old = c
		return cs
	}
	return append(cs, c)
}
