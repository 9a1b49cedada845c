package agent_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/timeline"
)

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
