package scenario

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/probe"
)

// apps reads the behaviour of each container of a pod.
func (v value) apps(pod *corev1.Pod) map[string]podclock.App {
	apps := map[string]podclock.App{}
	v.entries(func(name string, line int, entry value) {
		c := containerNamed(pod, name)
		if c == nil {
			v.p.addf(line, "%s: the pod has no container %q; %s", entry.path, name, hint(name, containerNames(pod)))
			return
		}
		apps[name] = entry.script(c)
	})
	return apps
}

func containerNamed(pod *corev1.Pod, name string) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

func containerNames(pod *corev1.Pod) []string {
	var names []string
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			names = append(names, list[i].Name)
		}
	}
	return names
}

// script reads one app: the keys of all its runs, and under runs the keys that
// differ from run to run.
func (v value) script(c *corev1.Container) podclock.Script {
	var base podclock.ScriptRun
	var runs *value
	known := v.runFields(c, &base)
	known["runs"] = func(e value) { runs = &e }
	v.fields(known)
	if runs == nil {
		return podclock.Script{base}
	}
	var script podclock.Script
	runs.items(func(e value) {
		run := base
		e.fields(e.runFields(c, &run))
		script = append(script, run)
	})
	if len(script) == 0 {
		runs.wrong("empty; list what each run does, or remove the key")
	}
	return script
}

// runFields returns the readers of a run's keys.
func (v value) runFields(c *corev1.Container, run *podclock.ScriptRun) map[string]fieldReader {
	return map[string]fieldReader{
		"exit":        func(e value) { run.Exit = e.exit() },
		"term":        func(e value) { run.Term = e.term() },
		"probes":      func(e value) { run.Probes = e.steps() },
		"startup":     func(e value) { run.Startup = e.probeSteps(c, probe.Startup) },
		"readiness":   func(e value) { run.Readiness = e.probeSteps(c, probe.Readiness) },
		"liveness":    func(e value) { run.Liveness = e.probeSteps(c, probe.Liveness) },
		"exec":        func(e value) { run.Exec = e.exec(c) },
		"servers":     func(e value) { run.Servers = e.servers() },
		"postStart":   func(e value) { run.PostStart = e.hookSteps(c, "postStart") },
		"preStop":     func(e value) { run.PreStop = e.hookSteps(c, "preStop") },
		"log":         func(e value) { run.Log = e.text() },
		"createDelay": func(e value) { run.CreateDelay = e.duration() },
		"startDelay":  func(e value) { run.StartDelay = e.duration() },
		"createError": func(e value) { run.CreateError = e.text() },
		"startError":  func(e value) { run.StartError = e.text() },
		"stopError":   func(e value) { run.StopError = e.text() },
		"removeError": func(e value) { run.RemoveError = e.text() },
		"cut":         func(e value) { run.Cut = e.reply() },
	}
}

// exit reads how a run ends. A code without keys ends it at once.
func (v value) exit() *podclock.Exit {
	x := &podclock.Exit{}
	if v.isScalar() {
		x.Code = int32(v.integer(0, 255))
		return x
	}
	v.fields(map[string]fieldReader{
		"after":   func(e value) { x.After = e.duration() },
		"code":    func(e value) { x.Code = int32(e.integer(0, 255)) },
		"reason":  func(e value) { x.Reason = e.text() },
		"message": func(e value) { x.Message = e.text() },
	})
	return x
}

// term reads the reaction to the stop signal.
func (v value) term() *podclock.Term {
	t := &podclock.Term{}
	if v.isScalar() {
		if _, problem := parseDuration(v.text()); problem == "" {
			v.wrong("a time alone; write {after: %s}", v.text())
			return t
		}
		t.Ignore = v.oneOf("ignore") != ""
		return t
	}
	v.fields(map[string]fieldReader{
		"after":   func(e value) { t.After = e.duration() },
		"code":    func(e value) { t.Code = int32(e.integer(0, 255)) },
		"message": func(e value) { t.Message = e.text() },
	})
	return t
}

// probeSteps reads the answers to a probe. It reports a container without that
// probe, since nobody would ask for the answers.
func (v value) probeSteps(c *corev1.Container, k probe.Kind) podclock.Steps {
	if probe.Of(c, k) == nil {
		v.wrong("container %s has no %sProbe; add one to the manifest or remove the key", c.Name, k)
	}
	return v.steps()
}

// hookSteps reads the answers to a hook. It reports a container without that hook,
// or with one that sleeps: nobody would ask for the answers.
func (v value) hookSteps(c *corev1.Container, name string) podclock.Steps {
	var h *corev1.LifecycleHandler
	if l := c.Lifecycle; l != nil {
		if h = l.PostStart; name == "preStop" {
			h = l.PreStop
		}
	}
	switch {
	case h == nil:
		v.wrong("container %s has no %s hook; add lifecycle.%s to the manifest or remove the key", c.Name, name, name)
	case h.Sleep != nil:
		v.wrong("the %s hook of container %s sleeps, which the manifest decides alone; remove the key", name, c.Name)
	}
	return v.steps()
}

// exec reads answers by command. Each must be the command of a probe or hook.
func (v value) exec(c *corev1.Container) map[string]podclock.Steps {
	known := commandsOf(c)
	answers := map[string]podclock.Steps{}
	v.entries(func(command string, line int, entry value) {
		if !contains(known, command) {
			v.p.addf(line, "%s: container %s has no probe or hook with the command %q; it has %s", v.path, c.Name, command,
				quoted(known))
			return
		}
		answers[command] = entry.steps()
	})
	return answers
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// commandsOf returns the commands of the container's probes and hooks, their
// arguments joined with spaces.
func commandsOf(c *corev1.Container) []string {
	var commands []string
	add := func(e *corev1.ExecAction) {
		if e != nil {
			commands = append(commands, strings.Join(e.Command, " "))
		}
	}
	for _, p := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		if p != nil {
			add(p.Exec)
		}
	}
	if l := c.Lifecycle; l != nil {
		for _, h := range []*corev1.LifecycleHandler{l.PostStart, l.PreStop} {
			if h != nil {
				add(h.Exec)
			}
		}
	}
	return commands
}

// servers reads servers by port.
//
//	servers:
//	  8080: {http: {/healthz: ok, /ready: {0s: 503, 20s: ok}}}
//	  5432: {tcp: {6s: ok}}
func (v value) servers() []podclock.Server {
	var all []podclock.Server
	v.entries(func(key string, line int, entry value) {
		port, err := strconv.Atoi(key)
		if err != nil || port < 1 || port > 65535 {
			v.p.addf(line, "%s: %q is no port; write a number from 1 to 65535", v.path, key)
			return
		}
		before := len(all)
		kinded := func(kind podclock.ServerKind) fieldReader {
			return func(e value) {
				all = append(all, podclock.Server{Kind: kind, Port: port, Steps: e.serverSteps()})
			}
		}
		entry.fields(map[string]fieldReader{
			"http": kinded(podclock.HTTPServer), "tcp": kinded(podclock.TCPServer), "grpc": kinded(podclock.GRPCServer),
		})
		if len(all) > before+1 {
			entry.wrong("several protocols on one port; keep one of http, tcp, grpc")
		}
	})
	return all
}
