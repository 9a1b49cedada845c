package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Plan is what one sync would do to a pod: actions as data, decided from one
// snapshot of the runtime before any of them is carried out.
type Plan struct {
	// KillPod: all containers and the sandbox are stopped first.
	KillPod bool `json:"killPod,omitempty"`
	// CreateSandbox with this Attempt; Sandbox is the one it replaces, 0 if none.
	CreateSandbox bool   `json:"createSandbox,omitempty"`
	Attempt       uint64 `json:"attempt,omitempty"`
	Sandbox       uint64 `json:"sandbox,omitempty"`
	// Start lists the containers to start, in order: entries of the init list
	// first, then regular containers.
	Start []int `json:"start,omitempty"`
	// Kill lists the single containers to stop first.
	Kill []Kill `json:"kill,omitempty"`
	// Reset lists the instances to remove for RestartAllContainers, in order (R10).
	Reset []Reset `json:"reset,omitempty"`
}

// Kill is one container to stop, and why.
type Kill struct {
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Message   string    `json:"message,omitempty"`
	Cause     KillCause `json:"cause"`
}

// Reset is one instance to remove, killed first if it has not exited.
type Reset struct {
	Container int    `json:"container"`
	Instance  uint64 `json:"instance"`
	Kill      bool   `json:"kill,omitempty"`
}

// KillCause says why a container is killed, where that decides its grace
// period (C41).
type KillCause uint8

// The causes.
const (
	KillOther KillCause = iota // pod kill, changed definition, hook, RestartAllContainers
	KillStartupProbe
	KillLivenessProbe
	KillUnknownState
)

// String returns the cause in words.
func (c KillCause) String() string {
	switch c {
	case KillOther:
		return "other"
	case KillStartupProbe:
		return "startup probe"
	case KillLivenessProbe:
		return "liveness probe"
	case KillUnknownState:
		return "unknown state"
	}
	return fmt.Sprintf("KillCause(%d)", uint8(c))
}

// MarshalText implements [encoding.TextMarshaler]: the cause's String.
func (c KillCause) MarshalText() ([]byte, error) { return wire.Name(c, KillUnknownState) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *KillCause) UnmarshalText(b []byte) error { return wire.Parse(b, c, KillUnknownState) }

// ProbeResults gives the published result of a container's probe for an
// instance; false if there is none (P69).
type ProbeResults func(container int, instance uint64, kind probe.Kind) (probe.Result, bool)

// PlanInput is what a plan is made from.
type PlanInput struct {
	// Runtime is a snapshot of what the runtime has of the pod.
	Runtime *inventory.Snapshot
	// Results are the published probe results; nil: there are none.
	Results ProbeResults
	// RestartAll: condition AllContainersRestarting is True (R9).
	RestartAll bool
	// RestartPending: containers that were killed to be started again, whatever their exit
	// code (R39), and were not started yet; nil: none. A kubelet forgets them (R41).
	RestartPending []bool
	// Deleting: the pod object carries a deletion timestamp (R6).
	Deleting bool
}

// planner holds the inputs of one plan.
type planner struct {
	t    *Template
	r    *inventory.Snapshot
	in   PlanInput
	plan Plan
}

// Plan decides what one sync of the pod does (R6–R10, S1–S14, P79, C50, C51).
func (t *Template) Plan(in PlanInput) Plan {
	p := planner{t: t, r: in.Runtime, in: in}
	p.decide(in.RestartAll)
	return p.plan
}

