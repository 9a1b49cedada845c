package status

import corev1 "k8s.io/api/core/v1"

// Terminal reports whether a phase is terminal: a pod never leaves it.
func Terminal(phase corev1.PodPhase) bool {
	return phase == corev1.PodSucceeded || phase == corev1.PodFailed
}

// ConditionTrue reports whether a condition exists and is True.
func ConditionTrue(s *corev1.PodStatus, t corev1.PodConditionType) bool {
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Type == t {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// SetCondition replaces the condition of the same type, or appends c. It changes the list.
func SetCondition(list []corev1.PodCondition, c corev1.PodCondition) []corev1.PodCondition {
	for i := range list {
		if list[i].Type == c.Type {
			list[i] = c
			return list
		}
	}
	return append(list, c)
}
