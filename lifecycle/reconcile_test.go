package lifecycle_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/restart"
)

// killed is the shell after the process that held its machine was killed, at
// now: a machine restored from a snapshot, and told so and what it missed.
func (s *shell) killed(now time.Time, keepMemory bool, missed ...lifecycle.Event) {
	s.t.Helper()
	data, err := s.pod.Snapshot()
	if err != nil {
		s.t.Fatal(err)
	}
	if s.pod, err = lifecycle.Restore(data, lifecycle.Config{}, s.timing); err != nil {
		s.t.Fatal(err)
	}
	s.now, s.log = now, nil
	restarted := lifecycle.Event{Type: lifecycle.KubeletRestarted, KeepMemory: keepMemory}
	s.give(s.happen(append([]lifecycle.Event{restarted}, missed...)...)...)
}

func TestR19BackoffIsKeptOnlyByAnAgentThatSaysSo(t *testing.T) {
	for _, c := range []struct {
		keep bool
		want string // what the sync after the restart makes of a crash
	}{
		{true, "Warning Back-off restarting failed container app in pod p_ns(u)"},
		{false, ""},
	} {
		s := newShell(t, simplePod(), nil)
		s.give(lifecycle.Event{})
		for range 3 { // the next back-off is 40 s
			s.exit(1)
			s.runUntil(s.now.Add(30 * time.Second))
		}
		s.exit(1)
		before := s.pod.Status().ContainerStatuses[0]
		s.killed(s.now.Add(time.Second), c.keep)
		if got := strings.Join(s.events("BackOff"), "; "); got != c.want {
			t.Errorf("keep %v: BackOff events %q, want %q", c.keep, got, c.want)
		}
		if starts := s.asked(lifecycle.StartContainer); (starts == 0) != c.keep {
			t.Errorf("keep %v: %d starts at once", c.keep, starts)
		}
		after := s.pod.Status().ContainerStatuses[0]
		if w := after.State.Waiting; c.keep && (w == nil || w.Message != "back-off 40s restarting failed container=app pod=p_ns(u)") {
			t.Errorf("with its back-off its state is %+v", after.State)
		}
		s.runUntil(s.now.Add(time.Minute))
		if after := s.pod.Status().ContainerStatuses[0]; after.RestartCount != before.RestartCount+1 || after.State.Running == nil {
			t.Errorf("keep %v: a minute later %+v, want restart %d", c.keep, after, before.RestartCount+1)
		}
		restarted := s.now
		s.exit(1)
		s.runUntil(restarted.Add(11 * time.Second))
		if running := s.pod.Status().ContainerStatuses[0].State.Running != nil; running == c.keep {
			t.Errorf("keep %v: 11 s after the next crash it runs: %v", c.keep, running)
		}
	}
}

func TestR19TheBackoffOfAnImagePullIsKeptToo(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.absent = true
	s.fails[lifecycle.PullImage] = lifecycle.Event{Err: "no such image"}
	s.give(lifecycle.Event{})
	s.killed(s.now.Add(time.Second), true)
	if n := s.asked(lifecycle.PullImage); n != 0 {
		t.Errorf("%d pulls within the back-off", n)
	}
	w := s.pod.Status().ContainerStatuses[0].State.Waiting
	if w == nil || w.Reason != "ImagePullBackOff" || !strings.HasSuffix(w.Message, "ErrImagePull: no such image") {
		t.Errorf("waiting: %+v", w)
	}
}

