package prober

import (
	"container/heap"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/probe"
)

// proberEpoch is the start of the scenarios. It is a whole second.
var proberEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// app is the index of the container under test in its probe.Set.
const app = 0

// proberWorld is the recording's model of the sync loop and the runtime. It has probe.Set in
// the place of the kubelet's probe manager.
type proberWorld struct {
	s     *proberScenario
	trace corpus.Log
	probe probe.Set
	queue worldQueue
	now   int64
	// planned is how many events were ever queued.
	planned int

	// These are the state of the runtime.
	instances    []*worldInstance
	startPending bool // a start is scheduled
	backingOff   bool // the ended container is shown as CrashLoopBackOff
	mainStarted  bool
	execs        [probe.Liveness + 1]worldExec

	// These are the state of the sync loop.
	stored      worldStatus
	added       bool
	syncWaiting bool
	killing     bool
	missedSync  bool // a request came during the kill
	deleteDue   bool // the deletion came during the kill
	deleting    bool
	finished    bool
}

// worldInstance is one container instance in the runtime.
type worldInstance struct {
	index     int
	startedUs int64
	exitCode  int32
	exited    bool
	restartUs int64  // after the exit: when the next instance may start
	onExit    func() // what the exit causes, besides its observation
}

func newProberWorld(s *proberScenario) *proberWorld {
	spec := &corev1.Container{Name: "app", StartupProbe: s.Startup, ReadinessProbe: s.Readiness, LivenessProbe: s.Liveness}
	layout := probe.NewLayout([]probe.Container{{Spec: spec, Index: app, Sidecar: s.Container == "sidecar"}})
	return &proberWorld{s: s, probe: probe.NewSet(layout, probe.SetOptions{})}
}

func (w *proberWorld) sidecar() bool { return w.s.Container == "sidecar" }

// run plays the scenario to its end.
func (w *proberWorld) run() {
	w.at(w.s.AddUs, w.firstSync)
	for _, t := range w.s.ExtraSyncsUs {
		w.at(t, w.requestSync)
	}
	if w.s.Delete != nil {
		w.at(w.s.Delete.AtUs, w.deletePod)
	}
	if w.s.Adopted != nil {
		w.adopt()
	}
	for w.turn() {
	}
}

// turn plays what is due next. Planned events come before deadlines.
func (w *proberWorld) turn() bool {
	deadline, has := w.probe.Deadline()
	due := deadline.Sub(proberEpoch).Microseconds()
	switch {
	case len(w.queue) > 0 && (!has || w.queue[0].t <= due):
		event := heap.Pop(&w.queue).(worldEvent)
		if event.t > w.s.EndUs {
			return false
		}
		w.now = event.t
		event.do()
		return true
	case has && due <= w.s.EndUs:
		w.now = due
		w.perform(w.probe.Step(deadline, w.views(), nil))
		return true
	}
	return false
}

// at plans a call of do at the instant t.
func (w *proberWorld) at(t int64, do func()) {
	w.planned++
	heap.Push(&w.queue, worldEvent{t: t, seq: w.planned, do: do})
}

func (w *proberWorld) after(us int64, do func()) { w.at(w.now+us, do) }

func (w *proberWorld) log(kind, event string, c int, v any) { w.trace.Add(w.now, kind, event, c, v) }

func (w *proberWorld) time() time.Time { return timeOf(w.now) }

func timeOf(us int64) time.Time { return proberEpoch.Add(time.Duration(us) * time.Microsecond) }

func (w *proberWorld) workers() map[string]bool {
	alive := map[string]bool{}
	for _, kind := range probe.Kinds {
		alive[kind.String()] = w.probe.Exists(app, kind)
	}
	return alive
}

// worldEvent is a planned event. Events of one instant keep the order in which they were
// planned.
type worldEvent struct {
	t   int64
	seq int
	do  func()
}

type worldQueue []worldEvent

func (q worldQueue) Len() int { return len(q) }
func (q worldQueue) Less(i, j int) bool {
	if q[i].t != q[j].t {
		return q[i].t < q[j].t
	}
	return q[i].seq < q[j].seq
}
func (q worldQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *worldQueue) Push(e any)   { *q = append(*q, e.(worldEvent)) }
func (q *worldQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