func (p *planner) decide(restartAll bool) {
	need, attempt, old := p.t.needsSandbox(p.r)
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

// needsSandbox reports whether a new sandbox is needed, its attempt, and the
// one it replaces (S1).
func (t *Template) needsSandbox(r *inventory.Snapshot) (need bool, attempt, old uint64) {
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
	noIP := newest.IP == "" && !t.hostNetwork
	if ready > 1 || !newest.Ready || noIP {
		return true, newest.Attempt + 1, newest.ID
	}
	return false, newest.Attempt, newest.ID
}

// newSandbox decides what to start in a new sandbox (S2), or that none is made
// and the pod is only killed (S3).
func (p *planner) newSandbox() {
	if p.t.pod.Spec.RestartPolicy == corev1.RestartPolicyNever && p.plan.Attempt != 0 && len(p.r.Instances) > 0 {
		p.plan.CreateSandbox = false // S3 (a)
		return
	}
	var start []int
	for i := range p.t.regular() {
		if !p.succeededForGood(i) {
			start = append(start, i)
		}
	}
	if len(start) == 0 && p.regularCreated() {
		p.plan.CreateSandbox = false // S3 (b)
		return
	}
	if p.t.inits() > 0 {
		start = []int{p.t.regular()} // S2: only the first entry of the init list
	}
	p.plan.Start = start
}

// succeededForGood reports that a regular container last exited with 0 and its
// policy is OnFailure (S2).
func (p *planner) succeededForGood(i int) bool {
	c := p.r.Newest(i)
	return c != nil && c.State == restart.StateExited && c.ExitCode == 0 && p.t.effectivePolicy(i) == corev1.RestartPolicyOnFailure
}

// regularCreated reports whether some regular container was ever created.
func (p *planner) regularCreated() bool { return p.t.anyRegularCreated(p.r) }

func (t *Template) anyRegularCreated(r *inventory.Snapshot) bool {
	for i := range t.regular() {
		switch s, _ := r.State(i); s {
		case restart.StateCreated, restart.StateRunning, restart.StateExited:
			return true
		}
	}
	return false
}

// regularContainers decides about the regular containers of an initialized pod
// (S8).
func (p *planner) regularContainers() {
	kept, starts := 0, 0
	for i := range p.t.regular() {
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

// endPod kills the whole pod: nothing is left to run (S14).
func (p *planner) endPod() {
	if !p.t.has(QuirkS14) && len(p.plan.Kill) > 0 {
		return // without the quirk the single kill stands; the next sync ends the pod
	}
	p.plan.KillPod = true
	p.plan.Start = nil
}

// idleRegular reports whether a regular container that does not run is due (R6).
func (p *planner) idleRegular(i int, c *inventory.Instance) bool {
	state, code := p.r.State(i)
	pending := p.in.RestartPending != nil && p.in.RestartPending[i] && !p.in.Deleting
	if !pending && !p.t.containers[i].policy.Due(state, code, p.in.Deleting) {
		return false
	}
	if c != nil && c.State == restart.StateUnknown {
		p.kill(i, c, KillUnknownState, `Container is in "unknown" state, try killing it before restart`)
	}
	return true
}

// runningRegular judges a running regular container (P79, C51, R38): whether it
// is started again, and whether it is kept.
func (p *planner) runningRegular(i int, c *inventory.Instance) (started, keep bool) {
	name := p.t.name(i)
	again := p.t.containers[i].policy.OnKill()
	var cause KillCause
	var message string
	switch {
	case p.t.changed(c):
		message, again = "Container "+name+" definition changed", true
	case p.failed(c, probe.Liveness):
		message, cause = "Container "+name+" failed liveness probe", KillLivenessProbe
	case p.failed(c, probe.Startup):
		message, cause = "Container "+name+" failed startup probe", KillStartupProbe
	default:
		return false, true
	}
	if again {
		message += ", will be restarted"
	}
	p.kill(i, c, cause, message)
	return again, false
}

func (p *planner) kill(i int, c *inventory.Instance, cause KillCause, message string) {
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

// changed reports whether an instance was made from another definition.
func (t *Template) changed(c *inventory.Instance) bool {
	return c.Image != t.containers[c.Container].spec.Image
}

// reset lists all instances for removal: those whose exit did not ask for it
// first, regular containers before the init list, spec order within (R10).
func (p *planner) reset() {
	for _, source := range [...]bool{false, true} {
		for i := range p.t.containers {
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
		if source == (exited && p.t.containers[i].policy.RestartsAll(c.ExitCode)) {
			p.plan.Reset = append(p.plan.Reset, Reset{Container: i, Instance: c.ID, Kill: !exited})
		}
	}
}
