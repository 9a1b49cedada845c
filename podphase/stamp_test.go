package podphase_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
)

func TestTransitionTimesChangeWithTheStatusOnly(t *testing.T) {
	then, now := metav1.NewTime(epoch), epoch.Add(90*time.Second+700*time.Millisecond)
	cut := epoch.Add(90 * time.Second)
	previous := []corev1.PodCondition{
		{Type: corev1.PodReady, Status: "True", LastTransitionTime: then},
		{Type: corev1.ContainersReady, Status: "False", Reason: "old", LastTransitionTime: then},
	}
	conditions := []corev1.PodCondition{
		{Type: corev1.PodReady, Status: "False"},
		{Type: corev1.ContainersReady, Status: "False", Reason: "new"},
		{Type: corev1.PodInitialized, Status: "True"},
		{Type: corev1.DisruptionTarget, Status: "True"},
		{Type: "x.io/a", Status: "True", LastTransitionTime: then},
		{Type: corev1.PodResizePending, Status: "True", LastTransitionTime: then},
	}
	podphase.Stamp(conditions, previous, now)
	want := []struct {
		why string
		at  time.Time
	}{
		{"S60: the status changed; S66: cut to the second", cut},
		{"S60: a changed reason keeps it", epoch},
		{"S60: new", cut},
		{"S60: shared conditions too", cut},
		{"conditions of others are theirs", epoch},
		{"resizing has its own", epoch},
	}
	for i, row := range want {
		if got := conditions[i].LastTransitionTime.Time; !got.Equal(row.at) {
			t.Errorf("%s: %s at %v, want %v", row.why, conditions[i].Type, got, row.at)
		}
	}
}

func TestTimesOfAStatusAreCutToTheSecond(t *testing.T) {
	odd := metav1.NewTime(epoch.Add(999 * time.Millisecond))
	a := running()
	a.State.Running.StartedAt = odd
	a.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{StartedAt: odd, FinishedAt: odd}
	b := newPod(always).init("i", a).regular("a", a)
	st := b.pod.Status.DeepCopy()
	st.StartTime = &odd
	st.EphemeralContainerStatuses = []corev1.ContainerStatus{*a.DeepCopy()}
	st.Conditions = []corev1.PodCondition{{LastTransitionTime: odd, LastProbeTime: odd}}
	podphase.TruncateStatus(st)

	want := func(what string, got metav1.Time) {
		if !got.Time.Equal(epoch) {
			t.Errorf("S66: %s is %v", what, got)
		}
	}
	want("startTime", *st.StartTime)
	want("lastTransitionTime", st.Conditions[0].LastTransitionTime)
	want("lastProbeTime", st.Conditions[0].LastProbeTime)
	for _, list := range [][]corev1.ContainerStatus{st.InitContainerStatuses, st.ContainerStatuses, st.EphemeralContainerStatuses} {
		want("startedAt", list[0].State.Running.StartedAt)
		want("last startedAt", list[0].LastTerminationState.Terminated.StartedAt)
		want("last finishedAt", list[0].LastTerminationState.Terminated.FinishedAt)
	}
	if !odd.Time.Equal(epoch.Add(999 * time.Millisecond)) {
		t.Error("the caller's start time was changed")
	}
	if zero := podphase.Truncate(metav1.Time{}); !zero.IsZero() {
		t.Errorf("an unset time became %v", zero)
	}
}

// The race detector notices a write: a status shares its containers' states with previous
// statuses, which are read at the same time.
func TestWhatIsCutAlreadyIsNotWritten(t *testing.T) {
	a := running()
	a.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{StartedAt: metav1.NewTime(epoch), FinishedAt: metav1.NewTime(epoch)}
	published := &corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{*a.DeepCopy()}}
	podphase.TruncateStatus(published)
	was := published.ContainerStatuses[0]
	next := &corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: was.State, LastTerminationState: was.LastTerminationState}}}
	read := make(chan *corev1.PodStatus)
	go func() { read <- published.DeepCopy() }()
	podphase.TruncateStatus(next)
	if copied := <-read; !copied.ContainerStatuses[0].LastTerminationState.Terminated.FinishedAt.Time.Equal(epoch) {
		t.Errorf("read %+v", copied)
	}
}
