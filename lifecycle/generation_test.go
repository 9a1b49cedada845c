package lifecycle_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

func TestS5ReadyToStartIsOfThePodObjectThatTheSyncBeganWith(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Name, pod.Namespace, pod.Generation = "p", "ns", 1
	pod.Spec.Containers = []corev1.Container{{Name: "a", Image: "a:1"}}
	template, err := lifecycle.Compile(pod, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := lifecycle.New(template, lifecycle.Identity{Name: "p", Namespace: "ns", UID: "u"}, nil, epoch)
	var op uint64
	for _, a := range p.Step(epoch) {
		if a.Type == lifecycle.RunSandbox {
			op = a.Op
		}
	}
	p.Step(epoch.Add(3*time.Second), lifecycle.Event{Type: lifecycle.PodDeleted})
	for _, a := range p.Step(epoch.Add(8*time.Second), lifecycle.Event{Type: lifecycle.SandboxStarted, Op: op, IP: "10.0.0.9"}) {
		if a.Type != lifecycle.StatusChanged {
			continue
		}
		for _, c := range a.Reported.Conditions { // the first status of this instant
			if c.Type == corev1.PodReadyToStartContainers && (c.Status != corev1.ConditionTrue || c.ObservedGeneration != 1) {
				t.Errorf("%s=%s of generation %d, want True of 1", c.Type, c.Status, c.ObservedGeneration)
			}
		}
		return
	}
	t.Error("no status after the sandbox")
}
