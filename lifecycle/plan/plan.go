package plan

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Pod is what plans use of a pod.
type Pod struct {
	RestartPolicy corev1.RestartPolicy
	HostNetwork   bool
	// Containers are the regular containers, and then the entries of the init list, each in
	// spec order. Regular is the number of regular containers.
	Containers []Container
	Regular    int
	// StaysInitialized switches quirk S11 off. A pod whose regular containers have started in
	// the present sandbox then counts as initialized, even if all of them have exited.
	StaysInitialized bool
	// SingleKillStands switches quirk S14 off. The kill of the last container then does not
	// become a kill of the whole pod.
	SingleKillStands bool
}

// Container is one container of a [Pod].
type Container struct {
	Name, Image string
	Role        restart.Role
	Policy      restart.Policy
	// RestartPolicy is the container's own or, if it has none, the pod's.
	RestartPolicy corev1.RestartPolicy
	// Startup and Liveness say whether it has that probe.
	Startup, Liveness bool
}

func (p *Pod) inits() int { return len(p.Containers) - p.Regular }

// Plan is what one sync would do to a pod, as data. It is decided from one snapshot of the
// runtime before anything is done.
type Plan struct {
	// KillPod says that all containers and the sandbox are stopped first.
	KillPod bool `json:"killPod,omitempty"`
	// CreateSandbox says that a sandbox is made, with number Attempt. Sandbox is the ID of the
	// one that it replaces. If 0, it replaces none.
	CreateSandbox bool   `json:"createSandbox,omitempty"`
	Attempt       uint64 `json:"attempt,omitempty"`
	Sandbox       uint64 `json:"sandbox,omitempty"`
	// Start has the containers to start, in order: entries of the init list, then regular
	// containers.
	Start []int `json:"start,omitempty"`
	// Restarts has the causes of those restarts that the exit code did not decide.
	Restarts []Restart `json:"restarts,omitempty"`
	// Kill has the single containers to stop first.
	Kill []Kill `json:"kill,omitempty"`
	// Reset has the instances to remove for RestartAllContainers, in order (R10).
	Reset []Reset `json:"reset,omitempty"`
}

// Kill is one container to stop, and the reason.
type Kill struct {
	Container int    `json:"container"`
	Instance  uint64 `json:"instance"`
	Message   string `json:"message,omitempty"`
	Cause     Cause  `json:"cause"`
}

// Reset is one instance to remove. If Kill is true, it has not exited and is killed first.
type Reset struct {
	Container int    `json:"container"`
	Instance  uint64 `json:"instance"`
	Kill      bool   `json:"kill,omitempty"`
}

// Cause is the cause of a container's kill, as far as it decides the grace period (C41).
type Cause uint8

// The causes.
const (
	CauseOther         Cause = iota // pod kill, changed definition, hook, RestartAllContainers
	CauseStartupProbe               // the startup probe has failed
	CauseLivenessProbe              // the liveness probe has failed
	CauseUnknownState               // the runtime does not know its state (R8)
)

// String describes the cause.
func (c Cause) String() string {
	switch c {
	case CauseOther:
		return "other"
	case CauseStartupProbe:
		return "startup probe"
	case CauseLivenessProbe:
		return "liveness probe"
	case CauseUnknownState:
		return "unknown state"
	}
	return fmt.Sprintf("Cause(%d)", uint8(c))
}

// MarshalText implements [encoding.TextMarshaler]. The text is that of String.
func (c Cause) MarshalText() ([]byte, error) { return wire.Name(c, CauseUnknownState) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *Cause) UnmarshalText(b []byte) error { return wire.Parse(b, c, CauseUnknownState) }

// Results returns the published result of a container's probe for an instance. It returns
// false if there is none (P69).
type Results func(container int, instance uint64, kind probe.Kind) (probe.Result, bool)

// Input is the input of a plan.
type Input struct {
	// Snapshot is what the sync knows of the runtime.
	Snapshot *inventory.Snapshot
	// Results are the published probe results. If nil, there are none.
	Results Results
	// RestartAll says that the condition AllContainersRestarting is True (R9).
	RestartAll bool
	// RestartPending says, by container, that it was killed in order to be started again,
	// whatever its exit code (R39), and was not started yet. If nil, there is no such
	// container. A kubelet does not remember this (R41).
	RestartPending []bool
	// Deleting says that the pod object has a deletion timestamp. Nothing is then started
	// (R6).
	Deleting bool
}

// planner makes one plan.
type planner struct {
	pod  *Pod
	r    *inventory.Snapshot
	in   Input
	plan Plan
}

// Plan decides what one sync of the pod does (R6 to R10, S1 to S14, P79, C50, C51).
func (p *Pod) Plan(in Input) Plan {
	w := planner{pod: p, r: in.Snapshot, in: in}
	w.decide(in.RestartAll)
	return w.plan
}

func (p *planner) decide(restartAll bool) {
	need, attempt, old := p.pod.NeedsSandbox(p.r)
	p.plan = Plan{KillPod: need, CreateSandbox: need, Attempt: attempt, Sandbox: old}
	switch {
	case restartAll:
		p.reset()
	case need:
		p.newSandbox()
	default:
		if p.initContainers() && !p.plan.KillPod {
			p.regularContainers()
		}
	}
}

// NeedsSandbox reports whether the pod needs a new sandbox. It also returns the attempt and
// the sandbox to replace (S1).
func (p *Pod) NeedsSandbox(r *inventory.Snapshot) (need bool, attempt, old uint64) {
	if len(r.Sandboxes) == 0 {
		return true, 0, 0
	}
	ready := 0
	for _, s := range r.Sandboxes {
		if s.Ready {
			ready++
		}
	}
	newest := r.Sandboxes[0]
	noIP := newest.IP == "" && !p.HostNetwork
	if ready > 1 || !newest.Ready || noIP {
		return true, newest.Attempt + 1, newest.ID
	}
	return false, newest.Attempt, newest.ID
}

