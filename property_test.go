package podclock_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// Random but legal pods with random scripts. Times are drawn from a coarse
// grid as often as not, so that things happen at the same instants.

func drawTime(t *rapid.T, most int, what string) time.Duration {
	d := time.Duration(rapid.IntRange(0, most).Draw(t, what)) * time.Second
	if rapid.Bool().Draw(t, what+" uneven") {
		d += time.Duration(rapid.IntRange(1, 999).Draw(t, what+" ms")) * time.Millisecond
	}
	return d
}

func drawProbe(t *rapid.T, kind string) *corev1.Probe {
	if !rapid.Bool().Draw(t, "has "+kind) {
		return nil
	}
	p := &corev1.Probe{
		InitialDelaySeconds: int32(rapid.IntRange(0, 12).Draw(t, "initialDelay")),
		PeriodSeconds:       int32(rapid.IntRange(1, 10).Draw(t, "period")),
		TimeoutSeconds:      int32(rapid.IntRange(1, 4).Draw(t, "timeout")),
		FailureThreshold:    int32(rapid.IntRange(1, 5).Draw(t, "failureThreshold")),
	}
	if kind == "readiness" {
		p.SuccessThreshold = int32(rapid.IntRange(1, 4).Draw(t, "successThreshold"))
	}
	switch rapid.IntRange(0, 3).Draw(t, "handler") {
	case 0:
		p.Exec = &corev1.ExecAction{Command: []string{"check", kind}}
	case 1:
		p.HTTPGet = &corev1.HTTPGetAction{Path: "/" + kind, Port: intstr.FromInt32(8080)}
	case 2:
		p.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}
	case 3:
		p.GRPC = &corev1.GRPCAction{Port: 8080}
	}
	return p
}

func drawSteps(t *rapid.T, has bool) podclock.Steps {
	if !has {
		return nil
	}
	replies := []podclock.Reply{
		podclock.OK(), podclock.OK(), podclock.Fail("bad"), podclock.Hang(), podclock.Refused(), podclock.Error("no runtime"),
		podclock.OK().After(300 * time.Millisecond), podclock.OK().After(3 * time.Second), podclock.HTTP(302, "elsewhere"),
		podclock.Serving("NOT_SERVING"), podclock.Stall(),
	}
	var steps podclock.Steps
	var from time.Duration
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		steps = append(steps, podclock.Step{From: from, Reply: rapid.SampledFrom(replies).Draw(t, "reply")})
		from += drawTime(t, 40, "next step") + time.Millisecond
	}
	return steps
}

func drawRun(t *rapid.T, c *corev1.Container, init bool) podclock.ScriptRun {
	r := podclock.ScriptRun{
		Startup: drawSteps(t, c.StartupProbe != nil), Readiness: drawSteps(t, c.ReadinessProbe != nil),
		Liveness: drawSteps(t, c.LivenessProbe != nil),
		PreStop:  drawSteps(t, c.Lifecycle != nil),
	}
	if rapid.Bool().Draw(t, "delays") {
		r.CreateDelay, r.StartDelay = drawTime(t, 1, "create"), drawTime(t, 3, "start")
	}
	if init || rapid.Bool().Draw(t, "exits") {
		r.Exit = &podclock.Exit{After: drawTime(t, 60, "exit"), Code: int32(rapid.IntRange(0, 2).Draw(t, "code"))}
	} else if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
		r.StartError = "no such file"
	}
	if rapid.Bool().Draw(t, "term") {
		r.Term = &podclock.Term{Ignore: rapid.Bool().Draw(t, "ignore")}
		if !r.Term.Ignore {
			r.Term.After = drawTime(t, 8, "reaction")
		}
	}
	return r
}

func drawContainer(t *rapid.T, name string, probes bool) corev1.Container {
	c := corev1.Container{Name: name, Image: rapid.SampledFrom([]string{"app:v1", "big:v1", "bad:v1", "app"}).Draw(t, "image")}
	if probes {
		c.StartupProbe, c.ReadinessProbe, c.LivenessProbe = drawProbe(t, "startup"), drawProbe(t, "readiness"), drawProbe(t, "liveness")
		if rapid.Bool().Draw(t, "hook") {
			c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"bye"}}}}
		}
	}
	return c
}

