package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// killed is the end by SIGKILL: 128 + 9 (C8).
var killed = Exit{Code: 137, Reason: "Error"}

// container returns a container; the caller holds the lock.
func (f *Fake) container(id string) *container {
	for _, c := range f.containers {
		if c.id == id {
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
	case s == nil || !s.ready:
		return agent.Container{}, errNotReady
	}
	c := &container{id: program.ID, config: config, program: program, done: make(chan struct{})}
	if c.id == "" {
		c.id = f.newID(config.Spec.Name)
	}
	f.containers = append(f.containers, c)
	return agent.Container{ID: c.id, ImageID: "sha256:" + config.Image}, nil
}

var errNotReady = errors.New("the pod sandbox is not ready")

func (f *Fake) program(config agent.ContainerConfig) Program {
	if f.Program != nil {
		return f.Program(config)
	}
	return programOf(config.Spec.Command)
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

// start lets a container run, if it may.
func (f *Fake) start(c *container) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sandbox(c.config.Sandbox)
	err := c.program.StartError
	switch {
	case err != nil:
	case c.state != created:
		return errors.New("the container is not there any more")
	case s == nil || !s.ready:
		err = errNotReady
	}
	if c.state = running; err != nil {
		c.state = ended
	}
	return err
}

// endAfter ends a container some time from now, if it still runs then.
func (f *Fake) endAfter(c *container, e Exit) {
	stop := f.after(e.After, func() { f.end(c, e) })
	f.mu.Lock()
	defer f.mu.Unlock()
	c.stops = append(c.stops, stop)
}

// end ends a container, if it runs: that is told first, and whoever waits for
// it goes on after that.
func (f *Fake) end(c *container, e Exit) {
	f.mu.Lock()
	was := c.state
	c.state = ended
	stops, notify := c.stops, f.notify
	c.stops = nil
	f.mu.Unlock()
	if was != running {
		return
	}
	for _, stop := range stops {
		stop()
	}
	if notify != nil {
		notify(agent.Notice{Container: c.id, ExitCode: e.Code, Reason: e.Reason, Message: e.Message})
	}
	close(c.done)
}

// End ends a container now, if it runs.
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
	return c.state == running
}

// Done returns a channel that is closed when the container has ended; nil: it
// does not run.
func (f *Fake) Done(id string) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.container(id); c != nil && c.state == running {
		return c.done
	}
	return nil
}

// Running returns the IDs of the containers that run, in the order in which they
// were created.
func (f *Fake) Running() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, c := range f.containers {
		if c.state == running {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// StopContainer implements [agent.Runtime].
func (f *Fake) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	f.mu.Lock()
	c := f.container(id)
	if c == nil || c.state != running {
		if c != nil {
			c.state = ended // never started, and never will
		}
		f.mu.Unlock()
		return nil
	}
	first := !c.signalled
	c.signalled = true // C45
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
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signal lets the container react to its stop signal. A reaction that takes as
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
	if c.state == running {
		return fmt.Errorf("container %q still runs: stop it first", id)
	}
	f.containers = slices.DeleteFunc(f.containers, func(o *container) bool { return o == c })
	return nil
}
