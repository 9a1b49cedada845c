package lifecycle

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
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
		action := &Action{Type: a, Container: NoContainer, Status: &corev1.PodStatus{}, Reported: &corev1.PodStatus{}, Decision: timeline.DecidedKill}
		r, ok := p.ActionRecord(worldStart, action, APIView)
		if ok != (ActionRecordKind(action) != 0) || ok && (r.Kind == 0 || !r.At.Equal(worldStart)) {
			t.Errorf("%v: %v %+v", a, ok, r)
		}
		if !ok && !a.IsRequest() && a != ProbeResultSet {
			t.Errorf("the notice %v has no record", a)
		}
	}
}

func TestEveryEventHasARecordOrAnAction(t *testing.T) {
	for e := Wake; e < numEventTypes; e++ {
		p, ev := recordedPod(t), asked(e)
		p.out.requests = []openRequest{{op: 7, request: requestOf(e), instance: 3, attempt: 5, hook: PreStop}}
		ev.Template, p.noNetwork = changed(t, p), "why"
		p.truth = inventory.NewTruth([]inventory.Sandbox{{ID: 3, Attempt: 5, Ready: true}},
			[]inventory.Instance{{ID: 3, Attempt: 5, State: restart.StateRunning}})
		r, ok := p.FactRecord(worldStart, &ev)
		if ok && (r.Kind == 0 || strings.HasPrefix(r.Text(), "Kind(")) {
			t.Errorf("%v: %+v", e, r)
		}
		fact := r.Kind == timeline.Fact || r.Kind == timeline.Image
		if ok && (r.Run == 5) == fact {
			t.Errorf("%v is about number %d", e, r.Run)
		}
		if container := ok && r.Kind != timeline.Fact && r.Kind != timeline.Sandbox; (r.Container == "app") != container {
			t.Errorf("%v is about container %q", e, r.Container)
		}
		if ok && ev.Op != 0 {
			p.out.requests = nil
			if r, ok := p.FactRecord(worldStart, &ev); ok {
				t.Errorf("%v, which answers nothing: %+v", e, r)
			}
		}
	}
}

// changed is the pod's template with another image.
func changed(t *testing.T, p *Pod) *Template {
	t.Helper()
	pod := p.t.spec.Manifest.DeepCopy()
	pod.Spec.Containers[0].Image = "app:v2"
	template, err := Compile(pod, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// asked is an event of a type, for whose answers there is the request 7.
func asked(e EventType) Event {
	ev := Event{Type: e, Instance: 3, Err: "why", Eviction: &Eviction{Reason: "Evicted"}, Condition: &corev1.PodCondition{Type: "t", Status: "True"}}
	if e.isAnswer() {
		ev.Op = 7
	}
	return ev
}

func requestOf(e EventType) ActionType {
	for a := RunSandbox; a.IsRequest(); a++ {
		if e.answers(a) {
			return a
		}
	}
	return 0
}

func TestWhatIsNoNewsHasNoRecord(t *testing.T) {
	p := recordedPod(t)
	p.truth = inventory.NewTruth([]inventory.Sandbox{{ID: 3}}, []inventory.Instance{{ID: 4, State: restart.StateExited}})
	p.out.requests = []openRequest{{op: 7, request: StopSandbox, instance: 3}}
	for _, ev := range []Event{
		{Type: SandboxStopped, Op: 7}, // it is dead already
		{Type: SandboxDied},
		{Type: NetworkUp},
		{Type: PodUpdated, Template: p.t},
		{Type: ContainerExited, Instance: 4},
		{Type: ContainerExited, Instance: 5},
		{Type: ContainerUnknown, Instance: 4},
		{Type: ContainerUnknown, Instance: 5},
	} {
		if r, ok := p.FactRecord(worldStart, &ev); ok {
			t.Errorf("%v: %+v", ev.Type, r)
		}
	}
}

func TestAFailedAnswerIsRecordedAsAFailure(t *testing.T) {
	for e, want := range map[EventType]timeline.Kind{ContainerCreated: timeline.Failed, ContainerStarted: timeline.Failed, ImagePulled: timeline.Image} {
		p, ev := recordedPod(t), asked(e)
		p.out.requests = []openRequest{{op: 7, request: requestOf(e)}}
		r, ok := p.FactRecord(worldStart, &ev)
		if !ok || r.Kind != want || !strings.Contains(r.Text(), "failed") || !strings.Contains(r.Text(), "why") {
			t.Errorf("%v: %s", e, r.Text())
		}
	}
}

func TestOnlyAnAgentKeepsItsMemory(t *testing.T) { // R19, S25, S72
	for keeps, want := range map[bool]string{false: "the kubelet was restarted", true: "the agent was restarted, and kept its memory"} {
		r, ok := recordedPod(t).FactRecord(worldStart, &Event{Type: KubeletRestarted, KeepMemory: keeps})
		if !ok || r.Text() != want {
			t.Errorf("KeepMemory %v: %q, %v; want %q", keeps, r.Text(), ok, want)
		}
	}
}
