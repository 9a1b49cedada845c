package podclock

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

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
	// StopError and RemoveError are as in [Plan].
	StopError, RemoveError string
	Exit                   *Exit
	Log                    string
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

// check finds what is wrong with a run for a container.
func (r *ScriptRun) check(c *corev1.Container) error {
	k := checker{container: c}
	k.times(r)
	k.probe("Startup", r.Startup, c.StartupProbe != nil, "startupProbe")
	k.probe("Readiness", r.Readiness, c.ReadinessProbe != nil, "readinessProbe")
	k.probe("Liveness", r.Liveness, c.LivenessProbe != nil, "livenessProbe")
	k.probe("PostStart", r.PostStart, hookHandler(c, lifecycle.PostStart) != nil, "lifecycle.postStart")
	k.probe("PreStop", r.PreStop, hookHandler(c, lifecycle.PreStop) != nil, "lifecycle.preStop")
	k.steps("Probes", r.Probes, false)
	for _, command := range slices.Sorted(maps.Keys(r.Exec)) {
		k.exec(command, r.Exec[command])
	}
	for i := range r.Servers {
		k.server(i, &r.Servers[i])
	}
	return errors.Join(k.errs...)
}

// checker collects what is wrong with a run of a script.
type checker struct {
	container *corev1.Container
	errs      []error
}

func (k *checker) errorf(format string, args ...any) {
	k.errs = append(k.errs, fmt.Errorf(format, args...))
}

func (k *checker) times(r *ScriptRun) {
	k.time("CreateDelay", r.CreateDelay)
	k.time("StartDelay", r.StartDelay)
	if r.Exit != nil {
		k.time("Exit.After", r.Exit.After)
	}
	if r.Term != nil {
		k.time("Term.After", r.Term.After)
		if r.Term.Ignore && (r.Term.After != 0 || r.Term.Code != 0) {
			k.errorf("Term: it ignores the signal and yet exits with %d after %s; set one of them", r.Term.Code, r.Term.After)
		}
	}
	if r.CreateError != "" && r.StartError != "" {
		k.errorf("CreateError and StartError: what was not created cannot be started; set one of them")
	}
	if (r.CreateError != "" || r.StartError != "") && r.Exit != nil {
		k.errorf("Exit: the run never starts, for its CreateError or StartError; set one of them")
	}
}

func (k *checker) time(place string, d time.Duration) {
	if d < 0 {
		k.errorf("%s: %s: times are not negative", place, d)
	}
}

// probe checks the steps of a probe or hook that the container must have.
func (k *checker) probe(place string, s Steps, has bool, field string) {
	if len(s) > 0 && !has {
		k.errorf("%s: container %q has no %s; give it one, or leave the steps out", place, k.container.Name, field)
	}
	k.steps(place, s, false)
}

// steps checks that steps are in order and do not contradict each other.
func (k *checker) steps(place string, s Steps, paths bool) {
	for i, step := range s {
		at := fmt.Sprintf("%s[%d]", place, i)
		k.time(at+".From", step.From)
		k.time(at+".Reply", step.Reply.latency)
		if step.Reply.kind == 0 {
			k.errorf("%s.Reply: there is none; make one with OK, Fail, Hang and so on", at)
		}
		if step.Path != "" && !paths {
			k.errorf("%s.Path: %q: only the steps of an http server have paths", at, step.Path)
		}
		if i == 0 {
			continue
		}
		if before := s[i-1]; step.From < before.From {
			k.errorf("%s.From: %s is before %s of the step before; put them in order", at, step.From, before.From)
		}
		same := func(o Step) bool { return o.From == step.From && o.Path == step.Path }
		if slices.ContainsFunc(s[:i], same) {
			k.errorf("%s: there are two steps from %s on; leave one", at, step.From)
		}
	}
}

// exec checks the steps of a command, which some probe or hook must run.
func (k *checker) exec(command string, s Steps) {
	place := fmt.Sprintf("Exec[%q]", command)
	commands := k.commands()
	if !slices.Contains(commands, command) {
		k.errorf("%s: no probe or hook of container %q runs it; they run %q", place, k.container.Name, commands)
	}
	k.steps(place, s, false)
}

// commands are the command lines of the container's probes and hooks.
func (k *checker) commands() []string {
	var commands []string
	add := func(e *corev1.ExecAction) {
		if e != nil {
			commands = append(commands, strings.Join(e.Command, " "))
		}
	}
	for _, kind := range probe.Kinds {
		if p := probe.Of(k.container, kind); p != nil {
			add(p.Exec)
		}
	}
	for _, hook := range []lifecycle.HookKind{lifecycle.PostStart, lifecycle.PreStop} {
		if h := hookHandler(k.container, hook); h != nil {
			add(h.Exec)
		}
	}
	return commands
}

func (k *checker) server(i int, s *Server) {
	place := fmt.Sprintf("Servers[%d]", i)
	switch s.Kind {
	case HTTPServer, TCPServer, GRPCServer:
	default:
		k.errorf("%s.Kind: %q: servers are %q, %q or %q", place, s.Kind, HTTPServer, TCPServer, GRPCServer)
	}
	if s.Port < 1 || s.Port > 65535 {
		k.errorf("%s.Port: %d: ports are 1 to 65535", place, s.Port)
	}
	k.steps(place+".Steps", s.Steps, s.Kind == HTTPServer)
}
