package podlife

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/lifecycle"
)

// Kind is a whole pod with a scripted life.
var Kind = corpus.Kind{Name: "lifecycle", Recorded: []string{"trace"}, Replay: corpus.Exact(replayLifecycle)}

// lifecycleRecord is one line of lifecycle.jsonl.gz: a whole pod with a scripted life. All
// times are microseconds since the start of the scenario.
type lifecycleRecord struct {
	Scenario lifecycleScenario `json:"scenario"`
	Trace    []lifecycleEvent  `json:"trace"`
}

type lifecycleScenario struct {
	ID      int                        `json:"id"`
	Pod     *corev1.Pod                `json:"pod"`
	Scripts map[string]lifecycleScript `json:"scripts"`
	AddUs   int64                      `json:"addUs"`
	Delete  *struct {
		AtUs         int64 `json:"atUs"`
		GraceSeconds int64 `json:"graceSeconds"`
	} `json:"delete"`
	EndUs int64 `json:"endUs"`
}

// lifecycleScript is the behaviour of one container.
type lifecycleScript struct {
	Instances []struct {
		ExitAtUs  int64            `json:"exitAtUs"`
		ExitCode  int32            `json:"exitCode"`
		Startup   []corpus.Segment `json:"startup"`
		Readiness []corpus.Segment `json:"readiness"`
		Liveness  []corpus.Segment `json:"liveness"`
	} `json:"instances"`
	Stop struct {
		TakesUs  int64 `json:"takesUs"`
		ExitCode int32 `json:"exitCode"`
	} `json:"stop"`
	PostStart *lifecycleHook `json:"postStart"`
	PreStop   *lifecycleHook `json:"preStop"`
}

type lifecycleHook struct {
	LatencyUs int64 `json:"latencyUs"`
	ExitCode  int   `json:"exitCode"`
}

func micros(us int64) time.Duration { return time.Duration(us) * time.Microsecond }

func replayLifecycle(line []byte) (string, error) {
	var record lifecycleRecord
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&record); err != nil {
		return "", err
	}
	world := &lifecycleWorld{start: podclock.Epoch}
	world.requeues = record.requeues()
	log, err := newLifecycleLog(record.Scenario.Pod)
	if err != nil {
		return "", err
	}
	sim, err := podclock.New(record.Scenario.options(world, log))
	if err != nil {
		return "", err
	}
	if err := sim.RunFor(micros(record.Scenario.EndUs)); err != nil {
		return "", err
	}
	return diffLifecycle(record.Trace, log.events), nil
}

// options makes a simulation of the scenario.
func (s *lifecycleScenario) options(world *lifecycleWorld, log *lifecycleLog) podclock.Options {
	timing := &lifecycle.Timing{
		OnDemandRelist: time.Millisecond, ProbeDelay: time.Millisecond, Resync: time.Minute, Chance: world,
	}
	o := podclock.Options{
		Pods:   []podclock.Pod{{Manifest: s.Pod, At: micros(s.AddUs), Apps: s.apps()}},
		Images: map[string]podclock.Image{"img": {}},
		Timing: podclock.FixedTiming(timing),
		Config: lifecycle.Config{Standalone: true, Trusted: true, NoLogs: true, UncancelledExec: true},
		Latency: podclock.Latency{RunSandbox: 50 * time.Millisecond, StartContainer: 20 * time.Millisecond,
			RemoveContainer: 3 * time.Millisecond},
		NoLeap: true,
		Tap:    log.tap,
	}
	if d := s.Delete; d != nil {
		o.Facts = append(o.Facts, podclock.TimedFact{At: micros(d.AtUs), Fact: podclock.Delete{Grace: &d.GraceSeconds}})
	}
	return o
}

func (s *lifecycleScenario) apps() map[string]podclock.App {
	apps := make(map[string]podclock.App)
	for name, script := range s.Scripts {
		apps[name] = script.app()
	}
	return apps
}

func (s lifecycleScript) app() podclock.Script {
	var script podclock.Script
	for _, i := range s.Instances {
		run := podclock.ScriptRun{
			Term:    &podclock.Term{After: micros(s.Stop.TakesUs), Code: s.Stop.ExitCode},
			Startup: segmentSteps(i.Startup), Readiness: segmentSteps(i.Readiness), Liveness: segmentSteps(i.Liveness),
			PostStart: s.PostStart.steps(), PreStop: s.PreStop.steps(),
			Cut: podclock.Error("container not running"),
		}
		if i.ExitAtUs >= 0 {
			run.Exit = &podclock.Exit{After: micros(i.ExitAtUs), Code: i.ExitCode}
		}
		script = append(script, run)
	}
	return script
}

