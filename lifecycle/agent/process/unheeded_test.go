//go:build unix

package process

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

func TestWhatAProcessCannotHaveIsSaidOfEachPod(t *testing.T) {
	root := int64(1000)
	rich := &corev1.Pod{Spec: corev1.PodSpec{
		Volumes:         []corev1.Volume{{Name: "data"}},
		SecurityContext: &corev1.PodSecurityContext{RunAsUser: &root},
		InitContainers:  []corev1.Container{{Name: "first", SecurityContext: &corev1.SecurityContext{}}},
		Containers:      []corev1.Container{{Name: "app", Ports: []corev1.ContainerPort{{ContainerPort: 80}, {ContainerPort: 81, HostPort: 81}}}},
	}}
	want := "[spec.volumes spec.securityContext spec.initContainers[0].securityContext spec.containers[0].ports[1].hostPort]"
	plain := &corev1.Pod{Spec: corev1.PodSpec{SecurityContext: &corev1.PodSecurityContext{}, Containers: []corev1.Container{{Name: "app"}}}}

	var log bytes.Buffer
	b := newBench(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, pod := range []*corev1.Pod{plain, rich} {
		log.Reset()
		_, err := b.r.RunSandbox(b.ctx, agent.SandboxConfig{Pod: lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, Spec: pod})
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(log.String(), want) && strings.Contains(log.String(), "web_default(1)"); said != (pod == rich) {
			t.Errorf("the log is %s; want %s of the rich pod alone", &log, want)
		}
	}
}
