package agent_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// latency is the duration of each call of the runtime.
const latency = 10 * time.Millisecond

// trio is a pod with an init container, a container that is well, and one that
// crashes 3 s after each start.
func trio() *corev1.Pod {
	return web("1", liveness, func(pod *corev1.Pod) {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "crash", Image: "crash:1"})
		pod.Spec.InitContainers = []corev1.Container{{Name: "setup", Image: "setup:1"}}
	})
}

func trioRuntime(t *testing.T) *apart {
	return newApart(t, &runtimetest.Fake{
		Sandbox: func(agent.SandboxConfig) runtimetest.SandboxPlan {
			return runtimetest.SandboxPlan{Takes: latency, StopTakes: latency}
		},
		Program: func(c agent.ContainerConfig) runtimetest.Program {
			p := runtimetest.Program{CreateTakes: latency, StartTakes: latency, RemoveTakes: latency}
			switch c.Spec.Name {
			case "setup":
				p.Exit = &runtimetest.Exit{After: 5 * latency}
			case "crash":
				p.Exit = &runtimetest.Exit{After: 3 * time.Second, Code: 1}
			}
			return p
		},
	})
}

// killedAt kills an agent some time after its start, leaves the runtime alone
// for a while, and starts another agent.
func killedAt(t *testing.T, kill, down time.Duration) {
	r, dir := trioRuntime(t), t.TempDir()
	first := begin(t, agent.Options{Runtime: r, StateDir: dir})
	first.must(first.Add(trio()))
	time.Sleep(kill)
	first.stop()
	before, _ := first.Status("1")
	time.Sleep(down)
	began := time.Now()
	second := begin(t, agent.Options{Runtime: r, StateDir: dir})
	second.must(second.Add(trio()))
	time.Sleep(150 * time.Second)
	synctest.Wait()

	status, ok := second.Status("1")
	if !ok || status.Phase != corev1.PodRunning || len(status.ContainerStatuses) != 2 {
		t.Fatalf("in the end: %v, %+v", ok, status)
	}
	for _, was := range before.ContainerStatuses {
		if is := containerOf(status, was.Name); is.RestartCount < was.RestartCount {
			t.Errorf("the restart count of %s falls from %d to %d", was.Name, was.RestartCount, is.RestartCount)
		}
	}
	if app := containerOf(status, "app"); !app.Ready || app.RestartCount > 1 || len(r.of("app")) != 1 {
		t.Errorf("app: ready %v, restart count %d, started at %v", app.Ready, app.RestartCount, r.of("app"))
	}
	if n := len(r.of("setup")); n != 1 {
		t.Errorf("setup was started %d times", n)
	}
	checkBackoff(t, r.of("crash"), began)
	leave(t, second, r, dir)
}

func containerOf(s corev1.PodStatus, name string) corev1.ContainerStatus {
	for _, c := range s.ContainerStatuses {
		if c.Name == name {
			return c
		}
	}
	return corev1.ContainerStatus{}
}

// checkBackoff checks the wait after each crash: 0, 10, 20, 40 s and so on,
// times the jitter of R33. It is one step further if the restart of the agent
// has cut a start short. An end before began, while there was no agent, may
// have waited longer.
func checkBackoff(t *testing.T, starts []start, began time.Time) {
	t.Helper()
	fits := func(first time.Duration) bool {
		for i := 2; i < len(starts); i++ {
			end := starts[i-1].at.Add(3 * time.Second)
			wait, want := starts[i].at.Sub(end), first<<(i-2)
			if wait < want || wait > want*3/2+time.Second && end.After(began) {
				return false
			}
		}
		return len(starts) >= 4
	}
	if !fits(10*time.Second) && !fits(20*time.Second) {
		t.Errorf("no back-off fits the starts %v", starts)
	}
}

// leave deletes the pod, and checks that nothing of it is left.
func leave(t *testing.T, s *story, r *apart, dir string) {
	t.Helper()
	s.must(s.Delete("1", nil))
	time.Sleep(5 * time.Minute) // collections, and what came late
	synctest.Wait()
	have, err := r.List(t.Context())
	if err != nil || len(have.Containers)+len(have.Sandboxes) > 0 {
		t.Errorf("the runtime still has %+v, %v", have, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json*"))
	if err != nil || len(files) > 0 || len(s.Pods()) > 0 {
		t.Errorf("%d pods and the files %v are left, %v", len(s.Pods()), files, err)
	}
	s.stop()
}

func TestAnAgentThatIsKilledAtAnyMomentGoesOn(t *testing.T) {
	var moments []time.Duration
	for at := time.Duration(1); at < 20*latency; at += latency * 3 / 4 {
		moments = append(moments, at)
	}
	moments = append(moments, 3*time.Second, 3250*time.Millisecond, 10*time.Second, 25*time.Second, time.Minute)
	for _, down := range []time.Duration{0, 30 * time.Second} {
		for _, at := range moments {
			t.Run(fmt.Sprintf("%v, down for %v", at, down), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { killedAt(t, at, down) })
			})
		}
	}
}

