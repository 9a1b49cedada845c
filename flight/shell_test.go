package flight_test

import (
	"math/rand/v2"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/internal/wire/wiretest"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// node answers every request of a machine at once. Its container crashes in the
// seventh second of each run, and its readiness probe fails at first.
type node struct {
	t      testing.TB
	track  *flight.Track
	pod    *lifecycle.Pod
	log    *timeline.Timeline
	now    time.Time
	alive  uint64    // the instance that runs
	ends   time.Time // when it crashes
	began  time.Time
	passed time.Duration // since, by the monotonic clock
	jump   time.Duration // of the wall clock since
}

// begin makes the node's machine anew, at another time.
func (n *node) begin(r *flight.Recorder, now time.Time) {
	template, id := n.pod.Template(), n.pod.Identity()
	track, timing := r.Track(lifecycle.Config{}, lifecycle.KubeletTiming(rand.New(rand.NewPCG(7, 7))))
	n.track, n.now, n.began = track, now, now
	n.pod = lifecycle.New(template, id, timing, now)
	n.give()
}

func newNode(t testing.TB, r *flight.Recorder, uid string, change ...func(*corev1.PodSpec)) *node {
	manifest := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1", ReadinessProbe: &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"ready"}}}, PeriodSeconds: 2,
		}}}},
	}
	for _, c := range change {
		c(&manifest.Spec)
	}
	template, err := lifecycle.Compile(manifest, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	track, timing := r.Track(lifecycle.Config{}, lifecycle.KubeletTiming(rand.New(rand.NewPCG(7, 7))))
	id := lifecycle.Identity{Namespace: "default", Name: "web-" + uid, UID: types.UID(uid)}
	return &node{
		t: t, track: track, pod: lifecycle.New(template, id, timing, start), log: timeline.New(start), now: start, began: start,
	}
}

// restore makes the machine anew from a snapshot, as an agent does after it was
// killed.
func (n *node) restore(r *flight.Recorder) {
	data, err := n.pod.Snapshot()
	if err != nil {
		n.t.Fatal(err)
	}
	track, timing := r.Track(lifecycle.Config{}, lifecycle.KubeletTiming(rand.New(rand.NewPCG(8, 8))))
	if n.pod, err = lifecycle.Restore(data, lifecycle.Config{}, timing); err != nil {
		n.t.Fatal(err)
	}
	n.track = track
}

// give steps the machine and answers its requests.
func (n *node) give(events ...lifecycle.Event) {
	for queue := [][]lifecycle.Event{events}; len(queue) > 0; queue = queue[1:] {
		track := n.log.Track("default/" + n.pod.Identity().Name)
		for i := range queue[0] {
			if r, ok := n.pod.FactRecord(n.now, &queue[0][i]); ok {
				track.Add(r)
			}
		}
		actions := n.track.Step(n.pod, n.now, queue[0]...)
		for i := range actions {
			a := &actions[i]
			if r, ok := n.pod.ActionRecord(n.now, a, lifecycle.APIView); ok {
				track.Add(r)
			}
			if a.Type.IsRequest() {
				queue = append(queue, n.answer(a))
			}
		}
		n.log.Close(n.now)
	}
}

func (n *node) answer(a *lifecycle.Action) []lifecycle.Event {
	ev := lifecycle.Event{Op: a.Op, Instance: a.Instance, Container: a.Container, Probe: a.Probe, Attempt: a.Attempt}
	switch a.Type {
	case lifecycle.RunSandbox:
		ev.Type, ev.IP = lifecycle.SandboxStarted, "10.244.0.2"
	case lifecycle.InspectImage:
		ev.Type, ev.Present = lifecycle.ImageInspected, true
	case lifecycle.CreateContainer:
		ev.Type = lifecycle.ContainerCreated
	case lifecycle.StartContainer:
		ev.Type = lifecycle.ContainerStarted
		n.alive, n.ends = a.Instance, n.now.Add(7*time.Second)
	case lifecycle.StopContainer:
		ev.Type, n.alive = lifecycle.ContainerStopped, 0
		return []lifecycle.Event{{Type: lifecycle.ContainerExited, Instance: a.Instance, ExitCode: 143}, ev}
	case lifecycle.StopSandbox:
		ev.Type = lifecycle.SandboxStopped
	case lifecycle.RemoveContainer:
		ev.Type = lifecycle.ContainerRemoved
	case lifecycle.RunProbe:
		ev.Type = lifecycle.ProbeFinished
		ev.Answer = probe.Answer{Outcome: probe.OutcomeSuccess}
		if n.ends.Sub(n.now) > 4*time.Second {
			ev.Answer = probe.Answer{Outcome: probe.OutcomeFailure, Output: "not yet \xff"} // no UTF-8
		}
	default:
		n.t.Fatalf("nobody thought of %v", a.Type)
	}
	return []lifecycle.Event{ev}
}

// liveUntil runs the machine until so long after it was begun.
func (n *node) liveUntil(end time.Duration) {
	if n.now.Equal(start) {
		n.give()
	}
	for {
		at, ok := n.pod.Deadline()
		crash := n.alive != 0 && (!ok || !n.ends.After(at))
		if crash {
			at = n.ends
		}
		if !ok && !crash {
			return
		}
		passed := n.passed + max(at.Sub(n.now), 0)
		if passed > end {
			return
		}
		n.passed = passed
		n.now = wiretest.MoveWall(n.began.Add(passed), n.jump)
		if !crash {
			n.give()
			continue
		}
		ev := lifecycle.Event{Type: lifecycle.ContainerExited, Instance: n.alive, ExitCode: 1}
		n.alive = 0
		n.give(ev)
	}
}
