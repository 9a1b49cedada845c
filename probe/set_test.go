package probe

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func execProbe() *corev1.Probe {
	p := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	SetDefaults(p)
	return p
}

func allProbes() *corev1.Container {
	return &corev1.Container{StartupProbe: execProbe(), ReadinessProbe: execProbe(), LivenessProbe: execProbe()}
}

// crew is a set of a sidecar (index 0) and two regular containers (1 and 2). Each has all
// three probes. They are given in the order of their indices.
type crew struct {
	Set
	views [3]View
}

func newCrew(o SetOptions) *crew {
	c := &crew{Set: NewSet(NewLayout([]Container{
		{Spec: allProbes(), Index: 0, Sidecar: true},
		{Spec: allProbes(), Index: 1},
		{Spec: allProbes(), Index: 2},
	}), o)}
	for i := range c.views {
		c.views[i] = View{Known: true, Instance: uint64(i + 1), Running: true, StartedAt: start, Started: true, MayRestart: true, Sidecar: i == 0}
	}
	return c
}

// vacate removes the instances from the view, so that passes skip and workers idle.
func (c *crew) vacate() *crew {
	for i := range c.views {
		c.views[i] = View{Known: true}
	}
	return c
}

// alive lists the workers that have not ended, in the order of the set.
func (c *crew) alive() []string {
	var out []string
	for i := range c.workers {
		if c.lives(i) {
			out = append(out, fmt.Sprintf("%d %v", c.workers[i].container, c.workers[i].kind))
		}
	}
	return out
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n\t%q\nwant\n\t%q", what, got, want)
	}
}

func TestP31RegularContainersComeBeforeSidecars(t *testing.T) {
	c := newCrew(SetOptions{})
	wantList(t, "before creation", c.alive())
	c.Create(start, nil)
	wantList(t, "created", c.alive(),
		"1 startup", "1 readiness", "1 liveness", "2 startup", "2 readiness", "2 liveness",
		"0 startup", "0 readiness", "0 liveness")
}

