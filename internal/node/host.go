package node

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// Host knows what containers do. An error is something that an app does wrong: it
// ends the simulation.
type Host interface {
	// Happen makes something true that was scheduled.
	Happen(what Happening)

	// Create says what becomes of a run that is created, Terminate how it reacts to
	// its stop signal.
	Create(r Run) (Plan, error)
	Terminate(r Run) (Term, error)

	// Probe answers an attempt of a probe. ProbeGone is the answer of a container
	// that does not run, ProbeCut that of an attempt which the container's end cuts
	// off.
	Probe(r Run, kind probe.Kind) (Reply, error)
	ProbeGone(r Run, kind probe.Kind) probe.Answer
	ProbeCut(r Run, kind probe.Kind) probe.Answer

	// Hook answers an exec or httpGet hook. HookGone and HookCut return its failure
	// as ProbeGone and ProbeCut do.
	Hook(r Run, kind lifecycle.HookKind) (HookReply, error)
	HookGone(r Run, kind lifecycle.HookKind) string
	HookCut(r Run, kind lifecycle.HookKind) string
}

// Happening is something that a host has scheduled.
type Happening any

// Run is the run of a container that a Host is asked about.
type Run struct {
	Pod       int32 // its number
	Container int
	// Count counts the times that the container was created, from 0.
	Count int
	// Hung says that its app answers nothing any more.
	Hung bool
	// Since is how long it runs; 0 before it does.
	Since time.Duration
	// IP is the pod's address.
	IP string
}

// Plan is what becomes of a run, unless something happens to it.
type Plan struct {
	// CreateDelay and StartDelay are how long the runtime takes; 0: as the Latency
	// says.
	CreateDelay, StartDelay time.Duration
	// CreateError and StartError are the texts with which the runtime fails.
	CreateError, StartError string
	// Exit is the run's own end. If nil, it runs for ever.
	Exit *Exit
	// Log is the end of what it has written to its log (C10).
	Log string
	// Notes are changes of its behaviour for the timeline.
	Notes []Note
}

// Exit is an end of a run by itself.
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

// Term is a reaction to the stop signal: an exit so much later, or none.
type Term struct {
	Ignore  bool
	After   time.Duration
	Code    int32
	Message string
}

// Reply is the answer to a probe: what it is, how long it takes, and until when
// every attempt gets the same one.
type Reply struct {
	Answer probe.Answer
	Takes  time.Duration
	Until  time.Time
}

// HookReply is the answer to a hook: its failure, if it is one, and how long it
// takes. One that never comes lasts as long as its container.
type HookReply struct {
	Err   string
	Takes time.Duration
	Never bool
}
