package agent_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// stubborn is a runtime whose containers ignore the stop signal.
func stubborn(t *testing.T) *apart {
	return newApart(t, &runtimetest.Fake{Program: func(agent.ContainerConfig) runtimetest.Program {
		return runtimetest.Program{Stop: func() *runtimetest.Exit { return nil }}
	}})
}

// twice is a story of two agents: what the first one does in a second, and what
// becomes of it under the next one.
func twice(t *testing.T, r *apart, do func(*story), then func(*story)) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		first := begin(t, agent.Options{Runtime: r, StateDir: dir})
		do(first)
		time.Sleep(time.Second)
		first.stop()
		then(begin(t, agent.Options{Runtime: r, StateDir: dir}))
	})
}

func TestTheNetworkIsUpForANewAgent(t *testing.T) {
	r := newApart(t, &runtimetest.Fake{})
	twice(t, r, func(s *story) {
		s.must(s.NetworkDown("no CNI"))
		s.add(web("1"))
	}, func(s *story) {
		s.must(s.Add(web("1")))
		s.after(time.Minute)
		if status, _ := s.Status("1"); status.Phase != corev1.PodRunning {
			t.Errorf("phase %s", status.Phase)
		}
	})
}

func TestAnEvictionIsRemembered(t *testing.T) {
	r := stubborn(t)
	twice(t, r, func(s *story) {
		s.add(web("1"))
		s.must(s.Evict("1", lifecycle.Eviction{Reason: "Evicted", Message: "disk"}))
	}, func(s *story) {
		s.must(s.Add(web("1")))
		s.after(5 * time.Minute)
		if status, _ := s.Status("1"); status.Phase != corev1.PodFailed || status.Reason != "Evicted" || len(r.of("app")) != 1 {
			t.Errorf("phase %s, reason %q, %d starts", status.Phase, status.Reason, len(r.of("app")))
		}
	})
}

func TestARemovalKeepsItsGracePeriod(t *testing.T) {
	r := stubborn(t)
	twice(t, r, func(s *story) {
		s.add(web("1"))
		s.must(s.Remove("1"))
	}, func(s *story) {
		s.after(20 * time.Second)
		if len(r.Running()) != 1 {
			t.Error("the container was killed within its grace period of 30 s")
		}
		s.after(time.Minute)
		if len(r.Running()) != 0 {
			t.Error("the container outlives its grace period")
		}
	})
}

func TestTheManifestThatIsAddedLastCounts(t *testing.T) {
	r := newApart(t, &runtimetest.Fake{Sandbox: func(agent.SandboxConfig) runtimetest.SandboxPlan {
		return runtimetest.SandboxPlan{Takes: 10 * time.Second}
	}})
	twice(t, r, func(s *story) {
		s.add(web("1"))
		s.must(s.Update(web("1", func(p *corev1.Pod) { p.Spec.Containers[0].Image = "app:2" })))
	}, func(s *story) {
		s.must(s.Add(web("1")))
		s.after(time.Minute)
		status, _ := s.Status("1")
		if image := status.ContainerStatuses[0].Image; image != "app:1" || s.Pods()[0].Spec.Containers[0].Image != "app:1" {
			t.Errorf("image %s runs, %s is shown", image, s.Pods()[0].Spec.Containers[0].Image)
		}
	})
}

func TestARestoredPodIsNotAnother(t *testing.T) {
	r := stubborn(t)
	twice(t, r, func(s *story) {
		s.add(web("1"))
		s.add(web("2", func(p *corev1.Pod) { p.Name = "leaving" }))
		s.must(s.Remove("2"))
	}, func(s *story) {
		for _, pod := range []*corev1.Pod{
			web("1", func(p *corev1.Pod) { p.Name = "other" }),
			web("2", func(p *corev1.Pod) { p.Name = "leaving" }), // it is on its way out
		} {
			if err := s.Add(pod); err == nil || !strings.Contains(err.Error(), "there is a pod with UID") {
				t.Errorf("%s: %v", pod.Name, err)
			}
		}
		s.after(10 * time.Minute)
	})
}

func TestOrphansDoNotDelayTheRest(t *testing.T) {
	r := stubborn(t)
	synctest.Test(t, func(t *testing.T) {
		first := begin(t, agent.Options{Runtime: r, StateDir: t.TempDir()})
		for _, id := range []types.UID{"a", "b", "c", "d", "e", "f", "g", "h"} {
			first.add(web(id, func(p *corev1.Pod) { p.Name = string(id) }))
		}
		first.stop()
		p := &prober{now: time.Now}
		began := time.Now()
		second := begin(t, agent.Options{Runtime: r, StateDir: t.TempDir(), Prober: p})
		second.must(second.Add(web("1", liveness)))
		second.after(time.Minute)
		if len(p.asked) == 0 || p.asked[0].Sub(began) > 2*time.Second || len(r.Running()) != 1 {
			t.Errorf("first probes %v after %v, running %v", p.asked[:min(3, len(p.asked))], began, r.Running())
		}
	})
}

// slowStop is a runtime whose stops return a second after their context has
// ended.
type slowStop struct{ *runtimetest.Fake }

func (s slowStop) StopContainer(ctx context.Context, _ string, _ time.Duration) error {
	<-ctx.Done()
	time.Sleep(time.Second)
	return ctx.Err()
}

func TestTheStateDirectoryIsKeptUntilTheLastCallHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := begin(t, agent.Options{Runtime: slowStop{&runtimetest.Fake{}}, StateDir: dir})
		s.add(web("1"))
		s.must(s.Delete("1", nil))
		s.after(time.Second)
		ended := make(chan struct{})
		go func() {
			s.stop()
			close(ended)
		}()
		time.Sleep(100 * time.Millisecond)
		lock := flock.New(filepath.Join(dir, "lock"))
		if ok, err := lock.TryLock(); ok || err != nil {
			t.Errorf("the lock is free while a call is under way: %v, %v", ok, err)
		}
		<-ended
		if ok, err := lock.TryLock(); !ok || err != nil {
			t.Errorf("the lock is not free after Run: %v, %v", ok, err)
		}
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
}

func TestPodsShowsWhatTheMachineHasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1", liveness))
		s.must(s.Update(web("1", liveness, func(p *corev1.Pod) { p.Spec.Containers[0].LivenessProbe.PeriodSeconds = 7 })))
		s.after(time.Second)
		if got := s.Pods()[0].Spec.Containers[0].LivenessProbe.PeriodSeconds; got != 1 {
			t.Errorf("a period of %d s is shown; a probe is never changed (P24)", got)
		}
	})
}

func TestP55AnAdoptedPodStaysReady(t *testing.T) {
	pod := func() *corev1.Pod {
		return web("1", liveness, func(p *corev1.Pod) {
			c := &p.Spec.Containers[0]
			c.StartupProbe, c.ReadinessProbe = c.LivenessProbe.DeepCopy(), c.LivenessProbe.DeepCopy()
		})
	}
	for _, standalone := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			o := agent.Options{Runtime: newApart(t, &runtimetest.Fake{}), StateDir: t.TempDir(), Config: lifecycle.Config{Standalone: standalone}}
			first := begin(t, o)
			first.must(first.Add(pod()))
			first.after(time.Minute)
			first.stop()
			second := begin(t, o)
			second.must(second.Add(pod()))
			second.after(time.Minute)
			shown := 0
			for _, r := range second.records {
				if r.State != nil {
					shown++
					if r.State.Ready != "1/1" {
						t.Errorf("standalone %v: %s", standalone, r.Text())
					}
				}
			}
			if shown == 0 {
				t.Error("no status")
			}
		})
	}
}
