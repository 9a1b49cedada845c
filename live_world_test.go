package podclock_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/timeline"
)

// slow is a clock that runs slowness times slower than the one below it. Each
// nanosecond of a story then has room for the order that a simulation keeps at one
// instant: facts, completions, deadlines. If settle is set, Now first waits until
// every goroutine of the bubble has done what it can within a breath.
type slow struct {
	clock.Clock               // the one below
	start       time.Time     // of the story, on the clock below
	epoch       time.Time     // of the story, on its own
	phase       time.Duration // of what AfterFunc calls, below
	settle      bool
}

const (
	slowness      = 100_000
	phaseFact     = 1 // facts of one instant go together, in their order
	phaseRuntime  = 10_000
	phaseDeadline = 20_000
)

func (c *slow) Now() time.Time {
	if c.settle {
		synctest.Wait()
		time.Sleep(breath)
		synctest.Wait()
	}
	return c.now()
}

// breath is how long a stop waits, so that probes requested before it go first.
const breath = 1

func (c *slow) now() time.Time { return c.epoch.Add(c.Clock.Now().Sub(c.start) / slowness) }

func (c *slow) AfterFunc(d time.Duration, f func()) *clock.Timer {
	return c.Clock.AfterFunc(c.until(c.now().Add(d), c.phase), f)
}

// until returns how long it is, on the clock below, to a time of the story.
func (c *slow) until(t time.Time, phase time.Duration) time.Duration {
	d := min(t.Sub(c.epoch), math.MaxInt64/slowness-1)
	return c.start.Add(d*slowness + phase).Sub(c.Clock.Now())
}

// world is the runtime and the prober of an agent, made from a simulation's
// options: their apps, images, sandboxes and outages.
type world struct {
	*runtimetest.Fake
	o     *podclock.Options
	clock *slow
	log   *timeline.Timeline
	// finished has the instant at which each pod finished; left has that instant for
	// pods that the agent has forgotten. An agent removes their containers and
	// sandboxes at once, without a record.
	left, finished map[string]time.Time
	named          map[string]types.UID // the first pod of each name
	// all is the log with the records of occupants.
	all *timeline.Timeline
	// unreached has the instant of the first fact about a pod that the agent had
	// already forgotten.
	unreached map[string]time.Time

	mu      sync.Mutex
	pods    map[types.UID]*livePod
	order   []*livePod
	runs    map[string]*liveRun // by container ID
	images  map[string]*liveImage
	outages []podclock.Outage
	ips     int
	rand    *rand.Rand
}

type livePod struct {
	spec      *podclock.Pod
	identity  lifecycle.Identity
	template  *lifecycle.Template
	apps      map[string]podclock.App
	created   map[string]int
	sandboxes int // asked for
	made      int
	sandbox   string // its ID
	occupant  bool   // it has the name of another, and is in no timeline
	refused   *podclock.Refuse
}

func (p *livePod) fullName() string { return p.identity.Namespace + "/" + p.identity.Name }

// called reports whether a fact's Pod means this pod.
func (p *livePod) called(name string) bool {
	return name == "" || name == p.fullName() || name == p.identity.Name
}

// join makes a pod known to the world.
func (w *world) join(p *livePod) {
	w.pods[p.identity.UID] = p
	w.order = append(w.order, p)
}

// nameOf returns the name of a pod in a recording. Only the first pod with a name has it
// without an addition.
func (w *world) nameOf(id lifecycle.Identity) string {
	name := id.Namespace + "/" + id.Name
	if first, ok := w.named[name]; !ok {
		w.named[name] = id.UID
	} else if first != id.UID {
		name += " " + string(id.UID)
	}
	return name
}

// refuse makes admit reject the pods that a fact names.
func (w *world) refuse(f podclock.Refuse) {
	for _, p := range w.order {
		if p.called(f.Pod) {
			p.refused = &f
		}
	}
}

func (w *world) admit(pod *corev1.Pod) *lifecycle.Eviction {
	if r := w.pods[pod.UID].refused; r != nil {
		return &lifecycle.Eviction{Reason: r.Reason, Message: r.Message}
	}
	return nil
}

type liveRun struct {
	pod     *livePod
	config  agent.ContainerConfig
	app     podclock.App
	run     int
	hung    bool
	started time.Time

	signalled   bool // while it hung
	stopError   string
	removeError string

	endsAtOnce *runtimetest.Exit // as soon as it has started
}

