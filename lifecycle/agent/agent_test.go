package agent_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
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

// web is a pod with one container and these changes.
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

// liveness gives the pod a liveness probe each second.
func liveness(pod *corev1.Pod) {
	pod.Spec.Containers[0].LivenessProbe = &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"alive"}}}, PeriodSeconds: 1,
	}
}

// exits lets the pod's container exit with 3 at once.
func exits(pod *corev1.Pod) {
	pod.Spec.Containers[0].Command = []string{string(runtimetest.ExitWith3)}
}

// prober answers every probe and hook well, and notes when it was asked.
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

// story is an agent that runs in a bubble, and what it has told.
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

// after lets some time pass.
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

func TestAPodLivesAndIsForgottenAfterItsDeletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes []agent.Change
		s := begin(t, agent.Options{OnStatus: func(c agent.Change) { changes = append(changes, c) }})
		s.add(web("1"))
		s.phase("1", corev1.PodRunning)
		if pods := s.Pods(); len(pods) != 1 || pods[0].UID != "1" || pods[0].Status.Phase != corev1.PodRunning || pods[0].DeletionTimestamp != nil {
			t.Errorf("pods %+v", pods)
		}
		grace := int64(5)
		s.must(s.Delete("1", &grace))
		synctest.Wait()
		if pods := s.Pods(); len(pods) == 1 && (pods[0].DeletionTimestamp == nil || *pods[0].DeletionGracePeriodSeconds != 5) {
			t.Errorf("the deletion does not show: %+v", pods[0].ObjectMeta)
		}
		s.after(2 * time.Minute)
		if _, ok := s.Status("1"); ok || len(s.Pods()) != 0 {
			t.Error("the pod is still there two minutes after its deletion")
		}
		if last := changes[len(changes)-1]; !last.Gone || !last.Finished {
			t.Errorf("the last change is %+v; want one that is finished and gone", last)
		}
		if have, _ := s.fake.List(t.Context()); len(have.Containers)+len(have.Sandboxes) != 0 {
			t.Errorf("the runtime still has %+v", have)
		}
		s.must(s.Add(web("1"))) // the UID is free again
	})
}

func TestACrashLoopBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1", exits))
		s.restarts("1", 1) // R23: the first restart is free
		s.after(9 * time.Second)
		s.restarts("1", 1) // 10 s of back-off, looked at with a jitter of up to a half (R33)
		s.after(7 * time.Second)
		s.restarts("1", 2)
		s.after(13 * time.Second)
		s.restarts("1", 2) // 20 s
		s.after(18 * time.Second)
		s.restarts("1", 3)
	})
}

func TestAnEndBeforeTheStartWasToldComesAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1", exits, func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }))
		var kinds []timeline.Kind
		for _, r := range s.records {
			if r.Kind == timeline.Started || r.Kind == timeline.Exited {
				kinds = append(kinds, r.Kind)
			}
		}
		if !slices.Equal(kinds, []timeline.Kind{timeline.Started, timeline.Exited}) {
			t.Errorf("records %v; want Started, Exited", kinds)
		}
		s.phase("1", corev1.PodFailed)
	})
}

func TestWhatAnEarlierAgentLeftIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &runtimetest.Fake{}
		s := begin(t, agent.Options{Runtime: fake})
		s.add(web("1"))
		s.stop()
		if len(fake.Running()) != 1 {
			t.Fatalf("%d containers run after the agent's end; want 1", len(fake.Running()))
		}
		begin(t, agent.Options{Runtime: fake})
		if have, _ := fake.List(t.Context()); len(have.Containers)+len(have.Sandboxes) != 0 {
			t.Errorf("the runtime still has %+v", have)
		}
	})
}

func TestEvictedPodsStayAsFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1"))
		s.must(s.Evict("1", lifecycle.Eviction{Reason: "Evicted", Message: "no memory", EventReason: "Evicted"}))
		s.after(2 * time.Minute)
		s.phase("1", corev1.PodFailed)
		if !slices.Contains(s.events, "Evicted: no memory") {
			t.Errorf("events %q", s.events)
		}
		s.must(s.Delete("1", nil))
		s.after(2 * time.Minute)
		if len(s.Pods()) != 0 {
			t.Error("the pod is still there after its deletion")
		}
	})
}

func TestAReadinessGateWaitsForItsCondition(t *testing.T) { // S44
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1", func(p *corev1.Pod) {
			p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/warm"}}
		}))
		ready := func() corev1.ConditionStatus {
			for _, c := range s.status("1").Conditions {
				if c.Type == corev1.PodReady {
					return c.Status
				}
			}
			return ""
		}
		if ready() != corev1.ConditionFalse {
			t.Errorf("Ready is %q before the condition", ready())
		}
		s.must(s.SetCondition("1", corev1.PodCondition{Type: "example.com/warm", Status: corev1.ConditionTrue}))
		s.after(10 * time.Millisecond)
		if ready() != corev1.ConditionTrue {
			t.Errorf("Ready is %q after the condition", ready())
		}
	})
}

