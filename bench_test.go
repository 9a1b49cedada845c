package podclock_test

import (
	"runtime"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// probed returns a pod with one container that has all three probes.
func probed() *corev1.Pod {
	exec := func(period int32) *corev1.Probe {
		return &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"check"}}},
			PeriodSeconds: period,
		}
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "probed"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "app:v1", StartupProbe: exec(1), ReadinessProbe: exec(5), LivenessProbe: exec(10),
		}}},
	}
}

func begin(b *testing.B, o podclock.Options) *podclock.Simulation {
	b.Helper()
	s, err := podclock.New(o)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.RunFor(time.Minute); err != nil {
		b.Fatal(err)
	}
	return s
}

// machine is the running machine of a pod, and the answer to its next probe.
type machine struct {
	*lifecycle.Pod
	now    time.Time
	answer [1]lifecycle.Event
}

// settle gives an event to the machine and answers at once everything that it asks for,
// except probes.
func (m *machine) settle(b *testing.B, ev lifecycle.Event) {
	b.Helper()
	answers := map[lifecycle.ActionType]lifecycle.EventType{
		lifecycle.RunSandbox: lifecycle.SandboxStarted, lifecycle.InspectImage: lifecycle.ImageInspected,
		lifecycle.CreateContainer: lifecycle.ContainerCreated, lifecycle.StartContainer: lifecycle.ContainerStarted,
	}
	for events := []lifecycle.Event{ev}; len(events) > 0; events = events[1:] {
		for _, a := range m.Step(m.now, events[0]) {
			if !a.Type.IsRequest() {
				continue
			}
			answer, ok := answers[a.Type]
			if !ok {
				b.Fatalf("%v at %v", a.Type, m.now)
			}
			events = append(events, lifecycle.Event{Type: answer, Op: a.Op, Present: true, IP: "10.244.0.2"})
		}
	}
}

// tick makes the machine's one probe tick and answers it well.
func (m *machine) tick(b *testing.B) {
	m.now, _ = m.Deadline()
	actions := m.Step(m.now)
	for i := range actions {
		if a := &actions[i]; a.Type == lifecycle.RunProbe {
			answer := &m.answer[0]
			answer.Op, answer.Instance, answer.Attempt = a.Op, a.Instance, a.Attempt
			m.Step(m.now, m.answer[:]...)
			return
		}
	}
	b.Fatal("no probe")
}

// BenchmarkOneProbeTickThatChangesNothing measures one tick of a healthy liveness probe: the
// deadline, the pass, the answer, the count. It measures the probe's worker alone, the
// machine of its pod, and the simulator with its queue, app and timeline. Allocations are 0.
func BenchmarkOneProbeTickThatChangesNothing(b *testing.B) {
	b.Run("worker", benchmarkWorkerTick)
	b.Run("machine", benchmarkMachineTick)
	b.Run("simulator", func(b *testing.B) {
		s := begin(b, podclock.Options{Pods: []podclock.Pod{{Manifest: live()}}, NoLeap: true})
		b.ReportAllocs()
		for b.Loop() {
			if err := s.RunFor(10 * time.Second); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchmarkWorkerTick(b *testing.B) {
	now := podclock.Epoch
	liveness := live().Spec.Containers[0].LivenessProbe
	probe.SetDefaults(liveness)
	w := probe.NewWorker(probe.Liveness, probe.Compile(liveness), probe.Options{FirstPass: now})
	view := probe.View{Known: true, Instance: 1, Running: true, StartedAt: now, Started: true}
	out := make([]probe.Action, 0, 8)
	tick := func() {
		now, _ = w.Deadline()
		out = w.Step(now, view, out[:0])
		asked := out[len(out)-1].Attempt
		out = w.Finish(now, asked, probe.Answer{Outcome: probe.OutcomeSuccess}, view, out)
	}
	tick()
	b.ReportAllocs()
	for b.Loop() {
		tick()
	}
}

func benchmarkMachineTick(b *testing.B) {
	template, err := lifecycle.Compile(live(), lifecycle.Config{})
	if err != nil {
		b.Fatal(err)
	}
	now := podclock.Epoch
	m := &machine{now: now, Pod: lifecycle.New(template, lifecycle.Identity{Namespace: "default", Name: "live", UID: "1"}, nil, now)}
	m.answer[0] = lifecycle.Event{Type: lifecycle.ProbeFinished, Probe: probe.Liveness, Answer: probe.Answer{Outcome: probe.OutcomeSuccess}}
	m.settle(b, lifecycle.Event{})
	m.tick(b)
	b.ReportAllocs()
	for b.Loop() {
		m.tick(b)
	}
}

// live returns the pod probed with only its liveness probe.
func live() *corev1.Pod {
	pod := probed()
	pod.Spec.Containers[0].StartupProbe, pod.Spec.Containers[0].ReadinessProbe = nil, nil
	return pod
}

func benchmarkRun(b *testing.B, o podclock.Options) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := podclock.Run(o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHour measures an hour of one pod with three probes: 1,080 probes.
func BenchmarkHour(b *testing.B) {
	o := podclock.Options{Pods: []podclock.Pod{{Manifest: probed()}}, For: time.Hour}
	b.Run("leaping", func(b *testing.B) { benchmarkRun(b, o) })
	o.NoLeap = true
	b.Run("every-probe", func(b *testing.B) { benchmarkRun(b, o) })
}

// BenchmarkCrashLoopDay measures a day of a container that crashes 5 s after each start.
func BenchmarkCrashLoopDay(b *testing.B) {
	benchmarkRun(b, podclock.Options{
		Pods: []podclock.Pod{{Manifest: probed(), Apps: map[string]podclock.App{
			"app": podclock.Script{{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}},
		}}},
		For: 24 * time.Hour,
	})
}

// Benchmark10000Pods measures an hour of 10,000 replicas with three probes each: 10,800,000
// probes. It reports the memory that a pod uses at the end.
func Benchmark10000Pods(b *testing.B) {
	const pods = 10_000
	for name, noLeap := range map[string]bool{"leaping": false, "every-probe": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var held float64
			for b.Loop() {
				before := heap()
				result, err := podclock.Run(podclock.Options{
					Pods:   []podclock.Pod{{Manifest: probed(), Replicas: pods}},
					For:    time.Hour,
					Filter: timeline.Essential,
					NoLeap: noLeap,
				})
				if err != nil {
					b.Fatal(err)
				}
				held = float64(heap()-before) / pods
				runtime.KeepAlive(result)
			}
			b.ReportMetric(held, "B/pod")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
