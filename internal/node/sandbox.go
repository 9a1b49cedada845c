package node

import (
	"cmp"
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// Sandbox is the behaviour of the runtime with a pod's sandboxes. With the zero Sandbox,
// one is ready at once and never dies.
type Sandbox struct {
	// Errors are the texts with which the first attempts to run one fail.
	Errors []string
	// StatusError is the error of reading the status of the first one right after it was
	// made. If empty, the status can be read.
	StatusError string
	// Takes and StopTakes are how long running and stopping one takes. If 0, the
	// [Latency] counts.
	Takes, StopTakes time.Duration
	// DiesAfter is the time from when the first one is ready to its death. If 0, it never
	// dies.
	DiesAfter time.Duration
	// IP is the pod's address. If empty, each sandbox gets a new one.
	IP string
}

func (p *Pod) runSandbox(a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.SandboxStarted, Op: a.Op}
	if p.sandboxRuns < len(p.Sandbox.Errors) {
		ev.Err = p.Sandbox.Errors[p.sandboxRuns]
	}
	p.sandboxRuns++
	p.after(cmp.Or(p.Sandbox.Takes, p.node.options.Latency.RunSandbox), task{kind: taskSandbox, event: ev})
}

// sandboxRun ends a call to run a sandbox.
func (p *Pod) sandboxRun(t *task) {
	if t.event.Err == "" {
		first := !p.sandboxed
		p.newest, p.sandboxed, p.ready = t.event.Op, true, true
		p.ip = p.Sandbox.IP
		if p.ip == "" {
			p.ip = p.node.addresses.next()
		}
		t.event.IP = p.ip
		if first && p.Sandbox.StatusError != "" {
			t.event.Err, t.event.ErrReason = p.Sandbox.StatusError, "FailedPodSandBoxStatus"
		}
		if first && p.Sandbox.DiesAfter > 0 {
			p.after(p.Sandbox.DiesAfter, task{kind: taskSandboxDies, instance: t.event.Op})
		}
	}
	p.step(&t.event)
}

// addresses counts the addresses that were given out.
type addresses int

// next returns the next address of 10.244.0.0/16. It begins with 10.244.0.2, and again
// after the last.
func (a *addresses) next() string {
	*a = *a%65533 + 1
	n := *a + 1
	return fmt.Sprintf("10.244.%d.%d", n>>8, n&255)
}

func (p *Pod) stopSandbox(a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.SandboxStopped, Op: a.Op}
	var d time.Duration
	if p.readySandbox() == a.Instance {
		d = cmp.Or(p.Sandbox.StopTakes, p.node.options.Latency.StopSandbox)
		ev.Err = p.stuck()
	}
	p.after(d, task{kind: taskSandboxStopped, instance: a.Instance, event: ev})
}

// stuck returns why the sandbox cannot be stopped: a runtime first stops all that runs in
// it, and some container it cannot. If there is none, it is empty.
func (p *Pod) stuck() string {
	for i := range p.instances {
		if c := &p.instances[i]; c.state == running && c.plan.StopError != "" {
			return fmt.Sprintf("failed to stop container %q: %s", p.Template.Container(c.container).Name, c.plan.StopError)
		}
	}
	return ""
}

// sandboxStopped ends a call to stop a sandbox, and with it the containers that still
// run in it. For a sandbox that was stopped before, or cannot be, the machine gets only the
// answer.
func (p *Pod) sandboxStopped(t *task) {
	if p.readySandbox() != t.instance || t.event.Err != "" {
		p.step(&t.event)
		return
	}
	p.ready = false
	p.step(p.killAll()...)
	p.step(&t.event)
}

func (p *Pod) removeSandbox(a *lifecycle.Action) {
	p.after(0, task{kind: taskDeliver, event: lifecycle.Event{
		Type: lifecycle.SandboxRemoved, Op: a.Op,
	}})
}

// sandboxDies ends a sandbox without a request, if it is ready.
func (p *Pod) sandboxDies(id uint64) {
	if p.readySandbox() != id {
		return
	}
	p.ready = false
	died := &lifecycle.Event{Type: lifecycle.SandboxDied}
	p.step(append([]*lifecycle.Event{died}, p.killAll()...)...)
}

// killAll ends every running container as SIGKILL does, and every container in an unknown
// state. It returns the events for the machine.
func (p *Pod) killAll() []*lifecycle.Event {
	var ends []*lifecycle.Event
	for i := range p.instances {
		c, ev := &p.instances[i], &lifecycle.Event{ExitCode: sigkilled, ExitReason: "Error"}
		switch c.state {
		case lost:
			ev = lostEnd()
		case running:
		default:
			continue
		}
		p.end(c, ev)
		ends = append(ends, ev)
	}
	return ends
}