type liveImage struct {
	podclock.Image
	present bool
	pulls   int
	spoilt  string
}

func newWorld(o *podclock.Options, below clock.Clock) *world {
	w := &world{
		o: o, clock: &slow{Clock: below, start: below.Now(), epoch: o.Start, phase: phaseRuntime},
		log: timeline.NewFiltered(o.Start, o.Filter), all: timeline.NewFiltered(o.Start, o.Filter), unreached: map[string]time.Time{}, left: map[string]time.Time{}, finished: map[string]time.Time{}, named: map[string]types.UID{},
		pods: map[types.UID]*livePod{}, runs: map[string]*liveRun{}, images: map[string]*liveImage{},
		rand: rand.New(rand.NewPCG(o.Seed, 1)),
	}
	for name, image := range o.Images {
		w.images[name] = &liveImage{Image: image, present: image.Present}
	}
	w.Fake = &runtimetest.Fake{
		AfterFunc: func(d time.Duration, f func()) func() bool { return w.clock.AfterFunc(d, f).Stop },
		Now:       func() time.Time { return w.clock.now() },
		Program:   w.program, Sandbox: w.plan, Present: w.present, Pull: w.pull,
	}
	return w
}

// leftOut reports whether a record cannot be compared because its pod is gone: a
// fact that did not reach the agent, or a removal, which an agent does at once.
func (w *world) leftOut(r *timeline.Record) bool {
	if from, ok := w.unreached[r.Pod]; ok && !r.At.Before(from) && (r.Kind == timeline.Fact || r.Kind == timeline.Dropped) {
		return true
	}
	from, ok := w.left[r.Pod]
	removal := r.Kind == timeline.Removed || r.Kind == timeline.Failed && r.Reason == "remove"
	return ok && !r.At.Before(from) && (removal || r.Kind == timeline.Sandbox)
}

func (*world) Name() string { return "podclock" }

func (w *world) plan(config agent.SandboxConfig) runtimetest.SandboxPlan {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pods[config.Pod.UID]
	s := p.spec.Sandbox
	plan := runtimetest.SandboxPlan{
		Takes: podclock.Either(s.Takes, w.o.Latency.RunSandbox), StopTakes: podclock.Either(s.StopTakes, w.o.Latency.StopSandbox), IP: s.IP,
	}
	if p.sandboxes < len(s.Errors) {
		plan.Error = errors.New(s.Errors[p.sandboxes])
	} else if p.made++; p.made == 1 {
		plan.DiesAfter = s.DiesAfter
	}
	if p.sandboxes++; plan.IP == "" {
		w.ips++
		plan.IP = fmt.Sprintf("10.244.0.%d", w.ips%250+1)
	}
	return plan
}

func (w *world) RunSandbox(ctx context.Context, config agent.SandboxConfig) (agent.Sandbox, error) {
	s, err := w.Fake.RunSandbox(ctx, config)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pods[config.Pod.UID].sandbox = s.ID
	return s, err
}

func (w *world) image(name string) *liveImage {
	if i, ok := w.images[name]; ok {
		return i
	}
	return w.images[strings.TrimSuffix(name, ":latest")]
}

func (w *world) present(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.image(name)
	return i == nil || i.present
}

func (w *world) pull(name string) runtimetest.PullPlan {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.image(name)
	if i == nil {
		return runtimetest.PullPlan{}
	}
	plan := runtimetest.PullPlan{Size: i.Size}
	why := i.spoilt
	if n := len(i.Pulls); n > 0 {
		p := i.Pulls[min(i.pulls, n-1)]
		if plan.Takes = p.Takes; why == "" {
			why = p.Error
		}
	}
	if i.pulls++; why != "" {
		plan.Error = errors.New(why)
	}
	return plan
}

func (w *world) PullImage(ctx context.Context, name string, pod *corev1.Pod) (int64, error) {
	size, err := w.Fake.PullImage(ctx, name, pod)
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.image(name); i != nil && err == nil {
		i.present = true
	}
	return size, err
}

func (w *world) spoil(f podclock.SpoilImage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.image(f.Image)
	if i == nil {
		i = &liveImage{present: true}
		w.images[f.Image] = i
	}
	if i.spoilt = f.Error; f.Error != "" {
		i.present = false
	}
}