// A deadline that has passed is looked at only once a status is stored: until then
// the new process would know nothing of the end.
func TestS25AnEndThatWasNotReportedIsKeptOnlyByAnAgentThatSaysSo(t *testing.T) {
	for _, keep := range []bool{true, false} {
		pod := simplePod()
		pod.Spec.ActiveDeadlineSeconds = new(int64(10))
		s := newShell(t, pod, nil)
		s.holds[lifecycle.StopContainer] = true
		s.give(lifecycle.Event{})
		s.runUntil(s.now.Add(11 * time.Second))
		if own, sent := s.pod.Status(), s.pod.Object().Status; own.Phase != corev1.PodFailed || sent.Phase != corev1.PodRunning {
			t.Fatalf("past its deadline the pod is %s, reported %s", own.Phase, sent.Phase)
		}
		s.killed(s.now.Add(time.Second), keep)
		var told []corev1.PodPhase
		for _, a := range s.log {
			if a.Type == lifecycle.StatusChanged {
				told = append(told, a.Status.Phase)
			}
		}
		if told = append(told, s.pod.Status().Phase); slices.Contains(told, corev1.PodRunning) == keep {
			t.Errorf("keep %v: the phases %v after the restart", keep, told)
		}
		if s := s.pod.Status(); keep && s.Reason != "DeadlineExceeded" {
			t.Errorf("keep %v: the reason is %q", keep, s.Reason)
		}
	}
}

func probedPod() *corev1.Pod {
	pod := simplePod()
	exec := corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}
	pod.Spec.Containers[0].StartupProbe = &corev1.Probe{ProbeHandler: exec, PeriodSeconds: 10}
	pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: exec, PeriodSeconds: 10}
	return pod
}

func TestP39P55AnAdoptedContainerStaysReadyAndIsProbedAtItsOwnTime(t *testing.T) {
	s := newShell(t, probedPod(), lifecycle.KubeletTiming(rand.New(rand.NewPCG(3, 3))))
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(time.Minute))
	s.holds[lifecycle.RunProbe] = true // so that nothing is known anew
	restarted := s.now.Add(time.Second)
	s.killed(restarted, true)
	var waits []time.Duration
	for end := s.now.Add(15 * time.Second); s.now.Before(end); {
		n := s.asked(lifecycle.RunProbe)
		at, _ := s.pod.Deadline()
		s.runUntil(at)
		if s.asked(lifecycle.RunProbe) > n {
			waits = append(waits, s.now.Sub(restarted))
		}
		if c := s.pod.Status().ContainerStatuses[0]; !c.Ready || c.Started == nil || !*c.Started {
			t.Fatalf("%v after the restart: ready %v, started %v (P55)", s.now.Sub(restarted), c.Ready, c.Started)
		}
	}
	if len(waits) != 1 || waits[0] == 0 || waits[0] > 11*time.Second {
		t.Errorf("probes %v after the restart, want one within a period, not at once (P39)", waits)
	}
	if n := s.asked(lifecycle.CreateContainer); n != 0 {
		t.Errorf("%d containers were created: it runs already", n)
	}
}

func TestOpenRequestsEndAsTheRuntimeSays(t *testing.T) {
	for _, c := range []struct {
		held   lifecycle.ActionType
		open   string // what is open at the kill
		starts int    // CreateContainer after the answer
		lost   bool   // the runtime has nothing of it
	}{
		{lifecycle.RunSandbox, "RunSandbox", 1, false},
		{lifecycle.PullImage, "PullImage", 1, false},
		{lifecycle.CreateContainer, "CreateContainer", 1, false}, // created and not started: made anew, as R6 says
		{lifecycle.CreateContainer, "CreateContainer", 1, true},
		{lifecycle.StartContainer, "StartContainer", 0, false},
		{lifecycle.StartContainer, "StartContainer", 1, true},
		{lifecycle.RunHook, "RunHook postStart", 0, false},
	} {
		pod := simplePod()
		pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"x"}}}}
		s := newShell(t, pod, nil)
		s.absent = c.held == lifecycle.PullImage
		s.holds[c.held] = true
		s.give(lifecycle.Event{})
		s.holds[c.held] = false
		requests := s.pod.OpenRequests()
		name := fmt.Sprintf("%v, lost %v", c.held, c.lost)
		var open []string
		for _, r := range requests {
			what := r.Type.String()
			if r.Hook != 0 {
				what += " " + r.Hook.String()
			}
			open = append(open, what)
		}
		if !slices.Contains(open, c.open) {
			t.Errorf("%s: open are %q, want %q", name, open, c.open)
			continue
		}
		s.killed(s.now.Add(time.Second), true, answersTo(requests, c.lost)...)
		if n := s.asked(lifecycle.CreateContainer); n != c.starts {
			t.Errorf("%s: %d containers were created after the restart, want %d", name, n, c.starts)
		}
		s.runUntil(s.now.Add(30 * time.Second))
		if st := s.pod.Status().ContainerStatuses[0]; st.State.Running == nil {
			t.Errorf("%s: it does not run in the end: %+v", name, st.State)
		}
		if left := s.pod.OpenRequests(); len(left) > 0 {
			t.Errorf("%s: open in the end: %+v", name, left)
		}
	}
}

