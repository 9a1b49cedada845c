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

// NoContainer is used as the index of a container if the whole pod is meant.
const NoContainer = -1

// Config is the part of a kubelet's configuration that changes how a plan is carried out.
// The zero Config is the default kubelet.
type Config struct {
	// SeesOwnKills switches quirk R26 off. The back-off then counts from the end of a
	// container that the same sync has killed.
	SeesOwnKills bool
	// KeepsBackoff switches quirk R25 off. A back-off entry then does not vanish while a start
	// waits for it.
	KeepsBackoff bool
	// OwesRestart switches quirk R41 off. A killed container is then started again, whatever
	// its exit code.
	OwesRestart bool
	// NoLogs says that the runtime writes no log files. Restart counts are then lost when
	// their containers are removed (R12).
	NoLogs bool
	// SharesImages says that any pod may use any image that was pulled (F15).
	SharesImages bool
}

// Env is what a Run reads and acts on. It is valid for one call.
type Env struct {
	Now    time.Time
	Pod    *spec.Pod
	ID     fmt.Stringer // the pod in messages: NAME_NAMESPACE(UID)
	Config Config
	Truth  *inventory.Truth
	Kills  *kill.Group
	Starts *Starts
	Host   Host
	// DeletionGrace is the grace period, in seconds, of the pod object with which the sync
	// began. If nil, that object was not deleted.
	DeletionGrace *int64
	// Terminating says that this sync stops the pod for good.
	Terminating bool
	// Ending says that the end of the pod was decided, possibly after the sync began.
	Ending bool
	// KillsTime is the time from the end of a sync's kills to its starts.
	KillsTime time.Duration
	// WakesAtExpiry says that there are no periodic syncs. The next sync is then due when a
	// back-off entry vanishes (R25).
	WakesAtExpiry bool
}

// Host carries out what a Run asks for. A method that returns a number begins a request to
// the runtime and returns its Op.
type Host interface {
	kill.Host
	// Event records an event. container may be NoContainer.
	Event(container int, severity, reason, message string)
	// Explain records the reason for a decision.
	Explain(container int, d timeline.DecisionKind, message string)
	// Housekeeping returns the first housekeeping strictly after t (T2).
	Housekeeping(t time.Time) time.Time

	StopSandbox(id uint64) uint64
	RunSandbox(attempt uint64) uint64
	// RemoveInstance returns 0 if the instance is already gone.
	RemoveInstance(id uint64) uint64
	InspectImage(container int) uint64
	PullImage(container int) uint64
	// CreateContainer returns an Op that is also the ID of the new instance.
	CreateContainer(container int, attempt int32) uint64
	StartContainer(c *inventory.Instance) uint64
	// RunPostStart begins the hook.
	RunPostStart(container int, instance uint64) kill.HookRun

	// SandboxReady is called when the new sandbox is ready (S5). PodStopped is called when the
	// kills of a terminating sync are over (S73).
	SandboxReady()
	PodStopped()
}

// Answer is the runtime's answer to the request that a Run waits for.
type Answer struct {
	// Err is the runtime's text of the failure. Reason is the waiting reason after a failed
	// creation. Ran says that there is a sandbox in spite of Err.
	Err, Reason string
	Ran         bool
	// Present says that the runtime has the image.
	Present bool
	// Size is the size of a pulled image in bytes. Took is the duration of the pull, and
	// TookInLine includes the wait for its turn (I11).
	Size             int64
	Took, TookInLine time.Duration
}

// Run is one sync in execution. The zero Run is no sync. Only its methods change it. Its
// fields are exported so that it can be saved.
type Run struct {
	Stage Stage `json:"stage"`
	// WakeAt is when a Run that waits for time continues. If zero, it does not wait.
	WakeAt time.Time `json:"wakeAt,omitzero"`
	// Op is the request that it waits for. If 0, there is none.
	Op     uint64  `json:"waitsForOp,omitempty"`
	answer *Answer // the answer to Op

	Snapshot *inventory.Snapshot `json:"snapshot,omitempty"` // what the sync knows of the runtime
	Plan     plan.Plan           `json:"plan,omitzero"`

	SandboxErr string `json:"sandboxError,omitempty"` // why a sandbox could not be stopped (S75)

	Next   int      `json:"next,omitempty"`  // the index in the list of the present stage
	Queue  []uint64 `json:"queue,omitempty"` // the instances or sandboxes that the present stage removes or stops
	Start  Start    `json:"start,omitzero"`
	Result Result   `json:"sync,omitzero"`
}

// Result is what a sync did (R33, T22).
type Result struct {
	Acted   bool      `json:"acted,omitempty"`       // it did something: a relist on demand follows
	Failed  bool      `json:"failed,omitempty"`      // a step failed
	Refused time.Time `json:"refusedUntil,omitzero"` // earliest end of a refused start's back-off (R28); zero if none
	Removed bool      `json:"removed,omitempty"`     // it removed instances for RestartAllContainers
}

// refuse records the end of a refused start's back-off.
func (s *Result) refuse(until time.Time) {
	s.Failed = true
	if s.Refused.IsZero() || until.Before(s.Refused) {
		s.Refused = until
	}
}

// Begin returns a Run that waits for its snapshot.
func Begin() Run { return Run{Stage: StageSnapshot} }

// Clone returns an independent copy. It shares the snapshot, which is never changed.
func (r *Run) Clone() Run {
	c := *r
	c.Plan.Start = slices.Clone(r.Plan.Start)
	c.Plan.Restarts = slices.Clone(r.Plan.Restarts)
	c.Plan.Kill = slices.Clone(r.Plan.Kill)
	c.Plan.Reset = slices.Clone(r.Plan.Reset)
	c.Queue = slices.Clone(r.Queue)
	return c
}

// Written returns a copy to be saved, which shares nothing.
func (r *Run) Written() Run {
	c := r.Clone()
	c.Snapshot = r.Snapshot.Clone()
	return c
}

// Due reports whether the Run can continue: it waits neither for the runtime nor for a time
// after now.
func (r *Run) Due(now time.Time, kills *kill.Group) bool {
	return r.Op == 0 && !kills.Busy() && !r.WakeAt.After(now)
}

// Wake ends a wait for time.
func (r *Run) Wake() { r.WakeAt = time.Time{} }

// Wait makes the Run continue at a time.
func (r *Run) Wait(until time.Time) { r.WakeAt = until }

// Answered takes the answer to the request that the Run waits for. It returns false if the
// answer is for another request.
func (r *Run) Answered(op uint64, a Answer) bool {
	if op != r.Op {
		return false
	}
	r.Op, r.answer = 0, &a
	return true
}

// Read gives the Run its snapshot.
func (r *Run) Read(s *inventory.Snapshot) { r.Snapshot, r.Stage = s, StageStatus }

// Carry begins to carry out a plan at a time. If the time is zero, it begins at once.
func (r *Run) Carry(p plan.Plan, at time.Time) { r.Plan, r.WakeAt, r.Stage = p, at, StagePlan }

// End makes the Run skip to its end.
func (r *Run) End() { r.Stage = StageEnd }

// Fail ends the Run with an error.
func (r *Run) Fail() {
	r.Result.Failed = true
	r.End()
}

// Advance works on the present stage until it must wait or the stage is over.
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

// await makes the Run wait for a request's answer. If op is 0, it does not wait.
func (r *Run) await(op uint64) { r.Op = op }

// take returns the answer that the Run waited for, and clears it. If none came, it returns
// nil.
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
