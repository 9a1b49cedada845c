package execute

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// runner is the host of a Run. It writes down every request, and its runtime does at once
// what is asked.
type runner struct {
	t   *testing.T
	env Env
	run Run
	log []string
	op  uint64
	// errs has the runtime's errors, by the start of the line that is written down.
	errs map[string]string
}

// pod returns a pod with an init container, and with a regular one that has a postStart
// hook.
func pod() *spec.Pod {
	grace := int64(30)
	hook := &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"warm"}}}}
	p := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways, TerminationGracePeriodSeconds: &grace,
		Containers:     []corev1.Container{{Name: "web", Image: "web:1", Lifecycle: hook}},
		InitContainers: []corev1.Container{{Name: "init", Image: "init:1", ImagePullPolicy: corev1.PullAlways}},
	}}
	return spec.Compile(p, restart.Gates{}, restart.DefaultLimits())
}

func newRunner(t *testing.T) *runner {
	p, truth := pod(), inventory.NewTruth(nil, nil)
	starts := NewStarts(p)
	r := &runner{t: t, errs: map[string]string{}}
	r.env = Env{Now: epoch, Pod: p, ID: r, Truth: &truth, Kills: &kill.Group{}, Starts: &starts, Host: r}
	return r
}

func (r *runner) String() string { return "web_default(1)" }

func (r *runner) say(format string, args ...any) { r.log = append(r.log, fmt.Sprintf(format, args...)) }

func (r *runner) ask(format string, args ...any) uint64 {
	r.say(format, args...)
	r.op++
	return r.op
}

func (r *runner) Event(_ int, _, reason, _ string)                 { r.say("event %s", reason) }
func (r *runner) Explain(_ int, _ timeline.DecisionKind, _ string) {}
func (r *runner) Killing(container int, _ string)                  { r.say("killing %d", container) }
func (r *runner) PreStopFailed(int)                                {}
func (r *runner) Gone(uint64) bool                                 { return false }
func (r *runner) Housekeeping(t time.Time) time.Time               { return t }
func (r *runner) SandboxReady()                                    { r.say("sandbox ready") }
func (r *runner) PodStopped()                                      { r.say("pod stopped") }
func (r *runner) RunSandbox(attempt uint64) uint64                 { return r.ask("run sandbox %d", attempt) }
func (r *runner) StopSandbox(id uint64) uint64                     { return r.ask("stop sandbox %d", id) }
func (r *runner) RemoveInstance(id uint64) uint64                  { return r.ask("remove %d", id) }
func (r *runner) InspectImage(i int) uint64                        { return r.ask("inspect %d", i) }
func (r *runner) PullImage(i int) uint64                           { return r.ask("pull %d", i) }
func (r *runner) StartContainer(c *inventory.Instance) uint64      { return r.ask("start %d", c.Container) }
func (r *runner) RunPostStart(i int, _ uint64) kill.HookRun {
	return kill.HookRun{Op: r.ask("hook %d", i)}
}
func (r *runner) Stop(i int, _ uint64, grace int64) uint64 {
	return r.ask("stop %d within %d s", i, grace)
}
func (r *runner) RunPreStop(int, uint64, *corev1.LifecycleHandler) kill.HookRun {
	return kill.HookRun{}
}

func (r *runner) CreateContainer(i int, attempt int32) uint64 {
	op := r.ask("create %d, run %d", i, attempt)
	r.env.Truth.Create(inventory.Instance{ID: op, Container: i, Attempt: attempt, State: restart.StateCreated})
	return op
}

// play carries a plan out to its end and answers every request at once.
func (r *runner) play(p plan.Plan, seen inventory.Snapshot) Result {
	r.t.Helper()
	r.run = Begin()
	r.run.Read(&seen)
	r.run.Carry(p, time.Time{})
	return r.finish()
}

func (r *runner) finish() Result {
	r.t.Helper()
	for turns := 0; r.run.Stage != StageEnd; turns++ {
		if turns > 100 {
			r.t.Fatalf("the run does not end: stage %v, asked for %q", r.run.Stage, r.log)
		}
		if op := r.op; r.run.Op != 0 || r.env.Kills.Busy() {
			err := r.errs[r.log[len(r.log)-1]]
			if !r.run.Answered(op, Answer{Err: err, Ran: err == "", Present: true}) {
				r.env.Kills.Answered(r.env.Now, r.env.Pod, r, op, err)
			}
			continue
		}
		r.run.Advance(&r.env)
	}
	return r.run.Result
}

func (r *runner) want(lines ...string) {
	r.t.Helper()
	if !slices.Equal(r.log, lines) {
		r.t.Errorf("asked for %q\nwant      %q", r.log, lines)
	}
	r.log = nil
}

const web, initial = 0, 1 // indices of the containers

