package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// killed is the end by SIGKILL: 128 + 9, as a runtime reports it (C8).
var killed = Exit{Code: 137}

// lost is the end of a container that was in an unknown state: nobody knows its
// exit code, and containerd reports 255 (C8).
var lost = Exit{Code: 255}

// container returns a container, or nil. The caller holds the lock.
func (f *Fake) container(id string) *container {
	for _, c := range f.containers {
		if c.status.ID == id {
			return c
		}
	}
	return nil
}

// CreateContainer implements [agent.Runtime].
func (f *Fake) CreateContainer(ctx context.Context, config agent.ContainerConfig) (agent.Container, error) {
	program := f.program(config)
	if err := f.wait(ctx, program.CreateTakes); err != nil {
		return agent.Container{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch s := f.sandbox(config.Sandbox); {
	case program.CreateError != nil:
		return agent.Container{}, program.CreateError
	case s == nil || !s.status.Ready:
		return agent.Container{}, errNotReady
	}
	made := agent.Container{ID: program.ID, ImageID: "sha256:" + config.Image}
	if made.ID == "" {
		made.ID = f.newID(config.Spec.Name)
	}
	f.containers = append(f.containers,
		&container{program: program, done: make(chan struct{}), status: agent.ContainerStatus{
			Container: made, Sandbox: config.Sandbox, Name: config.Spec.Name, Attempt: config.Attempt, State: agent.StateCreated,
		}})
	return made, nil
}

var errNotReady = errors.New("the pod sandbox is not ready")

func (f *Fake) program(config agent.ContainerConfig) Program {
	if f.Program != nil {
		return f.Program(config)
	}
	return programOf(&config)
}

// StartContainer implements [agent.Runtime].
func (f *Fake) StartContainer(ctx context.Context, id string) error {
	f.mu.Lock()
	c := f.container(id)
	f.mu.Unlock()
	if c == nil {
		return fmt.Errorf("container %q: there is none", id)
	}
	if err := f.wait(ctx, c.program.StartTakes); err != nil {
		return err
	}
	if err := f.start(c); err != nil {
		return err
	}
	if e := c.program.Exit; e != nil {
		f.endAfter(c, *e)
	}
	return nil
}

// start makes a container run, if it may.
func (f *Fake) start(c *container) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sandbox(c.status.Sandbox)
	err := c.program.StartError
	switch {
	case err != nil:
	case c.status.State != agent.StateCreated:
		return errors.New("the container is not there any more")
	case s == nil || !s.status.Ready:
		err = errNotReady
	}
	if err != nil {
		f.exit(c, Exit{Code: 128, Reason: "StartError", Message: err.Error()}) // C8
		return err
	}
	c.status.State, c.status.StartedAt = agent.StateRunning, f.now()
	return nil
}

// endAfter ends a container after a while, if it still runs then.
func (f *Fake) endAfter(c *container, e Exit) {
	stop := f.after(e.After, func() { f.end(c, e) })
	f.mu.Lock()
	defer f.mu.Unlock()
	c.stops = append(c.stops, stop)
}

// exit notes the end of a container. The caller holds the lock.
func (f *Fake) exit(c *container, e Exit) {
	c.status.State, c.status.FinishedAt = agent.StateExited, f.now()
	c.status.ExitCode, c.status.Reason, c.status.Message = e.Code, e.Reason, e.Message
	c.status.LogTail, c.status.RuntimeMessage = c.program.LogTail, c.program.RuntimeMessage
}

// end ends a container if it runs or if its state is unknown. It gives the
// notice first. Only then do those continue who wait for the end.
func (f *Fake) end(c *container, e Exit) {
	f.mu.Lock()
	was := c.status.State
	if was == agent.StateUnknown {
		e = lost
	}
	if was != agent.StateExited {
		f.exit(c, e)
	}
	f.mu.Unlock()
	notice := agent.Notice{
		Container: c.status.ID, ExitCode: e.Code, Reason: e.Reason, Message: e.Message,
		LogTail: c.program.LogTail, RuntimeMessage: c.program.RuntimeMessage,
	}
	switch was {
	case agent.StateUnknown:
		f.tell(notice)
	case agent.StateRunning:
		f.gone(c, notice)
	}
}

// gone gives the notice of a process that is gone, and lets those continue who
// wait for it.
func (f *Fake) gone(c *container, n agent.Notice) {
	f.mu.Lock()
	stops := c.stops
	c.stops = nil
	f.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	f.tell(n)
	close(c.done)
}

func (f *Fake) tell(n agent.Notice) {
	f.mu.Lock()
	notify := f.notify
	f.mu.Unlock()
	if notify != nil {
		notify(n)
	}
}

// Lose ends the process of a running container without the runtime knowing how.
// The container is in an unknown state until it or its sandbox is stopped.
func (f *Fake) Lose(id string) {
	f.mu.Lock()
	c := f.container(id)
	runs := c != nil && c.status.State == agent.StateRunning
	if runs {
		c.status.State = agent.StateUnknown
	}
	f.mu.Unlock()
	if runs {
		f.gone(c, agent.Notice{Container: id, Unknown: true})
	}
}

// End ends a running container at once. If the container does not run, End does
// nothing.
func (f *Fake) End(id string, e Exit) {
	f.mu.Lock()
	c := f.container(id)
	f.mu.Unlock()
	if c != nil && f.runs(c) {
		f.end(c, e)
	}
}

func (f *Fake) runs(c *container) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return c.status.State == agent.StateRunning
}

// Done returns a channel that is closed when the container has ended. If the
// container does not run, it returns nil.
func (f *Fake) Done(id string) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.container(id); c != nil && c.status.State == agent.StateRunning {
		return c.done
	}
	return nil
}

// Running returns the IDs of the running containers, in the order in which they
// were created.
func (f *Fake) Running() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, c := range f.containers {
		if c.status.State == agent.StateRunning {
			ids = append(ids, c.status.ID)
		}
	}
	return ids
}

// StopContainer implements [agent.Runtime].
func (f *Fake) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	f.mu.Lock()
	c := f.container(id)
	if c == nil || c.status.State != agent.StateRunning {
		if c != nil && c.status.State == agent.StateCreated {
			f.exit(c, Exit{}) // it will never start
		}
		f.mu.Unlock()
		if c != nil {
			f.end(c, lost) // if its state is unknown
		}
		return nil
	}
	first := !c.signalled
	c.signalled = true // the signal is sent once (C45)
	f.mu.Unlock()
	if first {
		f.signal(c, grace)
	}
	if kill := killed; f.runs(c) {
		kill.After = grace
		f.endAfter(c, kill)
	}
	select {
	case <-c.done:
		f.end(c, lost) // if its state became unknown meanwhile
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signal makes the container react to its stop signal. A reaction that takes as
// long as the grace period comes too late.
func (f *Fake) signal(c *container, grace time.Duration) {
	e := &Exit{Code: 143}
	if c.program.Stop != nil {
		e = c.program.Stop()
	}
	if e != nil && (e.After < grace || grace <= 0) {
		f.endAfter(c, *e)
	}
}

// RemoveContainer implements [agent.Runtime].
func (f *Fake) RemoveContainer(ctx context.Context, id string) error {
	f.mu.Lock()
	c := f.container(id)
	f.mu.Unlock()
	if c == nil {
		return nil
	}
	if err := f.wait(ctx, c.program.RemoveTakes); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.status.State == agent.StateRunning {
		return fmt.Errorf("container %q still runs: stop it first", id)
	}
	f.containers = slices.DeleteFunc(f.containers, func(o *container) bool { return o == c })
	return nil
}
