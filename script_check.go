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