func TestASandboxAndThenEachContainerIsStarted(t *testing.T) { // S5, C30, C31, I3
	r := newRunner(t)
	got := r.play(plan.Plan{KillPod: true, CreateSandbox: true, Start: []int{initial, web}}, inventory.Snapshot{})
	r.want("run sandbox 0", "sandbox ready",
		"event Pulling", "pull 1", "event Pulled", "create 1, run 0", "event Created", "start 1", "event Started",
		"inspect 0", "event Pulled", "create 0, run 0", "event Created", "start 0", "event Started", "hook 0")
	if got != (Result{Acted: true}) {
		t.Errorf("result %+v", got)
	}
}

func TestAnInitContainerThatCannotBeStartedEndsTheSyncAndARegularOneDoesNot(t *testing.T) { // R31
	r := newRunner(t)
	r.errs["create 1, run 0"], r.errs["inspect 0"] = "no space", "no registry"
	if got := r.play(plan.Plan{Start: []int{initial, web}}, inventory.Snapshot{}); !got.Failed {
		t.Error("the sync has not failed")
	}
	r.want("event Pulling", "pull 1", "event Pulled", "create 1, run 0", "event Failed")
	r.play(plan.Plan{Start: []int{web, initial}}, inventory.Snapshot{})
	r.want("inspect 0", "event InspectFailed", "event Failed",
		"event Pulling", "pull 1", "event Pulled", "create 1, run 0", "event Failed")
	if got := r.env.Starts.Waiting[web].Reason; got != "ImageInspectError" {
		t.Errorf("web waits for %q", got)
	}
}

func TestABackoffCountsFromTheSnapshotAndIsRefusedUntilItHasPassed(t *testing.T) { // R20 to R22
	r := newRunner(t)
	r.env.Config.KeepsBackoff = true
	ended := func(at time.Time) inventory.Snapshot {
		return inventory.Snapshot{Instances: []inventory.Instance{{ID: 9, Container: web, Attempt: 3,
			State: restart.StateExited, ExitCode: 1, FinishedAt: at}}}
	}
	r.play(plan.Plan{Start: []int{web}}, ended(epoch)) // the first restart has no delay
	r.want("inspect 0", "event Pulled", "create 0, run 4", "event Created", "start 0", "event Started", "hook 0")
	end := epoch.Add(time.Second)
	r.env.Now = end
	got := r.play(plan.Plan{Start: []int{web}}, ended(end))
	r.want("event BackOff")
	if want := end.Add(10 * time.Second); !got.Failed || !got.Refused.Equal(want) {
		t.Errorf("result %+v, want a refusal until %v", got, want)
	}
	r.env.Now = end.Add(10 * time.Second)
	r.play(plan.Plan{Start: []int{web}}, ended(end))
	r.want("inspect 0", "event Pulled", "create 0, run 4", "event Created", "start 0", "event Started", "hook 0")
}

func TestAFailedPostStartHookKillsItsContainer(t *testing.T) { // C33
	r := newRunner(t)
	r.errs["hook 0"] = "exit 1"
	r.play(plan.Plan{Start: []int{web}}, inventory.Snapshot{})
	r.want("inspect 0", "event Pulled", "create 0, run 0", "event Created", "start 0", "event Started", "hook 0",
		"event FailedPostStartHook", "killing 0", "stop 0 within 30 s")
	if got := r.env.Starts.Waiting[web]; got.Reason != "PostStartHookError" || got.Message != "exit 1" {
		t.Errorf("web waits for %+v", got)
	}
}

func TestAPodsSandboxesAreStoppedThoughAContainerCouldNotBe(t *testing.T) { // C46, S75
	r := newRunner(t)
	r.errs["stop 0 within 5 s"] = "busy"
	r.env.Terminating = true
	grace := int64(5)
	r.run = Begin()
	r.run.Read(&inventory.Snapshot{
		Instances: []inventory.Instance{{ID: 7, Container: web, State: restart.StateRunning}},
		Sandboxes: []inventory.Sandbox{{ID: 2, Ready: true}, {ID: 1}},
	})
	r.run.KillPod(&r.env, &grace)
	if got := r.finish(); !got.Failed {
		t.Error("the failure of the kill is lost")
	}
	r.want("killing 0", "stop 0 within 5 s", "stop sandbox 2", "stop sandbox 1", "pod stopped")
}

func TestRestartAllContainersKillsWithoutGraceAndRemovesAll(t *testing.T) { // R10, R12
	r := newRunner(t)
	r.env.Truth.Create(inventory.Instance{ID: 7, Container: web, Attempt: 2, State: restart.StateRunning})
	r.env.Truth.Create(inventory.Instance{ID: 8, Container: initial, Attempt: 4, State: restart.StateExited})
	r.op = 8
	got := r.play(plan.Plan{Reset: []plan.Reset{{Container: web, Instance: 7, Kill: true}, {Container: initial, Instance: 8}}},
		inventory.Snapshot{})
	r.want("killing 0", "stop 0 within 2 s", "remove 7", "remove 8")
	if !got.Removed || r.env.Starts.Containers[initial].LastAttempt != 4 {
		t.Errorf("result %+v, attempts %+v", got, r.env.Starts.Containers)
	}
}