func drawOptions(t *rapid.T) podclock.Options {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}}
	kubelet := rapid.Bool().Draw(t, "kubelet timing")
	pod.Spec.RestartPolicy = rapid.SampledFrom([]corev1.RestartPolicy{"Always", "OnFailure", "Never"}).Draw(t, "policy")
	if rapid.IntRange(0, 3).Draw(t, "active deadline") == 0 {
		deadline := int64(rapid.IntRange(1, 200).Draw(t, "deadline"))
		pod.Spec.ActiveDeadlineSeconds = &deadline
	}
	grace := int64(rapid.IntRange(0, 15).Draw(t, "grace"))
	pod.Spec.TerminationGracePeriodSeconds = &grace
	apps := map[string]podclock.App{}
	script := func(c *corev1.Container, init bool) {
		var s podclock.Script
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			s = append(s, drawRun(t, c, init))
		}
		apps[c.Name] = s
	}
	for i := range rapid.IntRange(1, 2).Draw(t, "containers") {
		pod.Spec.Containers = append(pod.Spec.Containers, drawContainer(t, fmt.Sprintf("c%d", i), true))
		script(&pod.Spec.Containers[i], false)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "inits") {
		sidecar := rapid.Bool().Draw(t, "sidecar")
		c := drawContainer(t, fmt.Sprintf("i%d", i), sidecar)
		if sidecar {
			always := corev1.ContainerRestartPolicyAlways
			c.RestartPolicy = &always
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
		script(&pod.Spec.InitContainers[i], !sidecar)
	}
	o := podclock.Options{
		Pods: []podclock.Pod{{Manifest: pod, Apps: apps, Replicas: rapid.IntRange(1, 2).Draw(t, "replicas")}},
		Images: map[string]podclock.Image{
			"big:v1": {Pulls: []podclock.Pull{{Takes: 7 * time.Second}}},
			"bad:v1": {Pulls: []podclock.Pull{{Takes: time.Second, Error: "not found"}, {Takes: time.Second}}},
		},
		Seed: rapid.Uint64().Draw(t, "seed"),
		For:  5 * time.Minute,
	}
	if kubelet {
		o.Timing = podclock.KubeletTiming
	}
	o.Facts = drawFacts(t)
	return o
}

func drawFacts(t *rapid.T) []podclock.TimedFact {
	facts := []podclock.Fact{
		podclock.Delete{}, podclock.Evict{}, podclock.Shutdown{}, podclock.KillSandbox{}, podclock.Crash{Code: 3}, podclock.LoseContainer{}, podclock.HangApp{Container: "c0"}, podclock.RecoverApp{Container: "c0"},
		podclock.Outage{Name: "the database", For: 45 * time.Second}, podclock.RestartKubelet{},
		podclock.SpoilImage{Image: "app:v1", Error: "gone"},
	}
	var timed []podclock.TimedFact
	for range rapid.IntRange(0, 2).Draw(t, "facts") {
		timed = append(timed, podclock.TimedFact{At: drawTime(t, 240, "fact at"), Fact: rapid.SampledFrom(facts).Draw(t, "fact")})
	}
	return timed
}

// play runs the options and returns everything visible as text.
func play(t *rapid.T, o podclock.Options) string {
	result, err := podclock.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return printed(t, result.Timeline)
}

// printed returns everything visible of a timeline, one line for each record.
func printed(t *rapid.T, tl *timeline.Timeline) string {
	var b strings.Builder
	for _, r := range tl.Records() {
		last := r.At
		if !r.Last.IsZero() {
			last = r.Last
		}
		fmt.Fprintf(&b, "%s..%s x%d %s %s %s %s %d-%d", timeline.Offset(tl.Start(), r.At), timeline.Offset(tl.Start(), last),
			r.Count, r.Pod, r.Container, r.Kind, r.Text(), r.From, r.N)
		if r.State != nil {
			status, err := json.Marshal(r.State)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, " %s", status)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// firstDifference returns the first lines that differ.
func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		if la[i] != lb[i] {
			from := max(0, i-12)
			return fmt.Sprintf("line %d:\n%s\n--- but\n%s", i, strings.Join(la[from:min(i+12, len(la))], "\n"), strings.Join(lb[from:min(i+12, len(lb))], "\n"))
		}
	}
	return fmt.Sprintf("%d and %d lines", len(la), len(lb))
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		if a, b := play(t, o), play(t, o); a != b {
			t.Fatal(firstDifference(a, b))
		}
	})
}

func TestLeapingAndPlayingEveryProbeGiveTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		leaping := play(t, o)
		o.NoLeap = true
		if every := play(t, o); leaping != every {
			t.Fatalf("leaping and not, %s", firstDifference(leaping, every))
		}
	})
}

func TestRunningInPiecesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		whole := play(t, o)
		s, err := podclock.New(o)
		if err != nil {
			t.Fatal(err)
		}
		for s.Elapsed() < o.For {
			if err := s.RunFor(min(drawTime(t, 60, "piece")+1, o.For-s.Elapsed())); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "go on with the copy") {
				s = s.Clone()
			}
		}
		if pieces := printed(t, s.Timeline()); whole != pieces {
			t.Fatalf("whole and in pieces, %s", firstDifference(whole, pieces))
		}
	})
}

// recorded is what a pod's machine was given at an instant, and what it returned.
type recorded struct {
	at      time.Time
	events  []lifecycle.Event
	actions []string
}

func TestReplayingTheEventsGivesTheSameActionsAndWakesChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		o.Timing, o.NoLeap = nil, true
		logs := map[string][]*recorded{}
		o.Tap = func(tap podclock.Tap) {
			if tap.Action == nil {
				logs[tap.Pod] = append(logs[tap.Pod], &recorded{at: tap.At, events: slices.Clone(tap.Events)})
				return
			}
			last := logs[tap.Pod][len(logs[tap.Pod])-1]
			last.actions = append(last.actions, fmt.Sprintf("%+v", *tap.Action))
		}
		s, err := podclock.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RunFor(o.For); err != nil {
			t.Fatal(err)
		}
		for _, name := range s.Pods() {
			replay(t, o, name, logs[name])
		}
	})
}

// replay gives a new machine the recorded events, with a wake after each.
func replay(t *rapid.T, o podclock.Options, name string, log []*recorded) {
	namespace, pod, _ := strings.Cut(name, "/")
	manifest := o.Pods[0].Manifest.DeepCopy()
	manifest.Namespace = namespace
	template, err := lifecycle.Compile(manifest, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	uid := "00000000-0000-4000-8000-000000000001"
	if pod == "p-1" {
		uid = "00000000-0000-4000-8000-000000000002"
	}
	m := lifecycle.New(template, lifecycle.Identity{Namespace: namespace, Name: pod, UID: types.UID(uid)}, nil, log[0].at)
	for i, r := range log {
		var actions []string
		for _, a := range m.Step(r.at, r.events...) {
			actions = append(actions, fmt.Sprintf("%+v", a))
		}
		if !slices.Equal(actions, r.actions) {
			t.Fatalf("pod %s, step %d %v: actions\n%s\nbut recorded\n%s", name, i, r.events, strings.Join(actions, "\n"), strings.Join(r.actions, "\n"))
		}
		if wake := m.Step(r.at); len(wake) > 0 {
			t.Fatalf("pod %s, step %d %v: a spurious wake made it %+v", name, i, r.events, wake)
		}
		if at, ok := m.Deadline(); ok && !at.After(r.at) {
			t.Fatalf("pod %s, step %d %v: deadline %v is not after %v", name, i, r.events, at, r.at)
		}
	}
}

// watch checks what must be true of one pod after every step.
type watch struct {
	lost     map[uint64]bool // instances whose process is gone
	running  map[int]uint64  // by container: the running instance
	restarts map[string]int32
	// startup says, by container, that its startup probe has a result. Until the next sync
	// that result also goes into the status of an instance that has ended in the meantime
	// (P74).
	startup map[string]bool
	// last is the kubelet's own status. reported is what it sent to the API.
	last, reported *corev1.PodStatus
}

func (w *watch) event(ev *lifecycle.Event) string {
	switch {
	case ev.Type == lifecycle.KubeletRestarted: // the new process knows what was sent to the API (S25)
		w.last, w.restarts = w.reported, map[string]int32{}
		if w.last != nil {
			return w.status(w.last)
		}
	case ev.Type == lifecycle.ContainerStarted && ev.Err == "":
		if other, runs := w.running[ev.Container]; runs {
			return fmt.Sprintf("container %d: instance %d starts while %d runs", ev.Container, ev.Instance, other)
		}
		w.running[ev.Container] = ev.Instance
	case ev.Type == lifecycle.ContainerUnknown: // its process is gone, and its end is reported later
		w.lost[ev.Instance] = true
		delete(w.running, ev.Container)
	case ev.Type == lifecycle.ContainerExited && w.lost[ev.Instance]:
	case ev.Type == lifecycle.ContainerExited:
		if w.running[ev.Container] != ev.Instance {
			return fmt.Sprintf("container %d: instance %d ends and does not run", ev.Container, ev.Instance)
		}
		delete(w.running, ev.Container)
	}
	return ""
}

// report checks what is sent to the API. A restart of the kubelet is no excuse.
func (w *watch) report(s *corev1.PodStatus) string {
	old := w.reported
	w.reported = s
	if terminal(s.Phase) && len(w.running) > 0 { // all containers must have stopped (S25)
		return fmt.Sprintf("the reported phase is %s while %d containers run", s.Phase, len(w.running))
	}
	if old == nil {
		return ""
	}
	if terminal(old.Phase) && !terminal(s.Phase) { // a pod never leaves a terminal phase (S23)
		return fmt.Sprintf("the reported phase leaves %s for %s", old.Phase, s.Phase)
	}
	for i := range min(len(old.ContainerStatuses), len(s.ContainerStatuses)) {
		if was, is := &old.ContainerStatuses[i], &s.ContainerStatuses[i]; is.RestartCount < was.RestartCount { // it never decreases (C16)
			return fmt.Sprintf("container %s: the reported restart count falls from %d to %d", is.Name, was.RestartCount, is.RestartCount)
		}
	}
	return ""
}

func terminal(p corev1.PodPhase) bool { return p == corev1.PodSucceeded || p == corev1.PodFailed }

// containerName returns the name of the container at an index of the machine: regular
// containers come first, then init containers.
func containerName(pod *corev1.Pod, index int) string {
	return slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers)[index].Name
}

