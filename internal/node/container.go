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

func (n *Node) createContainer(pod int32, p *Pod, a *lifecycle.Action) {
	c := instance{id: a.Op, container: a.Container, attempt: a.Attempt, run: p.runs[a.Container]}
	p.runs[a.Container]++
	var err error
	if c.plan, err = n.host.Create(n.run(pod, &c)); err != nil {
		n.fail(p, &c, "Create", err)
		return
	}
	p.instances = append(p.instances, c)
	n.after(cmp.Or(c.plan.CreateDelay, n.options.Latency.CreateContainer), task{
		kind: taskCreated, pod: pod, instance: a.Op,
		event: lifecycle.Event{
			Type: lifecycle.ContainerCreated, Op: a.Op, Instance: a.Op, Container: a.Container, Err: c.plan.CreateError,
			ImageID: "sha256:" + a.Image,
			ID:      containerID(p, &c),
		},
	})
}

// containerID names an instance by its pod, container, restart count, and how often the
// container was created.
func containerID(p *Pod, c *instance) string {
	return fmt.Sprintf("podclock://%s-%s-%d-%d", p.Identity.Name, p.Template.Container(c.container).Name, c.attempt, c.run)
}

// containerCreated ends a call to create a container.
func (n *Node) containerCreated(t *task) {
	p := n.pods[t.pod]
	if !p.ready && t.event.Err == "" {
		t.event.Err = "the pod sandbox is not ready"
	}
	if t.event.Err != "" {
		p.forget(t.instance)
	}
	n.step(t.pod, &t.event)
}

func (n *Node) startContainer(pod int32, p *Pod, a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ContainerStarted, Op: a.Op, Instance: a.Instance, Container: a.Container}
	d := n.options.Latency.StartContainer
	if c := p.instance(a.Instance); c != nil {
		d, ev.Err = cmp.Or(c.plan.StartDelay, d), c.plan.StartError
	}
	n.after(d, task{kind: taskStarted, pod: pod, instance: a.Instance, event: ev})
}

// containerStarted ends a call to start a container.
func (n *Node) containerStarted(t *task) {
	p := n.pods[t.pod]
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
		c.state, c.startedAt = running, n.now
		n.plan(t.pod, c)
	}
	n.step(t.pod, &t.event)
}

// plan queues the events of a run that are known at its start: its notes and its end.
func (n *Node) plan(pod int32, c *instance) {
	if e := c.plan.Exit; e != nil {
		n.exitAfter(e.After, pod, c.id, lifecycle.Event{ExitCode: e.Code, ExitReason: e.Reason, Message: e.Message})
	}
	for _, note := range c.plan.Notes {
		n.after(note.After, task{kind: taskNote, pod: pod, instance: c.id, note: note})
	}
}

// exitAfter queues an end of the instance. The first of several counts.
func (n *Node) exitAfter(d time.Duration, pod int32, id uint64, ev lifecycle.Event) {
	n.after(d, task{kind: taskExit, pod: pod, instance: id, event: ev})
}

// exit ends an instance, if it runs. It cuts off its probes and hooks and answers the
// stop requests that wait for its end.
func (n *Node) exit(pod int32, id uint64, ev *lifecycle.Event) {
	p := n.pods[pod]
	c := p.instance(id)
	if c == nil || c.state != running {
		return
	}
	n.end(pod, c, ev)
	n.step(pod, ev)
}

// lose ends the process of an instance such that the runtime does not learn how.
func (n *Node) lose(pod int32, c *instance) {
	c.state = lost
	n.cutAll(pod, c)
	if len(c.stops) > 0 { // a stop that is under way ends it
		n.after(0, task{kind: taskLostEnd, pod: pod, instance: c.id})
	}
	n.step(pod, &lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: c.id, Container: c.container})
}

// endLost ends an instance in an unknown state.
func (n *Node) endLost(pod int32, id uint64) {
	p := n.pods[pod]
	c := p.instance(id)
	if c == nil || c.state != lost {
		return
	}
	ev := lostEnd()
	n.end(pod, c, ev)
	n.step(pod, ev)
}

// lostEnd returns the end of a container that the runtime has lost track of (C8).
func lostEnd() *lifecycle.Event { return &lifecycle.Event{ExitCode: lostCode, ExitReason: "Error"} }

// cutAll cuts off the probes and hooks under way in an instance.
func (n *Node) cutAll(pod int32, c *instance) {
	for i := range c.inflight {
		n.cut(pod, c, &c.inflight[i])
	}
	c.inflight = nil
}

// end ends an instance with its probes and hooks, and fills in the event of its end.
func (n *Node) end(pod int32, c *instance, ev *lifecycle.Event) {
	c.state = exited
	ev.Type, ev.Instance, ev.Container, ev.LogTail = lifecycle.ContainerExited, c.id, c.container, c.plan.Log
	n.cutAll(pod, c)
	for _, op := range c.stops {
		n.after(0, task{kind: taskDeliver, pod: pod, event: lifecycle.Event{
			Type: lifecycle.ContainerStopped, Op: op, Instance: c.id, Container: c.container,
		}})
	}
	c.stops = nil
}

func (n *Node) stopContainer(pod int32, p *Pod, a *lifecycle.Action) {
	c := p.instance(a.Instance)
	if c != nil && c.state == lost {
		c.stops = append(slices.Clone(c.stops), a.Op)
		n.after(0, task{kind: taskLostEnd, pod: pod, instance: c.id})
		return
	}
	if c == nil || c.state != running {
		if c != nil {
			c.state = exited // it was never started and cannot be any more
		}
		n.after(0, task{kind: taskDeliver, pod: pod, event: lifecycle.Event{
			Type: lifecycle.ContainerStopped, Op: a.Op, Instance: a.Instance, Container: a.Container,
		}})
		return
	}
	c.stops = append(slices.Clone(c.stops), a.Op)
	if !c.signalled { // C45: the signal is sent only once
		c.signalled = true
		n.signal(pod, p, c, a.Grace)
	}
	n.exitAfter(a.Grace, pod, c.id, lifecycle.Event{ExitCode: sigkilled, ExitReason: "Error"})
}

// signal lets the app react to its stop signal. A reaction that takes the whole grace
// period comes too late: SIGKILL is first.
func (n *Node) signal(pod int32, p *Pod, c *instance, grace time.Duration) {
	if c.hung {
		return
	}
	term, err := n.host.Terminate(n.run(pod, c))
	if err != nil {
		n.fail(p, c, "Terminate", err)
		return
	}
	if !term.Ignore && (term.After < grace || grace <= 0) {
		n.exitAfter(term.After, pod, c.id, lifecycle.Event{ExitCode: term.Code, Message: term.Message})
	}
}

func (n *Node) removeContainer(pod int32, p *Pod, a *lifecycle.Action) {
	n.after(n.options.Latency.RemoveContainer, task{kind: taskRemoved, pod: pod, event: lifecycle.Event{
		Type: lifecycle.ContainerRemoved, Op: a.Op, Instance: a.Instance, Container: a.Container,
	}})
}
