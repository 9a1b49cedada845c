package execute

import (
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/timeline"
)

// NoContainer stands for the pod as a whole where a container is named.
const NoContainer = -1

// Config is what of a kubelet's configuration changes how a plan is carried out.
// The zero Config is a kubelet as shipped.
type Config struct {
	// SeesOwnKills switches quirk R26 off: back-off counts from the end of a
	// container that the same sync has killed.
	SeesOwnKills bool
	// KeepsBackoff switches quirk R25 off: a back-off entry does not vanish while a
	// start waits for it.
	KeepsBackoff bool
	// OwesRestart switches quirk R41 off: a killed container is started again,
	// whatever its exit code.
	OwesRestart bool
	// NoLogs says that the runtime writes no log files, so that restart counts are
	// lost with their containers (R12).
	NoLogs bool
	// SharesImages says that any pod may use any image that was pulled (F15).
	SharesImages bool
}

// Env is what a Run reads and acts on. It is valid for one call.
type Env struct {
	Now    time.Time
	Pod    *spec.Pod
	ID     fmt.Stringer // of the pod, in messages: NAME_NAMESPACE(UID)
	Config Config
	Truth  *inventory.Truth
	Kills  *kill.Group
	Starts *Starts
	Host   Host
	// DeletionGrace is the grace period of the pod object that the sync began with,
	// in seconds. If nil, that object was not deleted.
	DeletionGrace *int64
	// Terminating says that this sync stops the pod for good.
	Terminating bool
	// Ending says that the pod's end was decided, perhaps after the sync began.
	Ending bool
	// KillsTime is how long a sync takes from the end of its kills to its starts.
	KillsTime time.Duration
	// WakesAtExpiry says that there are no periodic syncs: the next one is due when a
	// back-off entry vanishes (R25).
	WakesAtExpiry bool
}

// Host carries out what a Run asks for. Methods that return a number ask the
// runtime, and return the Op of the request.
type Host interface {
	kill.Host
	// Event records an event; container can be NoContainer.
	Event(container int, severity, reason, message string)
	// Explain records the reason of a decision.
	Explain(container int, d timeline.DecisionKind, message string)
	// Housekeeping returns the first housekeeping strictly after t (T2).
	Housekeeping(t time.Time) time.Time

	StopSandbox(id uint64) uint64
	RunSandbox(attempt uint64) uint64
	// RemoveInstance returns 0 for an instance that is gone already.
	RemoveInstance(id uint64) uint64
	InspectImage(container int) uint64
	PullImage(container int) uint64
	// CreateContainer returns an Op that is the ID of the new instance, too.
	CreateContainer(container int, attempt int32) uint64
	StartContainer(c *inventory.Instance) uint64
	// RunPostStart sets the hook off.
	RunPostStart(container int, instance uint64) kill.HookRun

	// SandboxReady is called when the new sandbox is up (S5), PodStopped when the
	// kills of a terminating sync are over (S73).
	SandboxReady()
	PodStopped()
}

// Answer is what the runtime answered to the request that a Run waits for.
type Answer struct {
	// Err is the failure as the runtime words it, and Reason the waiting reason of a
	// failed creation. Ran says that there is a sandbox all the same.
	Err, Reason string
	Ran         bool
	// Present says that the runtime has the image.
	Present bool
	// Size is that of a pulled image, in bytes; Took and TookInLine are how long the
	// pull took without and with waiting for its turn (I11).
	Size             int64
	Took, TookInLine time.Duration
}

// Run is one sync in execution. The zero Run is none. Only its methods change it;
// the fields are exported for its written form.
type Run struct {
	Stage Stage `json:"stage"`
	// WakeAt is when a Run that waits for time goes on; zero: it does not wait.
	WakeAt time.Time `json:"wakeAt,omitzero"`
	// Op is the request that it waits for; 0: none.
	Op     uint64  `json:"waitsForOp,omitempty"`
	answer *Answer // what came back for Op

	Snapshot *inventory.Snapshot `json:"snapshot,omitempty"` // of the runtime, which the sync works on
	Plan     plan.Plan           `json:"plan,omitzero"`

	SandboxErr string `json:"sandboxError,omitempty"` // why a sandbox could not be stopped (S75)

	Next   int      `json:"next,omitempty"`  // position in the list that the stage works on
	Queue  []uint64 `json:"queue,omitempty"` // instances or sandboxes of a stage that removes or stops
	Start  Start    `json:"start,omitzero"`
	Result Result   `json:"sync,omitzero"`
}

