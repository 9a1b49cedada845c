package agent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

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
			"there is a pod with UID \"1\"":           s.Add(web("1")),
			"a pod needs metadata.name":               s.Add(web("")),
			"give one":                                s.Add(nil),
			"spec.containers":                         s.Add(web("2", func(p *corev1.Pod) { p.Spec.Containers = nil })),
			"there is no pod with UID \"9\"":          s.Delete("9", nil),
			"there is no reason: give one":            s.NetworkDown(""),
			"both must be set":                        s.SetCondition("1", corev1.PodCondition{}),
			"Run was called before":                   s.Run(t.Context()),
			"no pod with UID \"3\": it was not added": s.Update(web("3")),
			"no pod with UID \"4\": it was no":        s.Remove("4"),
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

func TestAPodIsFoundByUIDAndByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Runtime: stubborn(t)})
		s.add(web("1", func(p *corev1.Pod) { p.Labels = map[string]string{"app": "web"} }))
		s.must(s.Delete("1", nil))
		s.add(web("2")) // its successor, while it ends
		pod, ok := s.Pod("1")
		if !ok || pod.Name != "web" || pod.Labels["app"] != "web" || pod.DeletionTimestamp == nil || pod.Status.Phase != corev1.PodRunning {
			t.Errorf("by UID: %v, %+v", ok, pod)
		}
		if pod, ok := s.PodNamed("default", "web"); !ok || pod.UID != "2" {
			t.Errorf("by name: %v, %+v; want the one that was added last", ok, pod)
		}
		_, uid := s.Pod("3")
		_, name := s.PodNamed("other", "web")
		if uid || name {
			t.Errorf("there is another UID: %v; another name: %v", uid, name)
		}
		s.after(2 * time.Minute)
	})
}

func TestAChangeHasThePodObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last agent.Change
		s := begin(t, agent.Options{OnStatus: func(c agent.Change) { last = c }})
		s.add(web("1", func(p *corev1.Pod) { p.Annotations = map[string]string{"team": "a"} }))
		s.after(time.Second)
		pod := last.Object()
		if pod.UID != "1" || pod.Annotations["team"] != "a" || len(pod.Spec.Containers) != 1 || pod.Status.Phase != last.Reported.Phase {
			t.Errorf("object %+v", pod)
		}
		pod.Spec.Containers[0].Image, pod.Status.Phase = "other", "Other" // it is a copy
		if again := last.Object(); again.Spec.Containers[0].Image != "app:1" || again.Status.Phase != corev1.PodRunning {
			t.Errorf("object %+v", again)
		}
	})
}