// call returns the arguments of an app's methods.
func (w *world) call(r *liveRun) *podclock.Call {
	c := &podclock.Call{
		Pod: r.pod.fullName(), Spec: r.config.Spec, Run: r.run, Now: w.clock.now(), IP: r.config.IP, Rand: w.rand,
	}
	if !r.started.IsZero() {
		c.Since = c.Now.Sub(r.started)
	}
	return c
}

func (w *world) program(config agent.ContainerConfig) runtimetest.Program {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.pods[config.Pod.UID]
	r := &liveRun{pod: p, config: config, app: p.apps[config.Spec.Name], run: p.created[config.Spec.Name]}
	p.created[config.Spec.Name]++
	plan := r.app.Create(w.call(r))
	program := runtimetest.Program{
		ID:          fmt.Sprintf("%s-%s-%d-%d", config.Pod.Name, config.Spec.Name, config.Attempt, r.run),
		CreateTakes: podclock.Either(plan.CreateDelay, w.o.Latency.CreateContainer),
		StartTakes:  podclock.Either(plan.StartDelay, w.o.Latency.StartContainer),
		RemoveTakes: w.o.Latency.RemoveContainer,
		LogTail:     plan.Log,
		Stop:        func() *runtimetest.Exit { return w.terminate(r) },
	}
	if plan.CreateError != "" {
		program.CreateError = errors.New(plan.CreateError)
	}
	if plan.StartError != "" {
		program.StartError = errors.New(plan.StartError)
	}
	r.stopError, r.removeError = plan.StopError, plan.RemoveError
	if e := plan.Exit; e != nil {
		exit := &runtimetest.Exit{After: e.After, Code: e.Code, Reason: e.Reason, Message: e.Message}
		if e.After > 0 {
			program.Exit = exit
		} else {
			r.endsAtOnce = exit
		}
	}
	w.runs[program.ID] = r
	return program
}

func (w *world) terminate(r *liveRun) *runtimetest.Exit {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.hung {
		r.signalled = true
		return nil
	}
	return w.reaction(r)
}

// reaction returns what an app does on its stop signal.
func (w *world) reaction(r *liveRun) *runtimetest.Exit {
	term := r.app.Terminate(w.call(r))
	if term.Ignore {
		return nil
	}
	return &runtimetest.Exit{After: term.After, Code: term.Code, Message: term.Message}
}

// recover ends the hang of a container. A stop signal that came during the hang takes effect
// now.
func (w *world) recover(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.runs[id]
	if !r.hung {
		return
	}
	r.hung = false
	if !r.signalled {
		return
	}
	if exit := w.reaction(r); exit != nil {
		after := exit.After
		exit.After = 0
		w.clock.AfterFunc(after, func() { w.End(id, *exit) })
	}
}

func (w *world) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	time.Sleep(breath)
	w.mu.Lock()
	why := w.runs[id].stopError
	w.mu.Unlock()
	if why != "" && w.Done(id) != nil {
		return errors.New(why)
	}
	return w.Fake.StopContainer(ctx, id, grace)
}

func (w *world) RemoveContainer(ctx context.Context, id string) error {
	w.mu.Lock()
	r := w.runs[id]
	w.mu.Unlock()
	if r != nil && r.removeError != "" {
		w.lasts(ctx, w.o.Latency.RemoveContainer, nil)
		return errors.New(r.removeError)
	}
	return w.Fake.RemoveContainer(ctx, id)
}

// StopSandbox fails if a container runs in it that cannot be stopped.
func (w *world) StopSandbox(ctx context.Context, sandbox string) error {
	for _, id := range w.Running() {
		w.mu.Lock()
		r := w.runs[id]
		w.mu.Unlock()
		if r.config.Sandbox == sandbox && r.stopError != "" {
			return fmt.Errorf("failed to stop container %q: %s", r.config.Spec.Name, r.stopError)
		}
	}
	return w.Fake.StopSandbox(ctx, sandbox)
}

func (w *world) StartContainer(ctx context.Context, id string) error {
	err := w.Fake.StartContainer(ctx, id)
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.runs[id]
	r.started = w.clock.now()
	if r.endsAtOnce != nil && err == nil { // the agent must see it running first
		go func() {
			time.Sleep(2 * breath)
			w.End(id, *r.endsAtOnce)
		}()
	}
	return err
}