// answersTo says what came of open requests.
func answersTo(requests []lifecycle.OpenRequest, lost bool) (answers []lifecycle.Event) {
	for _, r := range requests {
		ev := answerTo(&lifecycle.Action{Type: r.Type, Op: r.Op, Container: r.Container, Instance: r.Instance, Attempt: r.Attempt, Hook: r.Hook})
		if lost {
			ev.Err = "the agent was killed"
		}
		answers = append(answers, ev)
	}
	return answers
}

func TestOpenRequestsListProbesUnderWay(t *testing.T) {
	s := newShell(t, probedPod(), nil)
	s.holds[lifecycle.RunProbe] = true
	s.give(lifecycle.Event{})
	s.runUntil(s.now.Add(15 * time.Second))
	want := fmt.Sprintf("RunProbe startup attempt 1 of instance %d, container 0", s.running())
	var got []string
	for _, r := range s.pod.OpenRequests() {
		got = append(got, fmt.Sprintf("%v %v attempt %d of instance %d, container %d", r.Type, r.Probe, r.Attempt, r.Instance, r.Container))
	}
	if len(got) != 1 || got[0] != want {
		t.Errorf("open: %q, want %q", got, want)
	}
	s.killed(s.now.Add(time.Second), true)
	for _, r := range s.pod.OpenRequests() {
		if r.Op == 0 && r.Attempt != 1 {
			t.Errorf("after a restart attempt %d is open", r.Attempt)
		}
	}
}

func TestWhatEndedMeanwhileIsToldByTheRuntimeOfTheMachine(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.exit(1)
	s.runUntil(s.now.Add(time.Second))
	r := s.pod.Runtime()
	if len(r.Sandboxes) != 1 || !r.Sandboxes[0].Ready || len(r.IPs) != 1 {
		t.Errorf("sandboxes %+v, addresses %v", r.Sandboxes, r.IPs)
	}
	newest := r.Instances[0]
	if newest.State != restart.StateRunning || newest.Attempt != 1 || newest.RuntimeID == "" || newest.Container != 0 {
		t.Errorf("newest instance %+v", newest)
	}
	s.killed(s.now.Add(time.Second), true, lifecycle.Event{Type: lifecycle.SandboxDied},
		lifecycle.Event{Type: lifecycle.ContainerExited, Instance: newest.ID, ExitCode: 137})
	s.runUntil(s.now.Add(time.Minute))
	first := func(asks lifecycle.ActionType) int {
		return slices.IndexFunc(s.log, func(a lifecycle.Action) bool { return a.Type == asks })
	}
	if first(lifecycle.CreateContainer) < first(lifecycle.RunSandbox) {
		t.Error("a container was created in the sandbox that is gone")
	}
	if now := s.pod.Runtime(); len(now.Sandboxes) == 0 || now.Sandboxes[0].ID == r.Sandboxes[0].ID || now.Instances[0].State != restart.StateRunning {
		t.Errorf("a minute later %+v", now)
	}
}

func TestAnAnswerOfTheWrongTypeLeavesTheRequestOpen(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.holds[lifecycle.RunSandbox] = true
	s.give(lifecycle.Event{})
	op := s.pod.OpenRequests()[0].Op
	out := s.pod.Step(s.now, lifecycle.Event{Type: lifecycle.SandboxStopped, Op: op})
	if len(out) != 1 || out[0].Type != lifecycle.DroppedEvent {
		t.Errorf("the wrong answer leads to %+v", out)
	}
	s.give(lifecycle.Event{Type: lifecycle.SandboxStarted, Op: op, IP: "10.0.0.1"})
	if st := s.pod.Status().ContainerStatuses[0]; st.State.Running == nil {
		t.Errorf("after the right one %+v", st.State)
	}
}
