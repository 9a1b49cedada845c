package lifecycle

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/timeline"
)

func recordedPod(t *testing.T) *Pod {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Name, pod.Namespace = "p", "ns"
	pod.Spec.Containers = []corev1.Container{{Name: "app", Image: "app:v1"}}
	template, err := Compile(pod, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return New(template, Identity{Namespace: "ns", Name: "p", UID: "u"}, nil, worldStart)
}

func TestEveryActionHasARecordOrIsToldByItsAnswer(t *testing.T) {
	p := recordedPod(t)
	for a := RunSandbox; a < numActionTypes; a++ {
		action := &Action{Type: a, Container: NoContainer, Status: &corev1.PodStatus{}, Decision: DecidedKill}
		r, ok := p.Record(worldStart, action)
		if ok != (RecordKind(action) != 0) || ok && (r.Kind == 0 || !r.At.Equal(worldStart)) {
			t.Errorf("%v: %v %+v", a, ok, r)
		}
		if !ok && !a.IsRequest() && a != ProbeResultSet {
			t.Errorf("the notice %v has no record", a)
		}
	}
}

func TestEveryEventHasARecordOrAnAction(t *testing.T) {
	p := recordedPod(t)
	for e := Wake; e < numEventTypes; e++ {
		ev := &Event{Type: e, Eviction: &Eviction{Reason: "Evicted"}, Condition: &corev1.PodCondition{Type: "t", Status: "True"}}
		r, ok := p.RecordFact(worldStart, ev, 0, 3)
		if ok && (r.Kind == 0 || r.Container != "app" || strings.HasPrefix(r.Text(), "Kind(")) {
			t.Errorf("%v: %+v", e, r)
		}
	}
}

func TestAFailedAnswerIsRecordedAsAFailure(t *testing.T) {
	p := recordedPod(t)
	for e, want := range map[EventType]timeline.Kind{ContainerCreated: timeline.Failed, ContainerStarted: timeline.Failed, ImagePulled: timeline.Image} {
		r, ok := p.RecordFact(worldStart, &Event{Type: e, Err: "why"}, 0, 0)
		if !ok || r.Kind != want || !strings.Contains(r.Text(), "failed") || !strings.Contains(r.Text(), "why") {
			t.Errorf("%v: %s", e, r.Text())
		}
	}
}