func TestAStaticPodWaitsForTheNameOfAnother(t *testing.T) { // S84
	static := func(p *corev1.Pod) { p.Annotations = map[string]string{"kubernetes.io/config.source": "file"} }
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1", static))
		s.add(web("2", static))
		if got := len(s.fake.Running()); got != 1 {
			t.Errorf("%d containers run; want 1: the name is taken", got)
		}
		s.must(s.Remove("1"))
		s.after(2 * time.Minute)
		s.phase("2", corev1.PodRunning)
		if _, ok := s.Status("1"); ok {
			t.Error("the removed pod is still there")
		}
	})
}

func TestImagesArePulledOneAtATime(t *testing.T) { // I12
	synctest.Test(t, func(t *testing.T) {
		for _, parallel := range []bool{false, true} {
			fake := &runtimetest.Fake{
				Present: func(string) bool { return false },
				Pull:    func(string) runtimetest.PullPlan { return runtimetest.PullPlan{Takes: 10 * time.Second} },
			}
			s := begin(t, agent.Options{Runtime: fake, ParallelPulls: parallel})
			s.must(s.Add(web("1")))
			s.add(web("2", func(p *corev1.Pod) { p.Name = "other" }))
			s.after(11 * time.Second)
			want := 1
			if parallel {
				want = 2
			}
			if got := len(fake.Running()); got != want {
				t.Errorf("parallel %v: %d containers run after one pull; want %d", parallel, got, want)
			}
			s.after(10 * time.Second)
			if !parallel && !slices.ContainsFunc(s.events, func(e string) bool { return strings.Contains(e, "in 10s (20s including waiting)") }) {
				t.Errorf("events %q; want a pull of 10 s, 20 s with waiting", s.events) // I11
			}
			s.stop()
		}
	})
}

func TestEventsNameTheirContainerAndAFallbackThePod(t *testing.T) { // P124, C37
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Prober: &prober{hook: handler.HookAnswer{Fallback: "fell back"}}})
		s.add(web("1", func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"x"}}}}
		}))
		for _, want := range []string{"spec.containers{app} Started: Container started", "LifecycleHTTPFallback: fell back"} {
			if !slices.Contains(s.events, want) {
				t.Errorf("no event %q in %q", want, s.events)
			}
		}
	})
}

func TestADeadSandboxIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1"))
		have, _ := s.fake.List(t.Context())
		s.fake.KillSandbox(have.Sandboxes[0].ID)
		s.after(2 * time.Second)
		s.phase("1", corev1.PodRunning)
		if s.told("SandboxChanged: ") != 1 || s.told("spec.containers{app} BackOff") != 0 || s.told("spec.containers{app} Failed") != 0 {
			t.Errorf("events %q; want SandboxChanged, and no start in the dead sandbox", s.events)
		}
	})
}

func TestAWatcherSeesWhatBecomesOfAPod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.must(s.Add(web("1")))
		var seen []string
		go func() {
			for c := range s.Watch(t.Context()) {
				seen = append(seen, fmt.Sprint(c.Status != nil && c.Status.Phase == corev1.PodRunning, c.Gone))
			}
			seen = append(seen, "end")
		}()
		s.after(time.Second)
		s.must(s.Delete("1", nil))
		s.after(2 * time.Minute)
		s.stop()
		synctest.Wait()
		if !slices.Contains(seen, "true false") || !slices.Equal(seen[len(seen)-2:], []string{"false true", "end"}) {
			t.Errorf("seen %q; want running, then gone, then the end", seen)
		}
	})
}

func TestCallsSayWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, err := agent.New(agent.Options{}); err == nil || !strings.Contains(err.Error(), "Options.Runtime") {
			t.Errorf("New without a runtime: %v", err)
		}
		s := begin(t, agent.Options{})
		s.add(web("1"))
		for want, err := range map[string]error{
			"there is a pod with UID \"1\"":   s.Add(web("1")),
			"a pod needs metadata.name":       s.Add(web("")),
			"give one":                        s.Add(nil),
			"spec.containers":                 s.Add(web("2", func(p *corev1.Pod) { p.Spec.Containers = nil })),
			"there is no pod with UID \"9\"":  s.Delete("9", nil),
			"there is no reason: give one":    s.NetworkDown(""),
			"both must be set":                s.SetCondition("1", corev1.PodCondition{}),
			"Run was called before":           s.Run(t.Context()),
			"no pod with UID \"3\": Add it":   s.Update(web("3")),
			"no pod with UID \"4\": Add it f": s.Remove("4"),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v; want one with %q", err, want)
			}
		}
		s.stop()
		for call, err := range map[string]error{
			"Add": s.Add(web("5")), "Delete": s.Delete("1", nil), "NetworkUp": s.NetworkUp(),
		} {
			if err == nil || !strings.Contains(err.Error(), "has stopped") {
				t.Errorf("%s after the end: %v", call, err)
			}
		}
	})
}

func TestAChangedImageRestartsTheContainer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1"))
		s.must(s.Update(web("1", func(p *corev1.Pod) { p.Spec.Containers[0].Image = "app:2" })))
		s.after(time.Minute)
		s.restarts("1", 1)
		if got := s.Pods()[0].Spec.Containers[0].Image; got != "app:2" {
			t.Errorf("image %q", got)
		}
	})
}

var _ clock.Clock = (*strict)(nil)
