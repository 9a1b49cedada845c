package apiserver

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestWhatCanNeverWorkIsSaidFirst(t *testing.T) { // I3, C2, C42
	yes, root, user := true, int64(0), int64(1000)
	sleeps := func(command ...string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			hook := &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: hook}
		}
	}
	image := func(name string) func(*corev1.Pod) { return func(p *corev1.Pod) { p.Spec.Containers[0].Image = name } }
	const command, uid = "spec.containers[0].lifecycle.preStop.exec.command", "spec.containers[0].securityContext.runAsUser"
	for _, c := range []struct {
		reason string
		change func(*corev1.Pod)
		want   []string
	}{
		{"a template that was not rendered", image("{{ .Values.image }}"), []string{"spec.containers[0].image"}},
		{"variables that were not replaced", image("${REGISTRY}/web:1"), []string{"spec.containers[0].image"}},
		{"an image with digest", image("web:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), nil},
		{"a sleep as long as the grace period", sleeps("sleep", "30"), []string{command}},
		{"a shell that sleeps longer", sleeps("/bin/sh", "-c", "sleep 31 && nginx -s quit"), []string{command}},
		{"a shorter sleep", sleeps("sleep", "29.5"), nil},
		{"another command", sleeps("drain", "30"), nil},
		{"root, by the pod", func(p *corev1.Pod) {
			p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &root}
		}, []string{uid}},
		{"root by the pod, and not by the container", func(p *corev1.Pod) {
			p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &root}
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsUser: &user}
		}, nil},
	} {
		pod := validPod()
		pod.Spec.Containers[0].Image = "web:1"
		c.change(pod)
		SetDefaults(pod)
		var got []string
		for _, w := range Warnings(pod) {
			got = append(got, w.Field)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: warnings of %q, want %q", c.reason, got, c.want)
		}
	}
}
