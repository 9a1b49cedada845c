package podphase

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Stamp sets the transition times of the kubelet's conditions (S60). A condition whose
// status is new or differs from that in previous gets now, truncated to the second. Any
// other keeps the previous time, even if its reason or message has changed. The conditions
// of others, and those of resizing, are not touched.
func Stamp(conditions, previous []corev1.PodCondition, now time.Time) {
	at := Truncate(metav1.NewTime(now))
	for i := range conditions {
		c := &conditions[i]
		if !stamped(c.Type) {
			continue
		}
		c.LastTransitionTime = at
		if old := find(previous, c.Type); old != nil && old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
	}
}

func stamped(t corev1.PodConditionType) bool {
	switch t {
	case corev1.PodResizeInProgress, corev1.PodResizePending:
		return false
	case corev1.DisruptionTarget:
		return true
	}
	return ownedByKubelet(t)
}

// Truncate truncates a time to the whole second, in UTC. All times of a status are so (S66).
func Truncate(t metav1.Time) metav1.Time {
	return metav1.Time{Time: t.Time.Truncate(time.Second).UTC()}
}

// TruncateStatus truncates every time in st, in place (S66).
func TruncateStatus(st *corev1.PodStatus) {
	if st.StartTime != nil {
		t := Truncate(*st.StartTime)
		st.StartTime = &t
	}
	for i := range st.Conditions {
		c := &st.Conditions[i]
		c.LastProbeTime = Truncate(c.LastProbeTime)
		c.LastTransitionTime = Truncate(c.LastTransitionTime)
	}
	truncateContainers(st.InitContainerStatuses)
	truncateContainers(st.ContainerStatuses)
	truncateContainers(st.EphemeralContainerStatuses)
}

func truncateContainers(list []corev1.ContainerStatus) {
	for i := range list {
		truncateState(&list[i].State)
		truncateState(&list[i].LastTerminationState)
	}
}

// truncateState does not write a time that is already truncated. A status shares its states
// with previous statuses, which others may be reading.
func truncateState(s *corev1.ContainerState) {
	if s.Running != nil {
		truncateOnce(&s.Running.StartedAt)
	}
	if s.Terminated != nil {
		truncateOnce(&s.Terminated.StartedAt)
		truncateOnce(&s.Terminated.FinishedAt)
	}
}

func truncateOnce(t *metav1.Time) {
	if cut := Truncate(*t); cut != *t {
		*t = cut
	}
}
