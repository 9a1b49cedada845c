package lifecycle_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

func TestP24AnUpdateOfMoreThanImagesChangesNothing(t *testing.T) {
	seven := int32(7)
	for what, change := range map[string]func(*corev1.Pod){
		"a container more": func(p *corev1.Pod) {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "more", Image: "more:1"})
		},
		"another name":   func(p *corev1.Pod) { p.Spec.Containers[0].Name = "other" },
		"no probe":       func(p *corev1.Pod) { p.Spec.Containers[0].ReadinessProbe = nil },
		"a slower probe": func(p *corev1.Pod) { p.Spec.Containers[0].StartupProbe.PeriodSeconds = seven },
		"a hook": func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 1}}}
		},
		"nothing but its image": func(p *corev1.Pod) { p.Spec.Containers[0].Image = "app:2" },
	} {
		s := newShell(t, probedPod(), nil)
		s.give(lifecycle.Event{})
		changed := s.pod.Template().Pod().DeepCopy()
		change(changed)
		template, err := lifecycle.Compile(changed, lifecycle.Config{Trusted: true})
		if err != nil {
			t.Fatal(err)
		}
		s.log = nil
		s.give(lifecycle.Event{Type: lifecycle.PodUpdated, Template: template})
		refused := false
		for _, a := range s.log {
			refused = refused || a.Type == lifecycle.DroppedEvent && strings.Contains(a.Message, "P24")
		}
		if allowed := what == "nothing but its image"; refused == allowed {
			t.Errorf("%s: refused %v", what, refused)
		}
	}
}
