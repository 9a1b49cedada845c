package node

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// apps is a Host whose containers all do what its fields say. It writes down what it is
// asked.
type apps struct {
	node   *Node
	plan   Plan
	planOf map[string]Plan // by pod; instead of plan
	term   Term
	answer probe.Answer
	takes  time.Duration
	err    error // of a probe
	hook   HookReply
	log    []string
}

func (a *apps) say(r *Run, what string) {
	a.log = append(a.log, fmt.Sprintf("%v %s %s run %d since %v", a.node.Elapsed(), r.Pod.Name, what, r.Count, r.Since))
}

func (a *apps) Happen(what Happening) { what.(func())() }

func (a *apps) Create(r *Run) (Plan, error) {
	a.say(r, "create")
	if p, ok := a.planOf[r.Pod.Name]; ok {
		return p, nil
	}
	return a.plan, nil
}

func (a *apps) Terminate(r *Run) (Term, error) {
	a.say(r, "terminate")
	return a.term, nil
}

func (a *apps) Probe(r *Run, kind probe.Kind) (probe.Answer, time.Duration, error) {
	a.say(r, kind.String())
	return a.answer, a.takes, a.err
}

func (a *apps) ProbeGone(r *Run, kind probe.Kind) probe.Answer {
	a.say(r, kind.String()+" gone")
	return probe.Answer{Outcome: probe.OutcomeFailure}
}

func (a *apps) ProbeCut(r *Run, kind probe.Kind) probe.Answer {
	a.say(r, kind.String()+" cut")
	return probe.Answer{Outcome: probe.OutcomeFailure}
}

func (a *apps) Hook(r *Run, _ lifecycle.HookKind) (HookReply, error) {
	a.say(r, "hook")
	return a.hook, nil
}

func (a *apps) HookGone(r *Run, _ lifecycle.HookKind) string {
	a.say(r, "hook gone")
	return "gone"
}

func (a *apps) HookCut(r *Run, _ lifecycle.HookKind) string {
	a.say(r, "hook cut")
	return "cut"
}

// pod is a pod of one container with a liveness probe every ten seconds.
func pod(t *testing.T, name string, edit ...func(*corev1.Pod)) Pod {
	t.Helper()
	grace := int64(30)
	p := &corev1.Pod{}
	p.Namespace, p.Name, p.UID = "default", name, "1"
	p.Spec.TerminationGracePeriodSeconds = &grace
	p.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:1", LivenessProbe: &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}},
		PeriodSeconds: 10, TimeoutSeconds: 8,
	}}}
	for _, e := range edit {
		e(p)
	}
	template, err := lifecycle.Compile(p, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	id := lifecycle.Identity{Namespace: "default", Name: name, UID: p.UID}
	return Pod{Name: "default/" + name, Identity: id, Template: template}
}

// begin makes a node with these pods, which tells the events of their machines to the
// log too.
func begin(t *testing.T, a *apps, o Options, pods ...Pod) *Node {
	t.Helper()
	a.answer = probe.Answer{Outcome: probe.OutcomeSuccess}
	o.Start = epoch
	o.Tap = func(tap Tap) {
		for _, ev := range tap.Events {
			line := fmt.Sprintf("%v %s %v", a.node.Elapsed(), tap.Pod, ev.Type)
			if ev.Err != "" {
				line += ": " + ev.Err
			}
			if ev.Type == lifecycle.ContainerExited {
				line += fmt.Sprint(" ", ev.ExitCode)
			}
			a.log = append(a.log, line)
		}
	}
	a.node = New(o, a)
	for _, p := range pods {
		if !a.node.Add(p) {
			t.Fatalf("pod %s was refused", p.Name)
		}
	}
	a.node.Arrive()
	return a.node
}

func run(t *testing.T, n *Node, end time.Duration) {
	t.Helper()
	if err := n.RunUntil(end); err != nil {
		t.Fatal(err)
	}
}

// want checks that the log has these lines in this order. Others may stand between.
func (a *apps) want(t *testing.T, lines ...string) {
	t.Helper()
	rest := a.log
	for _, l := range lines {
		i := slices.Index(rest, l)
		if i < 0 {
			t.Fatalf("%q is missing, or comes too early, in\n%s", l, strings.Join(a.log, "\n"))
		}
		rest = rest[i+1:]
	}
}