// Result sums up what a sync did (R33, T22).
type Result struct {
	Acted   bool      `json:"acted,omitempty"`       // it did something, so that an on-demand relist follows
	Failed  bool      `json:"failed,omitempty"`      // some step failed
	Refused time.Time `json:"refusedUntil,omitzero"` // earliest expiry of a refused start (R28); zero: none
	Removed bool      `json:"removed,omitempty"`     // it removed instances for RestartAllContainers
}

// refuse notes the expiry of a refused start.
func (s *Result) refuse(until time.Time) {
	s.Failed = true
	if s.Refused.IsZero() || until.Before(s.Refused) {
		s.Refused = until
	}
}

// Begin returns a Run that waits for its snapshot.
func Begin() Run { return Run{Stage: StageSnapshot} }

// Clone returns an independent copy. Snapshots are never changed, so it shares
// them.
func (r *Run) Clone() Run {
	c := *r
	c.Plan.Start = slices.Clone(r.Plan.Start)
	c.Plan.Restarts = slices.Clone(r.Plan.Restarts)
	c.Plan.Kill = slices.Clone(r.Plan.Kill)
	c.Plan.Reset = slices.Clone(r.Plan.Reset)
	c.Queue = slices.Clone(r.Queue)
	return c
}

// Written returns a copy for a written form, which shares nothing.
func (r *Run) Written() Run {
	c := r.Clone()
	c.Snapshot = r.Snapshot.Clone()
	return c
}

// Due reports whether the Run can go on: it waits neither for the runtime nor,
// beyond now, for time.
func (r *Run) Due(now time.Time, kills *kill.Group) bool {
	return r.Op == 0 && !kills.Busy() && !r.WakeAt.After(now)
}

// Wake ends a wait for time.
func (r *Run) Wake() { r.WakeAt = time.Time{} }

// Wait makes the Run go on at that time.
func (r *Run) Wait(until time.Time) { r.WakeAt = until }

// Answered takes the answer to the request that the Run waits for; false: it is
// another's.
func (r *Run) Answered(op uint64, a Answer) bool {
	if op != r.Op {
		return false
	}
	r.Op, r.answer = 0, &a
	return true
}

// Read gives the Run its snapshot.
func (r *Run) Read(s *inventory.Snapshot) { r.Snapshot, r.Stage = s, StageStatus }

// Carry begins to carry out a plan at that time; zero: at once.
func (r *Run) Carry(p plan.Plan, at time.Time) { r.Plan, r.WakeAt, r.Stage = p, at, StagePlan }

// End ends what there is to do.
func (r *Run) End() { r.Stage = StageEnd }

// Fail ends it with an error.
func (r *Run) Fail() {
	r.Result.Failed = true
	r.End()
}

// Advance does the present stage, as far as it gets without waiting.
func (r *Run) Advance(e *Env) {
	switch r.Stage {
	case StagePlan:
		r.begin(e)
	case StageKillPod:
		r.podKilled(e)
	case StageSandboxes:
		r.stopSandboxes(e)
	case StagePurge, StagePrune:
		r.removeQueued(e)
	case StageKill:
		r.killNext(e)
	case StageReset:
		r.resetNext(e)
	case StageRunSandbox:
		r.runSandbox(e)
	case StageStart:
		r.startNext(e)
	default:
		panic("execute: nothing to advance in stage " + r.Stage.String())
	}
}

// await makes the Run wait for a request's answer; 0: it does not wait.
func (r *Run) await(op uint64) { r.Op = op }

// take returns the answer that the Run waited for, once. It is nil if none came.
func (r *Run) take() *Answer {
	a := r.answer
	r.answer = nil
	return a
}

// failed reports whether the Run waited for an answer that is an error.
func (r *Run) failed() bool {
	a := r.take()
	return a != nil && a.Err != ""
}
