package node

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// Host says what containers do. An error is a mistake of an app and ends the
// simulation.
type Host interface {
	// Happen makes something true that [Node.Schedule] was given.
	Happen(what Happening)

	// Create returns the plan of a run when its container is created. Terminate returns
	// its reaction to the stop signal.
	Create(r *Run) (Plan, error)
	Terminate(r *Run) (Term, error)

	// Probe answers an attempt of a probe, and says how long the answer takes. The app's
	// promise is the answer's Until. ProbeGone answers for a container that does not run.
	// ProbeCut answers an attempt that the container's end cuts off.
	Probe(r *Run, kind probe.Kind) (probe.Answer, time.Duration, error)
	ProbeGone(r *Run, kind probe.Kind) probe.Answer
	ProbeCut(r *Run, kind probe.Kind) probe.Answer

	// Hook answers an exec or httpGet hook. HookGone and HookCut return the failure of a
	// hook in the cases of ProbeGone and ProbeCut.
	Hook(r *Run, kind lifecycle.HookKind) (HookReply, error)
	HookGone(r *Run, kind lifecycle.HookKind) string
	HookCut(r *Run, kind lifecycle.HookKind) string
}

// Happening is anything that a host has scheduled. The Node does not look into it.
type Happening any

// Run identifies the run of a container in a question to a Host. The Host must not keep
// it.
type Run struct {
	Pod *Pod
	// Container is the index in the pod's template.
	Container int
	// Count is how often the container was created before.
	Count int
	// Hung says that its app answers nothing any more.
	Hung bool
	// Since is the time since its start. Unless the container runs, it is 0.
	Since time.Duration
}

// Plan is the course of a run, unless a fact changes it.
type Plan struct {
	// CreateDelay and StartDelay are how long the runtime takes. If 0, the [Latency]
	// counts.
	CreateDelay, StartDelay time.Duration
	// CreateError and StartError are the texts with which the runtime fails. If empty, it
	// succeeds.
	CreateError, StartError string
	// StopError and RemoveError are the texts with which the runtime fails to stop and to
	// remove the container. If empty, it succeeds.
	StopError, RemoveError string
	// Exit is the run's own end. If nil, it runs for ever.
	Exit *Exit
	// Log is the end of its log (C10).
	Log string
	// Notes are changes of its behaviour, for the timeline.
	Notes []Note
}

// Exit is the end of a run by itself.
type Exit struct {
	After           time.Duration // since its start
	Code            int32
	Reason, Message string
}

// Note is a change of a run's behaviour at a time since its start.
type Note struct {
	After        time.Duration
	Reason, Text string
}

// Term is a reaction to the stop signal: an exit after some time, or none.
type Term struct {
	Ignore  bool
	After   time.Duration
	Code    int32
	Message string
}

// HookReply is the answer to a hook: its failure, if any, and how long it takes. A hook
// without an answer lasts as long as its container.
type HookReply struct {
	Err   string
	Takes time.Duration
	Never bool
}