func (a *apps) count(part string) (n int) {
	for _, l := range a.log {
		if strings.Contains(l, part) {
			n++
		}
	}
	return n
}

func TestANameIsTakenOnce(t *testing.T) {
	n := begin(t, &apps{}, Options{}, pod(t, "a"))
	if n.Add(pod(t, "a")) {
		t.Error("a second pod default/a was added")
	}
	if n.Find("default/a") == nil || n.Find("a") != nil || n.Find("default/a").Number() != 0 {
		t.Error("default/a is pod 0, and nothing else is found")
	}
}

func TestI12PullsWaitForEachOther(t *testing.T) {
	images := map[string]Image{"web:1": {Pulls: []Pull{{Takes: 10 * time.Second}}}}
	always := func(p *corev1.Pod) { p.Spec.Containers[0].ImagePullPolicy = corev1.PullAlways }
	for _, row := range []struct {
		parallel bool
		second   string
	}{{false, "20s default/b ImagePulled"}, {true, "10s default/b ImagePulled"}} {
		a := &apps{}
		n := begin(t, a, Options{Images: images, ParallelPulls: row.parallel}, pod(t, "a", always), pod(t, "b", always))
		run(t, n, time.Minute)
		a.want(t, "10s default/a ImagePulled", row.second)
	}
}

func TestASpoiltImageIsGoneUntilItIsPulledAgain(t *testing.T) {
	listed := map[string]Image{"web:1": {Present: true}}
	pulled := map[string]Image{"web:1": {Pulls: []Pull{{Takes: time.Second}}}}
	untagged := map[string]Image{"web": {Pulls: []Pull{{Takes: time.Second}}}}
	for _, row := range []struct {
		name, image string
		images      map[string]Image
		spoilt      string // the name that the fact gives
	}{
		{"not listed", "web:1", nil, "web:1"}, {"on the node", "web:1", listed, "web:1"}, {"to be pulled", "web:1", pulled, "web:1"},
		{"without its tag", "web", untagged, "web:latest"}, {"with its tag", "web:latest", untagged, "web"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &apps{}
			n := begin(t, a, Options{Images: row.images}, pod(t, "a", func(p *corev1.Pod) {
				p.Spec.Containers[0].Image = row.image
				p.Spec.Containers[0].ImagePullPolicy = corev1.PullIfNotPresent
			}))
			n.Spoil(row.spoilt, "manifest unknown")
			n.Schedule(time.Minute, func() { n.Spoil(row.spoilt, "") })
			run(t, n, 2*time.Minute)
			if a.count("manifest unknown") == 0 {
				t.Error("no pull fails")
			}
			if a.count("default/a ImagePulled") != a.count("manifest unknown")+1 || a.count("ContainerStarted") != 1 {
				t.Errorf("one pull succeeds once the image is good again:\n%s", strings.Join(a.log, "\n"))
			}
		})
	}
}

func TestAnImageThatWasPulledStaysWhenNothingWasSpoilt(t *testing.T) {
	a := &apps{plan: Plan{Exit: &Exit{After: 90 * time.Second, Code: 1}}}
	n := begin(t, a, Options{Images: map[string]Image{"web:1": {Pulls: []Pull{{}}}}}, pod(t, "a"))
	n.Schedule(time.Minute, func() { n.Spoil("web:1", "") })
	run(t, n, 2*time.Minute)
	if a.count("ImagePulled") != 1 || a.count("ContainerStarted") != 2 {
		t.Errorf("pulled once for two runs:\n%s", strings.Join(a.log, "\n"))
	}
}

