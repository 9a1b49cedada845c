package runtimetest

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// inventory is what List is to tell: one sandbox and one container, or nil.
type inventory struct {
	b         *bench
	begin     time.Time
	sandbox   *agent.SandboxStatus
	container *agent.ContainerStatus
	ip        string
	ran       bool // so that there is a time of the start
}

// inventory makes a sandbox with a container of which List is to tell.
func (b *bench) inventory(behaviour Behaviour) *inventory {
	b.t.Helper()
	b.made = 3 // so that attempts are not zero
	i := &inventory{b: b, begin: time.Now()}
	i.listed("nothing")
	config := b.sandbox(behaviour)
	made := b.runSandbox(config)
	i.sandbox, i.ip = &agent.SandboxStatus{Sandbox: made, Pod: config.Pod, Attempt: config.Attempt, Ready: true}, made.IP
	i.listed("RunSandbox")
	spec := &config.Spec.Spec.Containers[0]
	i.container = &agent.ContainerStatus{
		Container: b.createIn(made, config), Sandbox: made.ID, Name: spec.Name, Attempt: config.Attempt, Image: spec.Image,
		State: agent.StateCreated,
	}
	i.listed("CreateContainer")
	return i
}

// start starts the container.
func (i *inventory) start() {
	i.b.t.Helper()
	i.b.must("StartContainer", i.b.runtime.StartContainer(i.b.ctx, i.container.ID))
	i.container.State, i.ran = agent.StateRunning, true
}

// ended takes the end of the container from its notice.
func (i *inventory) ended(n agent.Notice) {
	c := i.container
	c.State, c.ExitCode, c.Reason = agent.StateExited, n.ExitCode, n.Reason
	c.Message, c.LogTail, c.RuntimeMessage = n.Message, n.LogTail, n.RuntimeMessage
}

// removed removes the sandbox, with the container if it is still there.
func (i *inventory) removed() {
	i.b.t.Helper()
	i.b.must("RemoveSandbox", i.b.runtime.RemoveSandbox(i.b.ctx, i.sandbox.ID))
	i.sandbox, i.container = nil, nil
	i.listed("RemoveSandbox")
}

// listed checks what List tells after a call.
func (i *inventory) listed(after string) {
	i.b.t.Helper()
	have, err := i.b.runtime.List(i.b.ctx)
	i.b.must("List", err)
	for n := range have.Sandboxes {
		if s := &have.Sandboxes[n]; !s.Ready && s.IP == "" {
			s.IP = i.ip // it was given back
		}
	}
	for n := range have.Containers {
		i.timesOf(after, &have.Containers[n])
	}
	var want agent.Inventory
	if i.sandbox != nil {
		want.Sandboxes = append(want.Sandboxes, *i.sandbox)
	}
	if i.container != nil {
		want.Containers = append(want.Containers, *i.container)
	}
	if !slices.Equal(have.Sandboxes, want.Sandboxes) || !slices.Equal(have.Containers, want.Containers) {
		i.b.t.Errorf("after %s List tells\n%+v; want\n%+v", after, have, want)
	}
}

// timesOf checks the times of a container, and takes them off. They may be cut
// to a second.
func (i *inventory) timesOf(after string, c *agent.ContainerStatus) {
	i.b.t.Helper()
	exited := c.State == agent.StateExited
	if first := i.begin.Truncate(time.Second); i.ran == c.StartedAt.IsZero() || i.ran && c.StartedAt.Before(first) {
		i.b.t.Errorf("after %s StartedAt is %v; want the time of the start, or zero if it never ran", after, c.StartedAt)
	}
	if exited == c.FinishedAt.IsZero() || exited && c.FinishedAt.Before(c.StartedAt) {
		i.b.t.Errorf("after %s FinishedAt is %v; want the time of the end, or zero if it has not exited", after, c.FinishedAt)
	}
	c.StartedAt, c.FinishedAt = time.Time{}, time.Time{}
	if exited && !i.ran {
		c.ExitCode, c.Reason = 0, "" // of no end
		c.Message, c.LogTail, c.RuntimeMessage = "", "", ""
	}
}

func listedExit(b *bench) {
	i := b.inventory(ExitWith3)
	i.start()
	i.ended(b.notice(i.container.ID))
	i.listed("the notice of an end")
	b.must("RemoveContainer", b.runtime.RemoveContainer(b.ctx, i.container.ID))
	i.container = nil
	i.listed("RemoveContainer")
	i.removed()
}

func listedStop(b *bench) {
	i := b.inventory(Forever)
	i.start()
	i.listed("StartContainer")
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, i.container.ID, patience))
	i.ended(b.told(i.container.ID, "StopContainer"))
	i.listed("StopContainer")
	i.removed()
}

func listedUnstarted(b *bench) {
	i := b.inventory(Forever)
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, i.container.ID, time.Second))
	i.container.State = agent.StateExited
	i.listed("StopContainer of a container that was not started")
	i.removed()
}

func listedCollapse(b *bench) {
	i := b.inventory(IgnoreStop)
	i.start()
	b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, i.sandbox.ID))
	i.sandbox.Ready = false
	i.ended(b.told(i.container.ID, "StopSandbox"))
	i.listed("StopSandbox")
	i.removed()
}
