package podphase_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
)

func TestATerminalPhaseIsHeldBackWhileContainersMayRun(t *testing.T) {
	type v = podphase.Verdict
	end, old := v{failed, "r", "m"}, v{runs, "or", "om"}
	rows := []struct {
		why         string
		cached, api v
		mayRun      bool
		want        v
	}{
		{"S25: containers may run", end, old, true, old},
		{"S25: all have stopped", end, old, false, end},
		{"the API has an end already", end, v{succeeded, "", ""}, true, end},
		{"no end", old, v{pending, "", ""}, true, old},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			cached := corev1.PodStatus{Phase: row.cached.Phase, Reason: row.cached.Reason, Message: row.cached.Message}
			api := corev1.PodStatus{Phase: row.api.Phase, Reason: row.api.Reason, Message: row.api.Message}
			got := podphase.Reported(&cached, &api, row.mayRun, 1, epoch)
			if podphase.VerdictOf(&got) != row.want {
				t.Errorf("sent %+v, want %+v", podphase.VerdictOf(&got), row.want)
			}
		})
	}
}

func TestAnEndIsNeverSentAsReady(t *testing.T) {
	then := metav1.NewTime(epoch)
	now := epoch.Add(time.Minute + time.Millisecond)
	cached := corev1.PodStatus{Phase: succeeded, Conditions: []corev1.PodCondition{
		{Type: corev1.PodReady, Status: "True", LastTransitionTime: then},
		{Type: corev1.ContainersReady, Status: "False", Reason: "ContainersNotReady", LastTransitionTime: then},
	}}
	before := cached.DeepCopy()
	got := podphase.Reported(&cached, &corev1.PodStatus{Phase: runs}, false, 7, now)
	want := []corev1.PodCondition{
		{Type: corev1.PodReady, Status: "False", Reason: "PodCompleted", ObservedGeneration: 7, LastTransitionTime: metav1.NewTime(epoch.Add(time.Minute))},
		{Type: corev1.ContainersReady, Status: "False", Reason: "PodCompleted", ObservedGeneration: 7, LastTransitionTime: then},
	}
	if d := cmp.Diff(want, got.Conditions); d != "" {
		t.Errorf("S62 (-want +got)\n%s", d)
	}
	if d := cmp.Diff(before, &cached); d != "" {
		t.Errorf("the cached status was changed\n%s", d)
	}

	cached.Phase = failed
	got = podphase.Reported(&cached, &corev1.PodStatus{Phase: runs}, false, 7, now)
	if got.Conditions[0].Reason != "PodFailed" {
		t.Errorf("S62: Ready of a failed pod has reason %s", got.Conditions[0].Reason)
	}
	got = podphase.Reported(&cached, &corev1.PodStatus{Phase: runs}, true, 7, now)
	if got.Conditions[0].Status != "True" {
		t.Error("S62: a phase that is held back forces nothing")
	}
}

func TestDisruptionTargetIsSentWithTheEndOnly(t *testing.T) {
	cached := corev1.PodStatus{Phase: failed, Conditions: []corev1.PodCondition{
		{Type: corev1.DisruptionTarget, Status: "True", Reason: "TerminationByKubelet"},
		{Type: corev1.PodScheduled, Status: "True"},
	}}
	api := corev1.PodStatus{Phase: runs, Conditions: []corev1.PodCondition{{Type: "x.io/a", Status: "True"}, {Type: corev1.PodScheduled, Status: "False"}}}
	got := podphase.Reported(&cached, &api, true, 1, epoch)
	if s := typesOf(got.Conditions); s != "x.io/a=True PodScheduled=True" {
		t.Errorf("S53: held back: %s", s)
	}
	got = podphase.Reported(&cached, &api, false, 1, epoch)
	if s := typesOf(got.Conditions); s != "x.io/a=True DisruptionTarget=True PodScheduled=True" {
		t.Errorf("S53: sent: %s", s)
	}
	if at := got.Conditions[1].LastTransitionTime; !at.Time.Equal(epoch) {
		t.Errorf("S53: its time is %v, not that of the sending", at)
	}
}

