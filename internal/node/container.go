package node

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// sigkilled is the exit code of a container that SIGKILL ended: 128 + 9 (C8).
const sigkilled = 137

// lostCode is the exit code of a container whose end the runtime has not seen (C8).
const lostCode = 255

func (p *Pod) createContainer(a *lifecycle.Action) {
	c := instance{id: a.Op, container: a.Container, attempt: a.Attempt, run: p.runs[a.Container]}
	p.runs[a.Container]++
	var err error
	if c.plan, err = p.node.host.Create(p.run(&c)); err != nil {
		p.fail(&c, "Create", err)
		return
	}
	p.instances = append(p.instances, c)
	p.after(cmp.Or(c.plan.CreateDelay, p.node.options.Latency.CreateContainer), task{
		kind: taskCreated, instance: a.Op,
		event: lifecycle.Event{
			Type: lifecycle.ContainerCreated, Op: a.Op, Instance: a.Op, Container: a.Container, Err: c.plan.CreateError,
			ImageID: "sha256:" + a.Image,
			ID:      containerID(p, &c),
		},
	})
}

// containerID names an instance by its namespace, pod, container, restart count, and how
// often the container was created. No name has an underscore.
func containerID(p *Pod, c *instance) string {
	id := &p.Identity
	name := p.Template.Container(c.container).Name
	return fmt.Sprintf("podclock://%s_%s_%s_%d_%d", id.Namespace, id.Name, name, c.attempt, c.run)
}

// containerCreated ends a call to create a container.
func (p *Pod) containerCreated(t *task) {
	if !p.ready && t.event.Err == "" {
		t.event.Err = "the pod sandbox is not ready"
	}
	if t.event.Err != "" {
		p.forget(t.instance)
	}
	p.step(&t.event)
}

func (p *Pod) startContainer(a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ContainerStarted, Op: a.Op, Instance: a.Instance, Container: a.Container}
	d := p.node.options.Latency.StartContainer
	if c := p.instance(a.Instance); c != nil {
		d, ev.Err = cmp.Or(c.plan.StartDelay, d), c.plan.StartError
	}
	p.after(d, task{kind: taskStarted, instance: a.Instance, event: ev})
}

// containerStarted ends a call to start a container.
func (p *Pod) containerStarted(t *task) {
	c := p.instance(t.instance)
	switch {
	case t.event.Err != "":
	case c == nil || c.state != created:
		t.event.Err = "the container is not there any more"
	case !p.ready:
		t.event.Err = "the pod sandbox is not ready"
	}
	if t.event.Err != "" {
		if c != nil {
			c.state = exited
		}
	} else {
		c.state, c.startedAt = running, p.node.now
		p.plan(c)
	}
	p.step(&t.event)
}

// plan queues the events of a run that are known at its start: its notes and its end.
func (p *Pod) plan(c *instance) {
	if e := c.plan.Exit; e != nil {
		p.exitAfter(e.After, c, lifecycle.Event{ExitCode: e.Code, ExitReason: e.Reason, Message: e.Message})
	}
	for _, note := range c.plan.Notes {
		c.planned = append(c.planned, p.after(note.After, task{kind: taskNote, instance: c.id, note: note}))
	}
}

// exitAfter queues an end of the instance. The first of several counts.
func (p *Pod) exitAfter(d time.Duration, c *instance, ev lifecycle.Event) {
	c.planned = append(c.planned, p.after(d, task{kind: taskExit, instance: c.id, event: ev}))
}

// exit ends an instance, if it runs. It cuts off its probes and hooks and answers the
// stop requests that wait for its end.
func (p *Pod) exit(id uint64, ev *lifecycle.Event) {
	c := p.instance(id)
	if c == nil || c.state != running {
		return
	}
	p.end(c, ev)
	p.step(ev)
}

// lose ends the process of an instance such that the runtime does not learn how.
func (p *Pod) lose(c *instance) {
	c.state = lost
	p.cutAll(c)
	if len(c.stops) > 0 { // a stop that is under way ends it
		p.after(0, task{kind: taskLostEnd, instance: c.id})
	}
	p.step(&lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: c.id, Container: c.container})
}

// endLost ends an instance in an unknown state.
func (p *Pod) endLost(id uint64) {
	c := p.instance(id)
	if c == nil || c.state != lost {
		return
	}
	ev := lostEnd()
	p.end(c, ev)
	p.step(ev)
}

// lostEnd returns the end of a container that the runtime has lost track of (C8).
func lostEnd() *lifecycle.Event { return &lifecycle.Event{ExitCode: lostCode, ExitReason: "Error"} }

// cutAll cuts off the probes and hooks under way in an instance, and cancels what was planned
// for it.
func (p *Pod) cutAll(c *instance) {
	for _, slot := range c.planned {
		p.node.queue.cancel(slot)
	}
	c.planned = nil
	for i := range c.inflight {
		p.cut(c, &c.inflight[i])
	}
	c.inflight = nil
}

// end ends an instance with its probes and hooks, and fills in the event of its end.
func (p *Pod) end(c *instance, ev *lifecycle.Event) {
	c.state = exited
	ev.Type, ev.Instance, ev.Container, ev.LogTail = lifecycle.ContainerExited, c.id, c.container, c.plan.Log
	p.cutAll(c)
	for _, op := range c.stops {
		p.after(0, task{kind: taskDeliver, event: lifecycle.Event{
			Type: lifecycle.ContainerStopped, Op: op, Instance: c.id, Container: c.container,
		}})
	}
	c.stops = nil
}

func (p *Pod) stopContainer(a *lifecycle.Action) {
	c := p.instance(a.Instance)
	if c != nil && c.state == lost {
		c.stops = append(slices.Clone(c.stops), a.Op)
		p.after(0, task{kind: taskLostEnd, instance: c.id})
		return
	}
	if c == nil || c.state != running {
		if c != nil {
			c.state = exited // it was never started and cannot be any more
		}
		p.after(0, task{kind: taskDeliver, event: lifecycle.Event{
			Type: lifecycle.ContainerStopped, Op: a.Op, Instance: a.Instance, Container: a.Container,
		}})
		return
	}
	if c.plan.StopError != "" {
		p.after(0, task{kind: taskDeliver, event: lifecycle.Event{
			Type: lifecycle.ContainerStopped, Op: a.Op, Instance: c.id, Container: c.container, Err: c.plan.StopError,
		}})
		return
	}
	c.stops = append(slices.Clone(c.stops), a.Op)
	if !c.signalled { // C45: the signal is sent only once
		c.signalled = true
		p.signal(c, a.Grace)
	}
	p.exitAfter(a.Grace, c, lifecycle.Event{ExitCode: sigkilled, ExitReason: "Error"})
}

// signal lets the app react to its stop signal. A reaction that takes the whole grace
// period comes too late: SIGKILL is first.
func (p *Pod) signal(c *instance, grace time.Duration) {
	if c.hung {
		return
	}
	term, err := p.node.host.Terminate(p.run(c))
	if err != nil {
		p.fail(c, "Terminate", err)
		return
	}
	if !term.Ignore && (term.After < grace || grace <= 0) {
		p.exitAfter(term.After, c, lifecycle.Event{ExitCode: term.Code, Message: term.Message})
	}
}

func (p *Pod) removeContainer(a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ContainerRemoved, Op: a.Op, Instance: a.Instance, Container: a.Container}
	if c := p.instance(a.Instance); c != nil {
		ev.Err = c.plan.RemoveError
	}
	p.after(p.node.options.Latency.RemoveContainer, task{kind: taskRemoved, event: ev})
}
