package podclock

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// Script is an [App] as a plain value: what each run of a container does. Run
// n follows Script[n], and those beyond the last follow the last. The empty
// Script is a container that runs for ever and answers well.
//
//	podclock.Script{{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}} // a crash loop
type Script []ScriptRun

// ScriptRun is what one run of a container does. The zero value runs for ever,
// answers well and exits at once with 143 on SIGTERM.
//
// The answer to a probe is looked for in this order: the steps of its kind;
// those of its command or server; Probes; else it is OK. That to a hook: the
// steps of the hook; those of its command or server; else it is OK.
type ScriptRun struct {
	// CreateDelay, StartDelay, CreateError, StartError, Exit and Log are as in [Plan].
	CreateDelay, StartDelay time.Duration
	CreateError, StartError string
	Exit                    *Exit
	Log                     string
	// Term is the reaction to the stop signal. If nil, the container exits at once
	// with 143.
	Term *Term

	// Startup, Readiness and Liveness answer the probe of that kind, whatever
	// its handler.
	Startup, Readiness, Liveness Steps
	// Exec answers by command: its arguments joined with single spaces.
	Exec map[string]Steps
	// Servers answer by port. If there are any, nothing listens on other ports.
	Servers []Server
	// Probes answers every probe that nothing above does.
	Probes Steps
	// PostStart and PreStop answer the hooks.
	PostStart, PreStop Steps

	// Cut is how an exec ends that the container's end cuts off. The zero Reply
	// is ExitStatus(137, "").
	Cut Reply
}

// Steps are answers over time, in order. Before the first one the answer is
// OK; of a server: nothing listens.
type Steps []Step

// Step is an answer from some time since the run's start on, until the next.
type Step struct {
	From time.Duration
	// Path makes it a step for this http path alone; only in a [Server].
	Path  string
	Reply Reply
}

// Server is a server that the app runs on one port.
type Server struct {
	Kind  ServerKind
	Port  int
	Steps Steps
}

// ServerKind is what a [Server] speaks.
type ServerKind string

// The kinds of servers.
const (
	HTTPServer ServerKind = "http" // HTTP, with answers by path
	TCPServer  ServerKind = "tcp"  // nothing: it accepts connections
	GRPCServer ServerKind = "grpc" // the gRPC health service
)

// A simulation binds a script to its container first; the methods below are
// for those who call it themselves. They panic if Bind returns an error.

// Create implements [App].
func (s Script) Create(c *Call) Plan { return s.bound(c).Create(c) }

// Probe implements [App].
func (s Script) Probe(c *Call, kind probe.Kind) Reply { return s.bound(c).Probe(c, kind) }

// Hook implements [App].
func (s Script) Hook(c *Call, hook lifecycle.HookKind) Reply { return s.bound(c).Hook(c, hook) }

// Terminate implements [App].
func (s Script) Terminate(c *Call) Term { return s.bound(c).Terminate(c) }

func (s Script) bound(c *Call) App {
	b, err := s.Bind(nil, c.Spec)
	if err != nil {
		panic("podclock: Script: " + err.Error())
	}
	return b
}