// What was planned for a run is forgotten with its end: nothing is due then, and nothing
// held.
func TestTheEndOfARunForgetsWhatWasPlannedForIt(t *testing.T) {
	a := &apps{plan: Plan{Exit: &Exit{After: 1000 * time.Hour}, Notes: []Note{{After: 900 * time.Hour, Text: "late"}}}}
	n := begin(t, a, Options{}, pod(t, "a"))
	for i := range 20 {
		run(t, n, time.Duration(i+1)*20*time.Minute)
		n.Pods().Exit("web", Exit{Code: 1})
	}
	run(t, n, 10*time.Hour)
	if held := len(n.queue.tasks) - len(n.queue.free); held > 6 {
		t.Errorf("%d tasks are held for one run", held)
	}
}

func TestEveryRequestIsPerformed(t *testing.T) {
	for a := lifecycle.ActionType(1); a.String() != fmt.Sprintf("ActionType(%d)", a); a++ {
		if !a.IsRequest() {
			continue
		}
		n := begin(t, &apps{}, Options{}, pod(t, "a"))
		run(t, n, 0)
		before := len(n.queue.tasks) - len(n.queue.free)
		n.Pods()[0].perform(&lifecycle.Action{Type: a, Op: 1000, Image: "web:1"})
		if after := len(n.queue.tasks) - len(n.queue.free); after != before+1 {
			t.Errorf("%v queues %d answers", a, after-before)
		}
	}
}

func TestAContainersEndCutsOffItsProbeAndItsHook(t *testing.T) {
	a := &apps{takes: 5 * time.Second, hook: HookReply{Never: true}}
	n := begin(t, a, Options{}, pod(t, "a", func(p *corev1.Pod) {
		p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{
			Exec: &corev1.ExecAction{Command: []string{"warm"}},
		}}
	}))
	n.Schedule(12*time.Second, func() { n.Pods().Exit("", Exit{Code: 3}) })
	run(t, n, 13*time.Second)
	a.want(t, "0s default/a hook run 0 since 0s", "12s default/a hook cut run 0 since 0s",
		"12s default/a ContainerExited 3", "12s default/a HookFinished: cut")
}

func TestAProbeUnderWayIsCutOff(t *testing.T) {
	a := &apps{takes: 5 * time.Second}
	n := begin(t, a, Options{}, pod(t, "a"))
	run(t, n, 11*time.Second)
	if a.count("liveness") == 0 {
		t.Fatalf("no probe has begun:\n%s", strings.Join(a.log, "\n"))
	}
	n.Pods().Exit("web", Exit{Code: 3})
	run(t, n, 12*time.Second)
	if a.count("liveness cut") != 1 || a.count("11s default/a ContainerExited 3") != 1 {
		t.Errorf("one attempt is cut at 11s:\n%s", strings.Join(a.log, "\n"))
	}
}

func TestASignalIsSentOnceAndKillsAfterTheGrace(t *testing.T) {
	a := &apps{term: Term{Ignore: true}}
	n := begin(t, a, Options{}, pod(t, "a"))
	grace := int64(20)
	n.Schedule(time.Minute, func() { n.Pods().Tell(lifecycle.Event{Type: lifecycle.PodDeleted}) })
	n.Schedule(65*time.Second, func() { n.Pods().Tell(lifecycle.Event{Type: lifecycle.PodDeleted, Grace: &grace}) })
	run(t, n, 2*time.Minute)
	if got := a.count("terminate"); got != 1 {
		t.Errorf("%d signals, want 1", got)
	}
	if a.count("ContainerExited 137") != 1 {
		t.Errorf("SIGKILL ends it once:\n%s", strings.Join(a.log, "\n"))
	}
}

func TestASandboxDiesWithAllThatRunsInIt(t *testing.T) {
	a := &apps{}
	p := pod(t, "a", func(p *corev1.Pod) {
		second := *p.Spec.Containers[0].DeepCopy()
		second.Name = "log"
		p.Spec.Containers = append(p.Spec.Containers, second)
	})
	p.Sandbox.DiesAfter = 15 * time.Second
	n := begin(t, a, Options{}, p)
	first := ""
	n.Schedule(10*time.Second, func() { first = n.Pods()[0].IP() })
	run(t, n, time.Minute)
	if a.count("15s default/a ContainerExited 137") != 2 {
		t.Errorf("two containers end at 15s:\n%s", strings.Join(a.log, "\n"))
	}
	if second := n.Pods()[0].IP(); first == second || first == "" {
		t.Errorf("the new sandbox has address %q, the first had %q", second, first)
	}
}

