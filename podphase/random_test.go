package podphase_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

// name draws from few names, so that statuses without a container, containers without a
// status, and duplicates all occur.
var name = rapid.SampledFrom([]string{"a", "b", "c", ""})

func drawState(t *rapid.T) (s corev1.ContainerState) {
	at := metav1.NewTime(epoch.Add(time.Duration(rapid.Int64().Draw(t, "at"))))
	if rapid.Bool().Draw(t, "waiting") {
		s.Waiting = &corev1.ContainerStateWaiting{Reason: rapid.SampledFrom([]string{"", "PodInitializing", "x"}).Draw(t, "reason")}
	}
	if rapid.Bool().Draw(t, "running") {
		s.Running = &corev1.ContainerStateRunning{StartedAt: at}
	}
	if rapid.Bool().Draw(t, "terminated") {
		s.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: rapid.Int32().Draw(t, "code"), Signal: rapid.Int32().Draw(t, "signal"), FinishedAt: at,
			Reason: rapid.SampledFrom([]string{"", "Completed", "RestartingAllContainers"}).Draw(t, "reason"),
		}
	}
	return s
}

func drawStatuses(t *rapid.T, label string) []corev1.ContainerStatus {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.ContainerStatus {
		s := corev1.ContainerStatus{
			Name: name.Draw(t, "name"), Ready: rapid.Bool().Draw(t, "ready"), RestartCount: rapid.Int32().Draw(t, "restarts"),
			State: drawState(t), LastTerminationState: drawState(t),
		}
		if rapid.Bool().Draw(t, "hasStarted") {
			s.Started = new(bool)
			*s.Started = rapid.Bool().Draw(t, "started")
		}
		return s
	}), 0, 4).Draw(t, label)
}

func drawContainers(t *rapid.T, label string) []corev1.Container {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) corev1.Container {
		c := corev1.Container{Name: name.Draw(t, "name")}
		if rapid.Bool().Draw(t, "own") {
			p := rapid.SampledFrom([]corev1.ContainerRestartPolicy{"Always", "OnFailure", "Never", "x"}).Draw(t, "policy")
			c.RestartPolicy = &p
		}
		return c
	}), 0, 4).Draw(t, label)
}

func drawPod(t *rapid.T) *corev1.Pod {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy:  rapid.SampledFrom([]corev1.RestartPolicy{always, onFailure, never, "", "x"}).Draw(t, "policy"),
		Containers:     drawContainers(t, "containers"),
		InitContainers: drawContainers(t, "initContainers"),
	}}
	pod.Status.ContainerStatuses = drawStatuses(t, "statuses")
	pod.Status.InitContainerStatuses = drawStatuses(t, "initStatuses")
	pod.Status.Phase = rapid.SampledFrom([]corev1.PodPhase{"", pending, runs, succeeded, failed, "x"}).Draw(t, "phase")
	for _, c := range []corev1.PodConditionType{corev1.PodReady, corev1.PodInitialized, "gate", corev1.DisruptionTarget} {
		if rapid.Bool().Draw(t, "hasCondition") {
			pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{
				Type: c, Status: rapid.SampledFrom([]corev1.ConditionStatus{"True", "False", "Unknown", ""}).Draw(t, "status"),
			})
		}
	}
	if rapid.Bool().Draw(t, "gate") {
		pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "gate"}}
	}
	return pod
}

// anyStatusIsUnderstood checks that for any statuses every function returns a result, the
// results are consistent, and the pod is not modified.
func anyStatusIsUnderstood(t *rapid.T) {
	pod := drawPod(t)
	before := pod.DeepCopy()
	rules := podphase.Compile(pod, restart.Gates{
		DisableContainerRestartRules: rapid.Bool().Draw(t, "noRules"), DisableRestartAllContainers: rapid.Bool().Draw(t, "noAll"),
	})
	switch phase := rules.Phase(&pod.Status, rapid.Bool().Draw(t, "terminal"), rapid.Bool().Draw(t, "initialized")); phase {
	case pending, runs, succeeded, failed:
	default:
		t.Fatalf("phase %q", phase)
	}
	st := pod.Status.DeepCopy()
	st.Conditions = rules.Conditions(nil, &podphase.Facts{Status: &pod.Status, Previous: pod.Status.Conditions, API: pod.Status.Conditions})
	podphase.Stamp(st.Conditions, pod.Status.Conditions, epoch)
	podphase.TruncateStatus(st)
	if !podphase.Equal(st, st.DeepCopy()) {
		t.Fatal("a status is not equal to its copy")
	}
	readyIs(t, st.Conditions)
	reported := podphase.Reported(st, &pod.Status, rapid.Bool().Draw(t, "mayRun"), 1, epoch)
	if reported.Phase == succeeded || reported.Phase == failed {
		neverReady(t, reported.Conditions)
	}
	podphase.Columns(pod, epoch)
	rules.GatesNeedSync(&pod.Status)
	podphase.QOSClass(&pod.Spec)
	if d := cmp.Diff(before, pod); d != "" {
		t.Fatalf("the pod was changed\n%s", d)
	}
}

// readyIs checks that Ready implies ContainersReady (S44).
func readyIs(t *rapid.T, cs []corev1.PodCondition) {
	status := map[corev1.PodConditionType]corev1.ConditionStatus{}
	for _, c := range cs {
		status[c.Type] = c.Status
	}
	if status[corev1.PodReady] == "True" && status[corev1.ContainersReady] != "True" {
		t.Fatalf("Ready without ContainersReady: %+v", cs)
	}
}

func neverReady(t *rapid.T, cs []corev1.PodCondition) {
	for _, c := range cs {
		if (c.Type == corev1.PodReady || c.Type == corev1.ContainersReady) && c.Status == "True" {
			t.Fatalf("S62: an end was sent as ready: %+v", cs)
		}
	}
}

func TestAnyStatusIsUnderstood(t *testing.T) { rapid.Check(t, anyStatusIsUnderstood) }

func FuzzStatus(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyStatusIsUnderstood)) }