func TestStepsComeInTheOrderOfTheSet(t *testing.T) {
	c := newCrew(SetOptions{})
	c.Create(start, nil)
	var order []string
	for _, a := range c.Step(start, c.views[:], nil) {
		if name := fmt.Sprintf("%d %v", a.Container, a.Probe); !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	wantList(t, "order", order, c.alive()...)
}

func TestP32CreationStopsAtTheFirstWorkerThatExists(t *testing.T) {
	for _, all := range []bool{false, true} {
		c := newCrew(SetOptions{Quirks: Quirks{CreateAll: all}}).vacate()
		c.Create(start, nil)
		for i := range c.workers {
			if w := &c.workers[i]; w.container == 1 && w.kind == Startup || w.container == 2 && w.kind == Liveness {
				w.Stop(start)
			}
		}
		c.Step(start, c.views[:], nil)
		c.Create(start.Add(time.Second), nil)
		if !c.Exists(1, Startup) {
			t.Errorf("CreateAll %v: the first missing worker was not created", all)
		}
		if c.Exists(2, Liveness) != all {
			t.Errorf("CreateAll %v: liveness of container 2, behind one that exists: %v", all, !all)
		}
	}
}

func TestP34AWorkerThatEndedIsCreatedAgainOnANewGrid(t *testing.T) {
	c := newCrew(SetOptions{}).vacate()
	c.Create(start, nil)
	c.StopAll(start)
	ended := c.Step(start, c.views[:], nil)
	if len(c.alive()) != 0 {
		t.Fatalf("alive after StopAll: %q", c.alive())
	}
	if a := ended[len(ended)-1]; a.Kind != ActionEnded || a.End != EndStopped {
		t.Errorf("last action %v, want the end", a)
	}
	c.Create(start.Add(7*time.Second), nil)
	c.Step(start.Add(7*time.Second), c.views[:], nil)
	c.views = newCrew(SetOptions{}).views
	c.Changed(start.Add(8*time.Second), c.views[:], nil)
	if d, ok := c.Deadline(); !ok || !d.Equal(start.Add(17*time.Second)) {
		t.Errorf("next tick at %v (%v), want 17s", d.Sub(start), ok)
	}
}

func TestALateAnswerToAnEndedWorkerIsDropped(t *testing.T) {
	c := newCrew(SetOptions{})
	c.Create(start, nil)
	c.Step(start, c.views[:], nil)
	out := c.Finish(start, 1, Liveness, 1, Answer{Outcome: OutcomeSuccess}, c.views[:], nil)
	c.StopAll(start)
	c.Step(start, c.views[:], out)
	c.Create(start, nil)
	c.Step(start, c.views[:], nil)
	out = c.Finish(start, 1, Liveness, 1, Answer{Outcome: OutcomeFailure}, c.views[:], nil)
	if len(out) != 1 || out[0].Kind != ActionDropped {
		t.Errorf("the predecessor's attempt 1: %v, want it dropped", out)
	}
	out = c.Finish(start, 9, Liveness, 1, Answer{}, c.views[:], nil)
	if len(out) != 1 || out[0].Kind != ActionDropped {
		t.Errorf("an answer for no container: %v, want it dropped", out)
	}
}

func TestP35P36P37WhoStopsAtTheStartOfTermination(t *testing.T) {
	for _, c := range []struct {
		quirks Quirks
		left   []string
	}{
		{Quirks{}, []string{"1 readiness", "2 readiness", "0 startup", "0 readiness", "0 liveness"}},
		{Quirks{StopSidecars: true}, []string{"1 readiness", "2 readiness", "0 readiness"}},
	} {
		s := newCrew(SetOptions{Quirks: c.quirks})
		s.Create(start, nil)
		actions := s.Step(start, s.views[:], nil)
		s.StopForTermination(start)
		for _, a := range actions { // an attempt under way ends before the worker stops (P38)
			if a.Kind == ActionRunAttempt {
				s.Finish(start, int(a.Container), a.Probe, a.Attempt, Answer{Outcome: OutcomeSuccess}, s.views[:], nil)
			}
		}
		s.Step(start, s.views[:], nil)
		wantList(t, fmt.Sprintf("%+v", c.quirks), s.alive(), c.left...)
	}
}

func TestP39EachWorkerSleepsByItself(t *testing.T) {
	c := newCrew(SetOptions{})
	naps := time.Duration(0)
	c.Create(start, func(s Spec) time.Duration {
		if s.Period != 10*time.Second {
			t.Errorf("asked for a period of %v", s.Period)
		}
		naps += time.Second
		return naps
	})
	for s := 1; s <= 9; s++ {
		d, ok := c.Deadline()
		if want := start.Add(time.Duration(s) * time.Second); !ok || !d.Equal(want) {
			t.Fatalf("deadline %d is %v (%v), want %d s", s, d.Sub(start), ok, s)
		}
		c.Step(d, c.views[:], nil)
	}
}

func TestP75P76Started(t *testing.T) {
	cases := []struct {
		reason     string
		result     Result // the result of the startup worker for instance 1
		published  bool
		worker     bool
		running    bool
		instance   uint64
		wasStarted bool
		want       bool
	}{
		{reason: "not running", result: Success, published: true, worker: true, instance: 1, wasStarted: true, want: false},
		{reason: "its startup probe succeeded", result: Success, published: true, worker: true, running: true, instance: 1, want: true},
		{reason: "its startup probe failed", result: Failure, published: true, worker: true, running: true, instance: 1, wasStarted: true, want: false},
		{reason: "its startup probe has not spoken", result: Unknown, published: true, worker: true, running: true, instance: 1, wasStarted: true, want: false},
		{reason: "P76: another instance was started", worker: true, running: true, instance: 2, wasStarted: true, want: true},
		{reason: "the result is of another instance", result: Success, published: true, worker: true, running: true, instance: 2, want: false},
		{reason: "a startup worker that has not run", worker: true, running: true, instance: 1, want: false},
		{reason: "no startup worker", running: true, instance: 1, want: true},
	}
	for _, c := range cases {
		s := newCrew(SetOptions{})
		if c.worker {
			s.Create(start, nil)
		}
		at, _ := s.layout.slot(1, Startup)
		s.workers[at].instance, s.workers[at].result, s.workers[at].hasResult = 1, c.result, c.published
		if got := s.Started(1, c.running, c.instance, c.wasStarted); got != c.want {
			t.Errorf("%s: started %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestP56P77Ready(t *testing.T) {
	cases := []struct {
		reason           string
		result           Result
		worker           bool
		running, started bool
		ready, trigger   bool
	}{
		{reason: "not running", result: Success, worker: true, started: true},
		{reason: "not started", result: Success, worker: true, running: true},
		{reason: "readiness succeeded", result: Success, worker: true, running: true, started: true, ready: true},
		{reason: "readiness failed", result: Failure, worker: true, running: true, started: true, trigger: true},
		{reason: "readiness has not spoken", worker: true, running: true, started: true, trigger: true},
		{reason: "no readiness worker", running: true, started: true, ready: true},
	}
	for _, c := range cases {
		s := newCrew(SetOptions{})
		if c.worker {
			s.Create(start, nil)
		}
		at, _ := s.layout.slot(1, Readiness)
		s.workers[at].instance, s.workers[at].result, s.workers[at].hasResult = 1, c.result, c.result != Unknown
		ready, trigger := s.Ready(1, c.running, c.started, 1)
		if ready != c.ready || trigger != c.trigger {
			t.Errorf("%s: ready %v, trigger %v; want %v, %v", c.reason, ready, trigger, c.ready, c.trigger)
		}
	}
}

func TestP55AnAdoptedContainerStaysReadyUntilItsProbeSpeaks(t *testing.T) {
	cases := []struct {
		reason    string
		container *corev1.Container
		result    Result
		podReady  bool
		want      bool
	}{
		{"no result, pod ready", allProbes(), Unknown, true, true},
		{"no result, pod not ready", allProbes(), Unknown, false, false},
		{"failed", allProbes(), Failure, true, false},
		{"succeeded, whatever the pod was", allProbes(), Success, false, true},
		{"no readiness probe, pod not ready", &corev1.Container{}, Unknown, false, true},
	}
	for _, c := range cases {
		s := NewSet(NewLayout([]Container{{Spec: c.container}}), SetOptions{})
		s.Create(start, nil)
		if at, ok := s.layout.slot(0, Readiness); ok {
			s.workers[at].instance, s.workers[at].result, s.workers[at].hasResult = 1, c.result, c.result != Unknown
		}
		ready, _ := s.Ready(0, true, true, 1)
		if got := s.AdoptedReady(0, ready, 1, c.podReady); got != c.want {
			t.Errorf("%s: ready %v, want %v", c.reason, got, c.want)
		}
	}
}

func TestACloneGoesItsOwnWay(t *testing.T) {
	c := newCrew(SetOptions{}).vacate()
	c.Create(start, nil)
	clone := c.Clone()
	clone.StopAll(start)
	clone.Step(start, c.views[:], nil)
	if !c.Exists(1, Liveness) || clone.Exists(1, Liveness) {
		t.Error("stopping the clone's workers touched the original, or not the clone")
	}
}

func TestSetsShareALayoutAndHoldNoMoreThanTheirWorkers(t *testing.T) {
	layout := NewLayout([]Container{{Spec: &corev1.Container{LivenessProbe: execProbe()}, Index: 5}})
	s := NewSet(layout, SetOptions{})
	s.Create(start, nil)
	if len(s.workers) != 1 || !s.Exists(5, Liveness) || s.Exists(5, Startup) || s.Exists(4, Liveness) || s.Exists(-1, Liveness) {
		t.Errorf("workers %d, wrong or missing ones", len(s.workers))
	}
	if spec, ok := s.Spec(5, Liveness); !ok || spec.FailureThreshold != 3 {
		t.Errorf("spec %+v (%v), want the defaults", spec, ok)
	}
	if _, ok := s.Spec(5, Readiness); ok {
		t.Error("a spec of a probe that is not there")
	}
}
