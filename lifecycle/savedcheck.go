package lifecycle

import (
	"errors"
	"fmt"
	"slices"

	"github.com/podclock/podclock/lifecycle/internal/execute"

	"github.com/podclock/podclock/lifecycle/internal/gc"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// check says what of a machine that was read back cannot be: whatever it would
// stumble over, or wait for in vain, later on.
func check(p *Pod) error {
	c := checker{p: p}
	c.containers()
	c.truth()
	c.generator()
	c.requests()
	c.pass()
	c.kills()
	c.deletor()
	if t := p.nextTemplate; t != nil && !p.t.spec.SameContainers(t.spec) {
		c.failf("nextPod: its containers must be those of pod (P24)")
	}
	return errors.Join(c.errs...)
}

// checker collects what is wrong with p.
type checker struct {
	p    *Pod
	errs []error
}

func (c *checker) failf(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// container wants the index of a container, or NoContainer where least is that.
func (c *checker) container(field string, i, least int) {
	if n := c.p.t.Containers(); i < least || i >= n {
		c.failf("%s: %d: must be between %d and %d, as the pod has %d containers", field, i, least, n-1, n)
	}
}

// op wants a number that was given out.
func (c *checker) op(field string, op uint64) {
	if op == 0 || op > c.p.out.ops {
		c.failf("%s: %d: must be between 1 and lastOp, %d", field, op, c.p.out.ops)
	}
}

// waits wants the Op of an open request of one of these types.
func (c *checker) waits(field string, op uint64, types ...ActionType) {
	i := slices.IndexFunc(c.p.out.requests, func(r openRequest) bool { return r.op == op })
	if i < 0 || !slices.Contains(types, c.p.out.requests[i].request) {
		c.failf("%s: %d: must be the op of an open request %v", field, op, types)
	}
}

func (c *checker) containers() {
	p := c.p
	for i, one := range p.starts.Containers {
		if one.LastAttempt < -1 {
			c.failf("containers[%d].lastAttempt: %d: must be a count, or -1", i, one.LastAttempt)
		}
		c.backoff(fmt.Sprintf("containers[%d].backoff", i), one.Backoff)
	}
	for i := range p.starts.Images {
		c.backoff(fmt.Sprintf("images[%d].backoff", i), p.starts.Images[i].Backoff)
	}
	for i, kind := range p.probes.All() {
		if i >= p.t.Containers() || probe.Of(p.t.spec.Containers[i].Spec, kind) == nil {
			c.failf("probes: the pod has no %v probe of container %d", kind, i)
		}
	}
}

func (c *checker) backoff(field string, b restart.Backoff) {
	if most := restart.DefaultLimits().Max; b.Delay < 0 || b.Delay > most {
		c.failf("%s.delay: %v: must be between 0s and %v", field, b.Delay, most)
	}
}

func (c *checker) truth() {
	c.runtime("", &inventory.Snapshot{Sandboxes: c.p.truth.Sandboxes(), Instances: c.p.truth.Instances()})
}

// runtime checks instances and sandboxes. No two of them may share an ID.
func (c *checker) runtime(prefix string, r *inventory.Snapshot) {
	seen := map[uint64]bool{}
	once := func(field string, id uint64) {
		c.op(field, id)
		if seen[id] {
			c.failf("%s: %d: there is another one of that ID", field, id)
		}
		seen[id] = true
	}
	for i := range r.Sandboxes {
		once(fmt.Sprintf("%ssandboxes[%d].id", prefix, i), r.Sandboxes[i].ID)
	}
	for i := range r.Instances {
		field, one := fmt.Sprintf("%sinstances[%d]", prefix, i), &r.Instances[i]
		once(field+".id", one.ID)
		c.container(field+".container", one.Container, 0)
		if one.Attempt < 0 {
			c.failf("%s.attempt: %d: must be a count", field, one.Attempt)
		}
	}
}

func (c *checker) generator() {
	for i, s := range c.p.pleg.Seen {
		c.container(fmt.Sprintf("pleg.seen[%d].container", i), s.Container, NoContainer)
	}
	if c.p.pleg.Snapshot != nil {
		c.runtime("pleg.snapshot.", c.p.pleg.Snapshot)
	}
}

func (c *checker) requests() {
	for i, r := range c.p.out.requests {
		field := fmt.Sprintf("openRequests[%d]", i)
		c.op(field+".op", r.op)
		if i > 0 && r.op <= c.p.out.requests[i-1].op {
			c.failf("%s.op: %d: must be greater than that before it", field, r.op)
		}
		switch r.request {
		case RunSandbox, StopSandbox, RemoveSandbox:
		case InspectImage, PullImage, CreateContainer, StartContainer, StopContainer, RemoveContainer, RunHook:
			c.container(field+".container", r.container, 0)
		default:
			c.failf("%s.request: %v: must be a request that is open by its op", field, r.request)
		}
	}
}

func (c *checker) pass() {
	s := &c.p.pass
	if s.Work == 0 {
		return
	}
	if s.Stage == 0 || s.Stage > execute.StageSnapshot && s.Snapshot == nil {
		c.failf("pass: stage %q without its snapshot", s.Stage)
		return
	}
	if s.Snapshot != nil {
		c.runtime("pass.snapshot.", s.Snapshot)
	}
	c.plan(&s.Plan)
	c.place()
	c.awaits()
}

func (c *checker) plan(p *plan.Plan) {
	for i := range p.Start {
		c.container(fmt.Sprintf("pass.plan.start[%d]", i), p.Start[i], 0)
	}
	for i := range p.Kill {
		c.container(fmt.Sprintf("pass.plan.kill[%d].container", i), p.Kill[i].Container, 0)
	}
	for i := range p.Reset {
		c.container(fmt.Sprintf("pass.plan.reset[%d].container", i), p.Reset[i].Container, 0)
	}
}

// place checks where in its list the pass stands.
func (c *checker) place() {
	s := &c.p.pass
	list := 0
	switch s.Stage {
	case execute.StageKill:
		list = len(s.Plan.Kill)
	case execute.StageReset:
		list = len(s.Plan.Reset)
	case execute.StageStart:
		list = len(s.Plan.Start)
	default:
		list = s.Next // it means nothing
	}
	if s.Next < 0 || s.Next > list {
		c.failf("pass.next: %d: must be between 0 and %d", s.Next, list)
	}
	if s.Stage == execute.StageStart && s.Next == list && s.Start.Step != execute.StepCheck {
		c.failf("pass.start.step: %q: there is no container to start", s.Start.Step)
	}
}

// awaits checks what the pass waits for.
func (c *checker) awaits() {
	s := &c.p.pass
	types, must := requestOfPass(s)
	switch {
	case s.Op != 0:
		c.waits("pass.waitsForOp", s.Op, types...)
	case must:
		c.failf("pass.waitsForOp: 0: must be the op of an open request %v", types)
	}
	if s.Stage == execute.StageStart && s.Start.Step == execute.StepCreate && s.Start.Instance != s.Op {
		c.failf("pass.start.instance: %d: must be waitsForOp, %d", s.Start.Instance, s.Op)
	}
}

// requestOfPass returns what a pass in this stage asks for, and whether it must wait
// for the answer.
func requestOfPass(s *pass) (types []ActionType, must bool) {
	switch s.Stage {
	case execute.StageSandboxes:
		return []ActionType{StopSandbox}, false
	case execute.StagePurge, execute.StageReset, execute.StagePrune:
		return []ActionType{RemoveContainer}, false
	case execute.StageRunSandbox:
		return []ActionType{RunSandbox}, false
	case execute.StageStart:
		return requestOfStart(s.Start.Step)
	}
	return nil, false
}

func requestOfStart(s execute.Step) (types []ActionType, must bool) {
	switch s {
	case execute.StepInspect:
		return []ActionType{InspectImage}, true
	case execute.StepPull:
		return []ActionType{PullImage}, true
	case execute.StepCreate:
		return []ActionType{CreateContainer}, true
	case execute.StepRun:
		return []ActionType{StartContainer}, true
	case execute.StepHook:
		return []ActionType{RunHook}, false
	}
	return nil, false
}

func (c *checker) kills() {
	for i := range c.p.kills.Kills {
		k, field := &c.p.kills.Kills[i], fmt.Sprintf("kills.kills[%d]", i)
		c.container(field+".container", k.Container, 0)
		if k.Grace < 0 {
			c.failf("%s.graceSeconds: %d: must be 0 or more", field, k.Grace)
		}
		switch {
		case k.Stage == 0:
			c.failf("%s.stage: there is none", field)
		case k.Stage == kill.Stop:
			c.waits(field+".waitsForOp", k.Op, StopContainer)
		case k.Stage == kill.PreStop && k.Op != 0:
			c.waits(field+".waitsForOp", k.Op, RunHook)
		}
		if k.Until.IsZero() && (k.Stage == kill.PreStop || k.Stage == kill.Turn) {
			c.failf("%s.until: must be set while its stage is %q", field, k.Stage)
		}
	}
	for i, h := range c.p.kills.Abandoned {
		c.container(fmt.Sprintf("strayHooks[%d].container", i), h.Container, 0)
	}
}

func (c *checker) deletor() {
	d := &c.p.garbage
	if d.Op == 0 {
		return
	}
	c.waits("deletor.waitsForOp", d.Op, RemoveContainer, StopSandbox, RemoveSandbox)
	stops := slices.ContainsFunc(c.p.out.requests,
		func(r openRequest) bool { return r.op == d.Op && r.request == StopSandbox })
	if stops && (len(d.Queue) == 0 || d.Queue[0] != (gc.Item{ID: d.Now, Sandbox: true, Stopped: true})) {
		c.failf("deletor.queue[0]: must be the removal of sandbox %d, which is being stopped", d.Now)
	}
}
