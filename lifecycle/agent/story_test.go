package agent_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/timeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// web returns a pod with one container, and applies these changes.
func web(uid types.UID, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: uid},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
	}
	for _, c := range change {
		c(pod)
	}
	return pod
}

// liveness gives the pod a liveness probe with a period of a second.
func liveness(pod *corev1.Pod) {
	pod.Spec.Containers[0].LivenessProbe = &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"alive"}}}, PeriodSeconds: 1,
	}
}

// exits makes the pod's container exit with 3 at once.
func exits(pod *corev1.Pod) {
	pod.Spec.Containers[0].Command = []string{string(runtimetest.ExitWith3)}
}

// prober answers every probe and hook with success, and notes when.
type prober struct {
	now    func() time.Time
	asked  []time.Time // in tests, agents probe one pod at a time
	hook   handler.HookAnswer
	answer probe.Answer
}

func (p *prober) Probe(context.Context, handler.Target, *corev1.Probe) probe.Answer {
	if p.now != nil {
		p.asked = append(p.asked, p.now())
	}
	if p.answer.Outcome != 0 {
		return p.answer
	}
	return probe.Answer{Outcome: probe.OutcomeSuccess}
}

func (p *prober) RunHook(context.Context, handler.Target, *corev1.LifecycleHandler) handler.HookAnswer {
	return p.hook
}

// story is an agent in a bubble, with everything that it has told.
type story struct {
	*agent.Agent
	t       *testing.T
	fake    *runtimetest.Fake
	records []timeline.Record
	events  []string
	stop    func()
}

// Event implements [agent.EventRecorder].
func (s *story) Event(object runtime.Object, _, reason, message string) {
	ref := object.(*corev1.ObjectReference)
	s.events = append(s.events, strings.TrimSpace(ref.FieldPath+" "+reason+": "+message))
}

// begin runs an agent in the test's bubble until the test ends.
func begin(t *testing.T, o agent.Options) *story {
	t.Helper()
	s := &story{t: t}
	if o.Runtime == nil {
		s.fake = &runtimetest.Fake{}
		o.Runtime = s.fake
	}
	if o.Prober == nil {
		o.Prober = &prober{}
	}
	o.EventRecorder = s
	if o.Slack == 0 {
		o.Slack = -1
	}
	o.OnRecord = func(_ lifecycle.Identity, r timeline.Record) { s.records = append(s.records, r) }
	var err error
	if s.Agent, err = agent.New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	synctest.Wait()
	stopped := false
	s.stop = func() {
		if cancel(); stopped {
			return
		}
		stopped = true
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(s.stop)
	return s
}

// add gives the agent a pod and waits until it has settled.
func (s *story) add(pod *corev1.Pod) {
	s.t.Helper()
	s.must(s.Add(pod))
	time.Sleep(10 * time.Millisecond)
	synctest.Wait()
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// after lets time pass.
func (s *story) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *story) status(uid types.UID) corev1.PodStatus {
	s.t.Helper()
	status, ok := s.Status(uid)
	if !ok {
		s.t.Fatalf("there is no pod %q", uid)
	}
	synctest.Wait()
	return status
}

func (s *story) phase(uid types.UID, want corev1.PodPhase) {
	s.t.Helper()
	if got := s.status(uid).Phase; got != want {
		s.t.Errorf("phase %q; want %q", got, want)
	}
}

func (s *story) restarts(uid types.UID, want int32) {
	s.t.Helper()
	list := s.status(uid).ContainerStatuses
	if len(list) != 1 || list[0].RestartCount != want {
		s.t.Errorf("container statuses %+v; want one with restart count %d", list, want)
	}
}

// count returns how many records there are of a kind.
func (s *story) count(k timeline.Kind) int {
	n := 0
	for _, r := range s.records {
		if r.Kind == k {
			n++
		}
	}
	return n
}