// Probe answers as a simulation would let the app answer.
func (w *world) Probe(ctx context.Context, t handler.Target, spec *corev1.Probe) probe.Answer {
	done := w.Done(t.ContainerID)
	w.mu.Lock()
	r := w.runs[t.ContainerID]
	if done == nil {
		w.mu.Unlock()
		return podclock.Gone(&corev1.Container{Name: t.Container, Ports: t.Ports, Env: t.Env}, spec, t.PodIP)
	}
	answer, d := podclock.Answer(r.config.Spec, spec, t.PodIP, w.reply(r, kindOf(r.config.Spec, spec)))
	w.mu.Unlock()
	if spec.Exec != nil && d >= time.Duration(spec.TimeoutSeconds)*time.Second {
		d += w.o.Latency.Exec
	}
	if w.lasts(ctx, d, done) {
		return answer
	}
	return podclock.Cut(r.config.Spec, spec, t.PodIP, podclock.CutReply(r.app, r.run))
}

func (w *world) reply(r *liveRun, kind probe.Kind) podclock.Reply {
	if r.hung {
		return podclock.Hang()
	}
	for _, o := range w.outages {
		if o.Concerns(r.pod.fullName(), r.pod.identity, r.config.Spec.Name, kind) {
			return o.Reply
		}
	}
	return r.app.Probe(w.call(r), kind)
}

// kindOf compares pointers, since two probes of a container may be equal.
func kindOf(c *corev1.Container, spec *corev1.Probe) probe.Kind {
	for _, kind := range probe.Kinds {
		if probe.Of(c, kind) == spec {
			return kind
		}
	}
	panic("a probe of another template")
}

// lasts waits for d. It returns false if the container ends before, or the call is
// cancelled.
func (w *world) lasts(ctx context.Context, d time.Duration, done <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	over := make(chan struct{})
	timer := w.clock.AfterFunc(d, func() { close(over) })
	defer timer.Stop()
	select {
	case <-over:
		return true
	case <-done:
	case <-ctx.Done():
	}
	return false
}

// RunHook answers as a simulation would let the app answer.
func (w *world) RunHook(ctx context.Context, t handler.Target, hook *corev1.LifecycleHandler) handler.HookAnswer {
	done := w.Done(t.ContainerID)
	w.mu.Lock()
	r := w.runs[t.ContainerID]
	kind := lifecycle.PreStop
	if hook == r.config.Spec.Lifecycle.PostStart {
		kind = lifecycle.PostStart
	}
	failure := func(reply podclock.Reply) handler.HookAnswer {
		return handler.HookAnswer{Message: podclock.HookFailure(r.config.Spec, kind, t.PodIP, r.pod.identity, reply)}
	}
	if done == nil {
		w.mu.Unlock()
		return handler.HookAnswer{Message: podclock.HookGone(r.config.Spec, kind, t.PodIP, r.pod.identity)}
	}
	reply := podclock.Hang()
	if !r.hung {
		reply = r.app.Hook(w.call(r), kind)
	}
	w.mu.Unlock()
	d := reply.Latency()
	if reply.Kind() == podclock.ReplyHang {
		d = 12 * time.Hour // longer than any story
	}
	if w.lasts(ctx, d, done) {
		return failure(reply)
	}
	return failure(podclock.CutReply(r.app, r.run))
}

// chosen returns the IDs of the running containers that a fact names.
func (w *world) chosen(pod, container string) []string {
	var ids []string
	for _, id := range w.Running() {
		w.mu.Lock()
		r := w.runs[id]
		w.mu.Unlock()
		if !r.pod.occupant && r.pod.called(pod) && (container == "" || container == r.config.Spec.Name) {
			ids = append(ids, id)
		}
	}
	return ids
}

func exitOf(f podclock.Crash) runtimetest.Exit {
	return runtimetest.Exit{Code: f.Code, Reason: f.Reason, Message: f.Message}
}

func (w *world) outage(f podclock.Outage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.Name == "" {
		f.Name = "something"
	}
	if f.Reply.Kind() == 0 {
		f.Reply = podclock.Fail(f.Name + " is out")
	}
	w.outages = append(w.outages, f)
	if f.For > 0 {
		w.clock.Clock.AfterFunc(w.clock.until(w.clock.now().Add(f.For), phaseFact), func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.outages = w.outages[1:]
		})
	}
}
