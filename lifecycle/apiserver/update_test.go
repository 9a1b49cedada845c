package apiserver_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/apiserver"
)

func TestWhatAnUpdateMayChange(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	old := &corev1.Pod{Spec: corev1.PodSpec{
		ActiveDeadlineSeconds: number(100),
		Tolerations:           []corev1.Toleration{{Key: "a", Operator: corev1.TolerationOpExists}},
		SchedulingGates:       []corev1.PodSchedulingGate{{Name: "a"}},
		InitContainers:        []corev1.Container{{Name: "prep", Image: "prep:1"}},
		Containers: []corev1.Container{{Name: "web", Image: "web:1", LivenessProbe: &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}},
		}}},
	}}
	old.Name, old.Namespace = "p", "default"
	apiserver.SetDefaults(old)
	for _, row := range []struct {
		name string
		edit func(s *corev1.PodSpec)
		want []string // the fields that errors name
	}{
		{"nothing", func(*corev1.PodSpec) {}, nil},
		{"images", func(s *corev1.PodSpec) { s.Containers[0].Image, s.InitContainers[0].Image = "web:2", "prep:2" }, nil},
		{"a shorter deadline", func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = number(10) }, nil},
		{"a longer deadline", func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = number(101) }, []string{"spec.activeDeadlineSeconds"}},
		{"no deadline", func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = nil }, []string{"spec.activeDeadlineSeconds"}},
		{"one more toleration", func(s *corev1.PodSpec) {
			s.Tolerations = append(s.Tolerations, corev1.Toleration{Key: "b", Operator: corev1.TolerationOpExists})
		}, nil},
		{"a toleration for a while", func(s *corev1.PodSpec) { s.Tolerations[0].TolerationSeconds = number(5) }, nil},
		{"a toleration less", func(s *corev1.PodSpec) { s.Tolerations = nil }, []string{"spec.tolerations"}},
		{"a probe", func(s *corev1.PodSpec) { s.Containers[0].LivenessProbe.PeriodSeconds = 1 },
			[]string{"spec.containers[0].livenessProbe.periodSeconds"}},
		{"a probe's handler and the policy", func(s *corev1.PodSpec) {
			s.Containers[0].LivenessProbe.Exec.Command[0] = "ready"
			s.RestartPolicy = corev1.RestartPolicyNever
		}, []string{"spec.restartPolicy", "spec.containers[0].livenessProbe.exec.command[0]"}},
		{"a gate less", func(s *corev1.PodSpec) { s.SchedulingGates = nil }, nil},
		{"a gate more", func(s *corev1.PodSpec) {
			s.SchedulingGates = append(s.SchedulingGates, corev1.PodSchedulingGate{Name: "b"})
		}, []string{"spec.schedulingGates[1].name"}},
		{"a container more", func(s *corev1.PodSpec) { s.Containers = append(s.Containers, s.Containers[0]) },
			[]string{"spec.containers"}},
		{"the grace", func(s *corev1.PodSpec) { s.TerminationGracePeriodSeconds = number(1) },
			[]string{"spec.terminationGracePeriodSeconds"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			pod := old.DeepCopy()
			row.edit(&pod.Spec)
			var got []string
			for _, err := range apiserver.ValidateUpdate(pod, old) {
				got = append(got, err.Field)
			}
			slices.Sort(got)
			slices.Sort(row.want)
			if !slices.Equal(got, row.want) {
				t.Errorf("refused for %q, want %q", got, row.want)
			}
		})
	}
}

// A grace period that was negative may be mended to 1.
func TestANegativeGraceMayBeMended(t *testing.T) {
	number := func(n int64) *int64 { return &n }
	old := &corev1.Pod{Spec: corev1.PodSpec{TerminationGracePeriodSeconds: number(-3)}}
	pod := old.DeepCopy()
	pod.Spec.TerminationGracePeriodSeconds = number(1)
	if errs := apiserver.ValidateUpdate(pod, old); len(errs) > 0 {
		t.Error(errs)
	}
	pod.Spec.TerminationGracePeriodSeconds = number(2)
	if errs := apiserver.ValidateUpdate(pod, old); len(errs) != 1 {
		t.Error("2 was let through")
	}
}