func (h *lifecycleHook) steps() podclock.Steps {
	if h == nil {
		return nil
	}
	return podclock.Steps{{Reply: podclock.ExitStatus(h.ExitCode, "").After(micros(h.LatencyUs))}}
}

// segmentSteps converts segments, which have their ends, to steps, which have their
// beginnings.
func segmentSteps(segments []corpus.Segment) podclock.Steps {
	var steps podclock.Steps
	var from time.Duration
	for _, s := range segments {
		steps = append(steps, podclock.Step{From: from, Reply: segmentReply(s)})
		if s.UntilUs < 0 {
			break
		}
		from = micros(s.UntilUs)
	}
	return steps
}

func segmentReply(s corpus.Segment) podclock.Reply {
	switch s.Outcome {
	case "success":
		return podclock.ExitStatus(0, "ok").After(micros(s.LatencyUs))
	case "failure":
		return podclock.ExitStatus(int(s.ExitCode), "not ok").After(micros(s.LatencyUs))
	case "error":
		return podclock.Error("exec failed").After(micros(s.LatencyUs))
	default:
		return podclock.Hang()
	}
}

// requeue is a recorded requeue with jitter.
type requeue struct {
	at, delay time.Duration
}

// requeues returns the recorded delays, which the replay uses. Those of 0 follow from the
// rules.
func (r *lifecycleRecord) requeues() []requeue {
	var list []requeue
	for _, e := range r.Trace {
		if e.Event != "requeue" {
			continue
		}
		if v, ok := e.V.(float64); ok && v != 0 {
			list = append(list, requeue{micros(e.T), micros(int64(v))})
		}
	}
	return list
}

// lifecycleWorld has the clocks of the recording: relists at .25 s, looks at .60 s,
// housekeeping at every second look.
type lifecycleWorld struct {
	start    time.Time
	requeues []requeue
}

// next returns the first instant of a grid at or after t or, if after is true, strictly
// after t.
func (w *lifecycleWorld) next(t time.Time, phase, period time.Duration, after bool) time.Time {
	grid := w.start.Add(phase)
	n := t.Sub(grid) / period
	at := grid.Add(n * period)
	for at.Before(t) || after && at.Equal(t) {
		at = at.Add(period)
	}
	return at
}

func (w *lifecycleWorld) Relist(t time.Time, after bool) time.Time {
	return w.next(t, 250*time.Millisecond, time.Second, after)
}

func (w *lifecycleWorld) Look(t time.Time) time.Time {
	return w.next(t, 600*time.Millisecond, time.Second, true)
}

func (w *lifecycleWorld) Housekeeping(t time.Time) time.Time {
	return w.next(t, 600*time.Millisecond, 2*time.Second, true)
}

// Collect returns a time that never comes, because the trace does not show removed
// sandboxes.
func (w *lifecycleWorld) Collect(t time.Time) time.Time { return t.Add(24 * time.Hour) }

// Requeue returns the recorded delay of this instant. If there is none, the comparison shows
// it.
func (w *lifecycleWorld) Requeue(now time.Time, base time.Duration) time.Duration {
	for i, r := range w.requeues {
		if r.at == now.Sub(w.start) {
			w.requeues = append(w.requeues[:i:i], w.requeues[i+1:]...)
			return r.delay
		}
	}
	return base
}

func (w *lifecycleWorld) FirstProbe(time.Time, time.Duration) time.Duration { return 0 }

// lifecycleLog writes down the machine's input and output as the trace has them.
type lifecycleLog struct {
	start    time.Time
	events   []lifecycleEvent
	template *lifecycle.Template
	runs     []int          // by container: how often it was created
	run      map[uint64]int // by instance: its run
	ids      map[string]int // by ID: its run
	execs    map[uint64]string
	shown    string // the last status
	// sandboxes has those that are ready. ended has the instances that have exited.
	sandboxes, ended map[uint64]bool
}