func TestTwoStatusesAreEqualIfOnlyConditionTimesDiffer(t *testing.T) {
	base := func() *corev1.PodStatus {
		b := newPod(always).init("i", done()).regular("a", restarted(2, epoch, ready())).phase(runs).
			condition(corev1.PodReady, "True").condition("x.io/a", "True")
		b.pod.Status.ContainerStatuses[0].Resources = &corev1.ResourceRequirements{Limits: list("1", "1Gi")}
		start := metav1.NewTime(epoch)
		b.pod.Status.StartTime = &start
		b.pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.1"}}
		return b.pod.Status.DeepCopy()
	}
	later := metav1.NewTime(epoch.Add(time.Minute))
	no := false
	rows := []struct {
		why    string
		change func(st *corev1.PodStatus)
		want   bool
	}{
		{"nothing", func(st *corev1.PodStatus) {}, true},
		{"a transition time", func(st *corev1.PodStatus) { st.Conditions[0].LastTransitionTime = later }, true},
		{"a condition of others", func(st *corev1.PodStatus) { st.Conditions[1].Status = "False" }, true},
		{"resource claims, which the kubelet does not write", func(st *corev1.PodStatus) {
			st.ResourceClaimStatuses = []corev1.PodResourceClaimStatus{{Name: "r"}}
		}, true},
		{"a condition's status", func(st *corev1.PodStatus) { st.Conditions[0].Status = "False" }, false},
		{"a condition's reason", func(st *corev1.PodStatus) { st.Conditions[0].Reason = "x" }, false},
		{"a condition's message", func(st *corev1.PodStatus) { st.Conditions[0].Message = "x" }, false},
		{"one condition more", func(st *corev1.PodStatus) {
			st.Conditions = append(st.Conditions, corev1.PodCondition{Type: corev1.PodScheduled})
		}, false},
		{"another condition in its place", func(st *corev1.PodStatus) { st.Conditions[0].Type = corev1.PodScheduled }, false},
		{"phase", func(st *corev1.PodStatus) { st.Phase = failed }, false},
		{"start time", func(st *corev1.PodStatus) { st.StartTime = &later }, false},
		{"no start time", func(st *corev1.PodStatus) { st.StartTime = nil }, false},
		{"an IP", func(st *corev1.PodStatus) { st.PodIPs[0].IP = "10.0.0.2" }, false},
		{"the node's IPs", func(st *corev1.PodStatus) { st.HostIPs = []corev1.HostIP{{IP: "h"}} }, false},
		{"pod resources", func(st *corev1.PodStatus) { st.Resources = &corev1.ResourceRequirements{} }, false},
		{"readiness", func(st *corev1.PodStatus) { st.ContainerStatuses[0].Ready = false }, false},
		{"restart count", func(st *corev1.PodStatus) { st.InitContainerStatuses[0].RestartCount++ }, false},
		{"started", func(st *corev1.PodStatus) { st.ContainerStatuses[0].Started = &no }, false},
		{"started unset", func(st *corev1.PodStatus) { st.ContainerStatuses[0].Started = nil }, false},
		{"start of an instance", func(st *corev1.PodStatus) { st.ContainerStatuses[0].State.Running.StartedAt = later }, false},
		{"last exit code", func(st *corev1.PodStatus) { st.ContainerStatuses[0].LastTerminationState.Terminated.ExitCode++ }, false},
		{"the kind of state", func(st *corev1.PodStatus) { st.ContainerStatuses[0].State = waiting("x").State }, false},
		{"a rare field of a container", func(st *corev1.PodStatus) {
			st.ContainerStatuses[0].VolumeMounts = []corev1.VolumeMountStatus{{Name: "v"}}
		}, false},
		{"a container's limit", func(st *corev1.PodStatus) {
			st.ContainerStatuses[0].Resources.Limits = list("2", "1Gi")
		}, false},
		{"the same limit written otherwise", func(st *corev1.PodStatus) {
			st.ContainerStatuses[0].Resources.Limits = list("1000m", "1024Mi")
		}, true},
		{"allocated resources", func(st *corev1.PodStatus) {
			st.ContainerStatuses[0].AllocatedResources = list("1", "")
		}, false},
		{"the pod's allocated resources", func(st *corev1.PodStatus) { st.AllocatedResources = list("1", "") }, false},
		{"one container fewer", func(st *corev1.PodStatus) { st.ContainerStatuses = nil }, false},
		{"an ephemeral container", func(st *corev1.PodStatus) {
			st.EphemeralContainerStatuses = []corev1.ContainerStatus{*ready()}
		}, false},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			a, b := base(), base()
			row.change(b)
			if podphase.Equal(a, b) != row.want || podphase.Equal(b, a) != row.want {
				t.Errorf("S61: Equal is %v and %v, want %v", podphase.Equal(a, b), podphase.Equal(b, a), row.want)
			}
		})
	}
}