func (w *watch) status(s *corev1.PodStatus) string {
	for _, list := range [][]corev1.ContainerStatus{s.ContainerStatuses, s.InitContainerStatuses} {
		for i := range list {
			c := &list[i]
			if c.RestartCount < w.restarts[c.Name] {
				return fmt.Sprintf("container %s: the restart count falls from %d to %d", c.Name, w.restarts[c.Name], c.RestartCount)
			}
			w.restarts[c.Name] = c.RestartCount
			// A container that is not known to have ended keeps what the previous sync said.
			unknown := c.State.Terminated != nil && c.State.Terminated.Reason == "ContainerStatusUnknown"
			if !w.startup[c.Name] && c.State.Running == nil && !unknown && c.Started != nil && *c.Started {
				return fmt.Sprintf("container %s is started and does not run", c.Name)
			}
		}
	}
	if w.last != nil && terminal(w.last.Phase) && !terminal(s.Phase) { // a pod never leaves a terminal phase (S23)
		return fmt.Sprintf("the phase leaves %s for %s", w.last.Phase, s.Phase)
	}
	w.last = s
	if ready := conditionOf(s, corev1.PodReady); ready == corev1.ConditionTrue {
		if conditionOf(s, corev1.ContainersReady) != corev1.ConditionTrue {
			return "the pod is Ready and its containers are not"
		}
		if s.Phase == corev1.PodPending {
			return "the pod is Ready and Pending"
		}
	}
	return ""
}

func conditionOf(s *corev1.PodStatus, t corev1.PodConditionType) corev1.ConditionStatus {
	for i := range s.Conditions {
		if s.Conditions[i].Type == t {
			return s.Conditions[i].Status
		}
	}
	return ""
}

func TestInvariantsHoldAfterEveryStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		pods := map[string]*watch{}
		o.Tap = func(tap podclock.Tap) {
			w := pods[tap.Pod]
			if w == nil {
				w = &watch{running: map[int]uint64{}, lost: map[uint64]bool{}, restarts: map[string]int32{}, startup: map[string]bool{}}
				pods[tap.Pod] = w
			}
			wrong := ""
			switch {
			case tap.Action == nil:
				for i := range tap.Events {
					wrong = cmp.Or(wrong, w.event(&tap.Events[i]))
				}
			case tap.Action.Type == lifecycle.ProbeResultSet && tap.Action.Probe == probe.Startup:
				w.startup[containerName(o.Pods[0].Manifest, tap.Action.Container)] = true
			case tap.Action.Type == lifecycle.Synced:
				clear(w.startup)
			case tap.Action.Type == lifecycle.StatusChanged:
				wrong = cmp.Or(w.report(tap.Action.Reported), w.status(tap.Action.Status))
			}
			if wrong != "" {
				t.Fatalf("%s: pod %s: %s", timeline.Offset(podclock.Epoch, tap.At), tap.Pod, wrong)
			}
		}
		play(t, o)
	})
}