func TestAMistakeOfAnAppEndsTheSimulationAndNamesThePlace(t *testing.T) {
	a := &apps{err: errors.New("no such reply")}
	n := begin(t, a, Options{}, pod(t, "a"))
	err := n.RunUntil(time.Minute)
	const want = `pod default/a, container "web", run 0, Probe: no such reply`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got %v, want …%s", err, want)
	}
	if _, again := n.Step(); !errors.Is(again, err) {
		t.Errorf("Step afterwards: %v", again)
	}
}

// A promise of an app holds until the next fact at most, since a fact may change what
// the app answers.
func TestAPromiseEndsAtTheNextFact(t *testing.T) {
	a := &apps{}
	n := begin(t, a, Options{}, pod(t, "a"))
	a.answer.Until = epoch.Add(time.Hour)
	n.Schedule(5*time.Minute, func() { a.answer = probe.Answer{Outcome: probe.OutcomeFailure} })
	run(t, n, 6*time.Minute)
	if got := a.count("liveness"); got > 8 {
		t.Errorf("the app was asked %d times although it had promised", got)
	}
	if a.count("ContainerStopped") != 2 {
		t.Errorf("three failures from 5m on kill the container, and those of its next run too:\n%s", strings.Join(a.log, "\n"))
	}
}

func TestPlayingEveryProbeIgnoresPromises(t *testing.T) {
	a := &apps{}
	n := begin(t, a, Options{NoLeap: true}, pod(t, "a"))
	a.answer.Until = epoch.Add(time.Hour)
	run(t, n, 10*time.Minute)
	if got := a.count(" liveness run"); got < 59 {
		t.Errorf("%d probes in ten minutes, want every one", got)
	}
}

func TestAClonesTimeIsItsOwn(t *testing.T) {
	a := &apps{plan: Plan{Exit: &Exit{After: 3 * time.Minute, Code: 4}}}
	n := begin(t, a, Options{}, pod(t, "a"))
	run(t, n, time.Minute)
	b := &apps{answer: a.answer}
	c := n.Clone(b)
	b.node = c
	c.Pods().Exit("web", Exit{Code: 9})
	run(t, c, 2*time.Minute)
	before := n.Timeline().Len()
	if n.Elapsed() != time.Minute || c.Elapsed() != 2*time.Minute {
		t.Errorf("the original is at %v, the clone at %v", n.Elapsed(), c.Elapsed())
	}
	if c.Pods()[0] == n.Pods()[0] || c.Pods()[0].node != c {
		t.Error("the clone has the original's pod")
	}
	if restarts := n.Pods()[0].Machine().Status().ContainerStatuses[0].RestartCount; restarts != 0 {
		t.Errorf("the original has %d restarts", restarts)
	}
	if c.Timeline().Len() <= before {
		t.Error("the clone's timeline has not grown")
	}
}

// What is due at one instant happens in the order that queue.go gives.
func TestOneInstantHasAnOrder(t *testing.T) {
	var q queue
	add := func(name string, at time.Duration, class taskClass) int32 {
		place, slot := q.add(0, at, class)
		*place = task{note: Note{Text: name}}
		return slot
	}
	add("completion, asked first", time.Second, completion)
	add("fact, first", time.Second, outside)
	dropped := add("cancelled", time.Second, completion)
	add("completion, asked later", time.Second, completion)
	add("fact, second", time.Second, outside)
	add("earlier", time.Second/2, completion)
	add("now", 0, completion)
	q.cancel(dropped)
	var got []string
	for {
		at, ok := q.next(0)
		if !ok {
			break
		}
		slot := q.take(at)
		if !q.tasks[slot].cancelled {
			got = append(got, q.tasks[slot].note.Text)
		}
		q.release(slot)
	}
	want := []string{
		"now", "earlier", "fact, first", "fact, second", "completion, asked first", "completion, asked later",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if len(q.free) != len(q.tasks) {
		t.Errorf("%d of %d slots were given back", len(q.free), len(q.tasks))
	}
}