func TestAPodWhoseSourceIsGoneIsToldToTheNewAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, dir := trioRuntime(t), t.TempDir()
		first := begin(t, agent.Options{Runtime: r, StateDir: dir})
		first.add(trio())
		time.Sleep(time.Second)
		first.stop()
		second := begin(t, agent.Options{Runtime: r, StateDir: dir})
		if pods := second.Pods(); len(pods) != 1 || pods[0].UID != "1" || pods[0].Status.Phase != corev1.PodRunning {
			t.Fatalf("the new agent has %+v", pods)
		}
		second.must(second.Remove("1"))
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if len(second.Pods()) > 0 || len(r.Running()) > 0 {
			t.Errorf("%d pods and the containers %v are left", len(second.Pods()), r.Running())
		}
	})
}

func TestADeletionIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, dir := newApart(t, &runtimetest.Fake{Program: func(agent.ContainerConfig) runtimetest.Program {
			return runtimetest.Program{Stop: func() *runtimetest.Exit { return nil }}
		}}), t.TempDir()
		first := begin(t, agent.Options{Runtime: r, StateDir: dir})
		first.add(web("1"))
		first.must(first.Delete("1", nil))
		time.Sleep(time.Second)
		first.stop()
		second := begin(t, agent.Options{Runtime: r, StateDir: dir})
		if pods := second.Pods(); len(pods) != 1 || pods[0].DeletionTimestamp == nil {
			t.Fatalf("the new agent has %+v", pods)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(second.Pods()) > 0 || len(r.Running()) > 0 {
			t.Errorf("%d pods and the containers %v are left", len(second.Pods()), r.Running())
		}
	})
}

func TestAnImageThatChangedWhileTheAgentWasAwayRestartsTheContainer(t *testing.T) { // C50, P24
	synctest.Test(t, func(t *testing.T) {
		r, dir := newApart(t, &runtimetest.Fake{}), t.TempDir()
		first := begin(t, agent.Options{Runtime: r, StateDir: dir})
		first.add(web("1"))
		first.stop()
		second := begin(t, agent.Options{Runtime: r, StateDir: dir})
		second.add(web("1", func(p *corev1.Pod) { p.Spec.Containers[0].Image = "app:2" }))
		second.after(time.Minute)
		second.restarts("1", 1)
		if got := second.status("1").ContainerStatuses[0].Image; got != "app:2" || len(r.of("app")) != 2 {
			t.Errorf("it runs with the image %s, started at %v", got, r.of("app"))
		}
		if second.told("spec.containers{app} Killing: Container app definition changed, will be restarted") != 1 {
			t.Errorf("events %q", second.events)
		}
		leave(t, second, r, dir)
	})
}

func TestWhatAKilledAgentWasWritingIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		cutOff := filepath.Join(dir, "1.pod.json.new")
		if err := os.WriteFile(cutOff, []byte(`{"version":`), 0o600); err != nil {
			t.Fatal(err)
		}
		s := begin(t, agent.Options{Runtime: &runtimetest.Fake{}, StateDir: dir})
		synctest.Wait()
		if _, err := os.Stat(cutOff); !os.IsNotExist(err) || len(s.Pods()) > 0 {
			t.Errorf("%d pods, %v", len(s.Pods()), err)
		}
	})
}

func TestAStateDirectoryHasOneAgentAndIsADirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		begin(t, agent.Options{Runtime: &runtimetest.Fake{}, StateDir: dir})
		_, err := agent.New(agent.Options{Runtime: &runtimetest.Fake{}, StateDir: dir})
		if err == nil || !strings.Contains(err.Error(), "somebody else has it") {
			t.Errorf("two agents with one directory: %v", err)
		}
	})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.New(agent.Options{Runtime: &runtimetest.Fake{}, StateDir: file}); err == nil {
		t.Error("a file is no state directory")
	}
}