func newLifecycleLog(pod *corev1.Pod) (*lifecycleLog, error) {
	template, err := lifecycle.Compile(pod, lifecycle.Config{Trusted: true})
	if err != nil {
		return nil, err
	}
	return &lifecycleLog{start: podclock.Epoch, template: template, runs: make([]int, template.Containers()),
		run: make(map[uint64]int), ids: make(map[string]int), execs: make(map[uint64]string),
		sandboxes: make(map[uint64]bool), ended: make(map[uint64]bool)}, nil
}

var execOutcomes = map[string]string{"container not running": "gone", "exec failed": "error"}

func (l *lifecycleLog) add(t podclock.Tap, event, name string, n *int, v any) {
	l.events = append(l.events,
		lifecycleEvent{T: t.At.Sub(l.start).Microseconds(), Event: event, Name: name, N: n, V: corpus.DecodedJSON(v)})
}

func (l *lifecycleLog) number(instance uint64) *int {
	n := l.run[instance]
	return &n
}

func (l *lifecycleLog) tap(t podclock.Tap) {
	for i := range t.Events {
		l.event(t, &t.Events[i])
	}
	if t.Action != nil {
		l.action(t, t.Action)
	}
}

func (l *lifecycleLog) name(i int) string {
	if i == lifecycle.NoContainer {
		return ""
	}
	return l.template.Container(i).Name
}

func (l *lifecycleLog) event(t podclock.Tap, e *lifecycle.Event) {
	switch e.Type {
	case lifecycle.ContainerCreated:
		l.ids[e.ID] = l.run[e.Op]
	case lifecycle.ContainerStarted:
		l.add(t, "start", l.name(e.Container), l.number(e.Instance), nil)
	case lifecycle.ContainerExited:
		l.ended[e.Instance] = true
		l.add(t, "exit", l.name(e.Container), l.number(e.Instance), e.ExitCode)
	case lifecycle.SandboxStarted:
		l.sandboxes[e.Op] = true
	case lifecycle.PodDeleted:
		l.add(t, "delete", "", nil, nil)
	case lifecycle.HookFinished:
		outcome := "success"
		switch {
		case strings.Contains(e.Err, "container not running"):
			outcome = "gone"
		case e.Err != "":
			outcome = "failure"
		}
		l.add(t, "exec-end", l.name(e.Container), l.number(e.Instance), []string{l.execs[e.Op], outcome})
	case lifecycle.ProbeFinished:
		l.add(t, "exec-end", l.name(e.Container), l.number(e.Instance), []string{e.Probe.String(), probeOutcome(e)})
	}
}

func probeOutcome(e *lifecycle.Event) string {
	switch {
	case e.Answer.Err != "":
		return execOutcomes[e.Answer.Err]
	case strings.HasPrefix(e.Answer.Output, "command timed out"):
		return "timeout"
	}
	return e.Answer.Outcome.String()
}

func (l *lifecycleLog) action(t podclock.Tap, a *lifecycle.Action) {
	switch a.Type {
	case lifecycle.RunSandbox:
		n := int(a.Attempt)
		l.add(t, "sandbox-run", "", &n, nil)
	case lifecycle.StopSandbox:
		if l.sandboxes[a.Instance] { // the trace shows only stops that do something
			l.add(t, "sandbox-stop", "", nil, nil)
		}
		delete(l.sandboxes, a.Instance)
	case lifecycle.CreateContainer:
		l.run[a.Op] = l.runs[a.Container]
		l.runs[a.Container]++
	case lifecycle.StopContainer:
		if !l.ended[a.Instance] { // the trace shows only removals that do something
			l.add(t, "stop", l.name(a.Container), l.number(a.Instance), int64(a.Grace/time.Second))
		}
	case lifecycle.RemoveContainer:
		l.add(t, "remove", l.name(a.Container), l.number(a.Instance), nil)
	case lifecycle.RunHook:
		l.execs[a.Op] = a.Hook.String()
		l.add(t, "exec-start", l.name(a.Container), l.number(a.Instance), a.Hook.String())
	case lifecycle.RunProbe:
		l.add(t, "exec-start", l.name(a.Container), l.number(a.Instance), a.Probe.String())
	case lifecycle.RecordEvent:
		l.add(t, "event", "", nil, fmt.Sprintf("%s %s %s", a.Severity, a.Reason, a.Message))
	case lifecycle.Synced:
		l.add(t, "requeue", "", nil, a.Delay.Microseconds())
	case lifecycle.StatusChanged:
		l.stored(t, a)
	case lifecycle.PodFinished:
		l.add(t, "finished", "", nil, nil)
	}
}