// newSandbox decides what to start in a new sandbox (S2). If nothing may be started, the pod
// is only killed (S3).
func (p *planner) newSandbox() {
	if p.pod.RestartPolicy == corev1.RestartPolicyNever && p.plan.Attempt != 0 && len(p.r.Instances) > 0 {
		p.plan.CreateSandbox = false // policy Never allows no second sandbox (S3 a)
		return
	}
	var start []int
	for i := range p.pod.Regular {
		if !p.succeededForGood(i) {
			start = append(start, i)
		}
	}
	if len(start) == 0 && p.regularCreated() {
		p.plan.CreateSandbox = false // nothing is left to run (S3 b)
		return
	}
	if p.pod.inits() > 0 {
		start = []int{p.pod.Regular} // only the first entry of the init list; the others follow it (S2)
	}
	p.plan.Start = start
	for _, i := range start {
		p.restart(i, RestartSandbox)
	}
}

// succeededForGood reports whether a regular container with policy OnFailure last exited
// with 0. It is not started again in a new sandbox (S2).
func (p *planner) succeededForGood(i int) bool {
	c := p.r.Newest(i)
	return c != nil && c.State == restart.StateExited && c.ExitCode == 0 &&
		p.pod.Containers[i].RestartPolicy == corev1.RestartPolicyOnFailure
}

// regularCreated reports whether a regular container was ever created.
func (p *planner) regularCreated() bool { return p.r.Created(p.pod.Regular) }

// regularContainers decides about the regular containers of an initialized pod (S8).
func (p *planner) regularContainers() {
	kept, starts := 0, 0
	for i := range p.pod.Regular {
		c := p.r.Newest(i)
		var started, keep bool
		if c == nil || c.State != restart.StateRunning {
			started = p.idleRegular(i, c)
		} else {
			started, keep = p.runningRegular(i, c)
		}
		if started {
			p.plan.Start = append(p.plan.Start, i)
			starts++
		}
		if keep {
			kept++
		}
	}
	if kept == 0 && starts == 0 {
		p.endPod()
	}
}

// endPod kills the whole pod, because nothing is left to run (S14).
func (p *planner) endPod() {
	if p.pod.SingleKillStands && len(p.plan.Kill) > 0 {
		return // without the quirk the single kill remains, and the next sync ends the pod
	}
	p.plan.KillPod = true
	p.plan.Start, p.plan.Restarts = nil, nil
}

// idleRegular reports whether a regular container that does not run must be started (R6).
func (p *planner) idleRegular(i int, c *inventory.Instance) bool {
	state, code := p.r.State(i)
	pending := p.in.RestartPending != nil && p.in.RestartPending[i] && !p.in.Deleting
	if !pending && !p.pod.Containers[i].Policy.Due(state, code, p.in.Deleting) {
		return false
	}
	switch {
	case c != nil && c.State == restart.StateUnknown:
		p.kill(i, c, CauseUnknownState, `Container is in "unknown" state, try killing it before restart`)
		p.restart(i, RestartUnknown)
	case pending:
		p.restart(i, RestartPending)
	}
	return true
}

// runningRegular decides whether a running regular container is started again and whether it
// keeps running (P79, C51, R38).
func (p *planner) runningRegular(i int, c *inventory.Instance) (started, keep bool) {
	name := p.pod.Containers[i].Name
	again := p.pod.Containers[i].Policy.OnKill()
	var cause Cause
	var why RestartCause
	var message string
	switch {
	case p.pod.changed(c):
		message, again, why = "Container "+name+" definition changed", true, RestartImage
	case p.failed(c, probe.Liveness):
		message, cause, why = "Container "+name+" failed liveness probe", CauseLivenessProbe, RestartLiveness
	case p.failed(c, probe.Startup):
		message, cause, why = "Container "+name+" failed startup probe", CauseStartupProbe, RestartStartup
	default:
		return false, true
	}
	if again {
		message += ", will be restarted"
		p.restart(i, why)
	}
	p.kill(i, c, cause, message)
	return again, false
}

func (p *planner) kill(i int, c *inventory.Instance, cause Cause, message string) {
	p.plan.Kill = append(p.plan.Kill, Kill{Container: i, Instance: c.ID, Message: message, Cause: cause})
}

func (p *planner) failed(c *inventory.Instance, kind probe.Kind) bool {
	r, ok := p.result(c, kind)
	return ok && r == probe.Failure
}

func (p *planner) result(c *inventory.Instance, kind probe.Kind) (probe.Result, bool) {
	if p.in.Results == nil {
		return probe.Unknown, false
	}
	return p.in.Results(c.Container, c.ID, kind)
}

// changed reports whether the template has another image than the instance.
func (p *Pod) changed(c *inventory.Instance) bool {
	return c.Image != p.Containers[c.Container].Image
}

// reset lists all instances for removal: first those whose exit did not cause it; regular
// containers before the init list; each in spec order (R10).
func (p *planner) reset() {
	for _, source := range [...]bool{false, true} {
		for i := range p.pod.Containers {
			p.resetContainer(i, source)
		}
	}
}

func (p *planner) resetContainer(i int, source bool) {
	for j := range p.r.Instances {
		c := &p.r.Instances[j]
		if c.Container != i {
			continue
		}
		exited := c.State == restart.StateExited
		if source == (exited && p.pod.Containers[i].Policy.RestartsAll(c.ExitCode)) {
			p.plan.Reset = append(p.plan.Reset, Reset{Container: i, Instance: c.ID, Kill: !exited})
		}
	}
}
