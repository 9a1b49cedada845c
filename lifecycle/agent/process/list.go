//go:build unix

package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// List implements [agent.Runtime].
func (r *Runtime) List(context.Context) (agent.Inventory, error) {
	r.adopt()
	r.mu.Lock()
	defer r.mu.Unlock()
	var have agent.Inventory
	for _, s := range r.sandboxes {
		have.Sandboxes = append(have.Sandboxes, s.SandboxStatus)
	}
	for _, c := range r.containers {
		have.Containers = append(have.Containers, c.status())
	}
	return have, nil
}

// status returns what List shows. The caller holds the lock.
func (c *container) status() agent.ContainerStatus {
	s := agent.ContainerStatus{
		Container: c.record.Container, Sandbox: c.record.Sandbox, Name: c.record.Name, Attempt: c.record.Attempt,
		State: c.state, StartedAt: c.started.At,
	}
	if c.state == agent.StateExited {
		s.FinishedAt, s.ExitCode, s.Reason = c.exit.At, c.exit.ExitCode, c.exit.Reason
		s.Message, s.LogTail, s.RuntimeMessage = c.exit.Message, c.exit.LogTail, c.exit.RuntimeMessage
	}
	return s
}

// adopt finds out what has become of the containers of an earlier runtime. It
// does so once.
func (r *Runtime) adopt() {
	r.adopted.Do(func() {
		r.mu.Lock()
		var found []*container
		for _, c := range r.containers {
			found = append(found, c)
		}
		r.mu.Unlock()
		for _, c := range found {
			r.adoptOne(c)
		}
	})
}

// adoptOne looks for the written end of a container. If there is none, it asks
// the shim. A shim that does not answer is gone, because it listens from before
// it starts the container until it has written the end.
func (r *Runtime) adoptOne(c *container) {
	e, err := c.readExit()
	if err != nil {
		ctx, cancel := context.WithTimeout(context.Background(), adoptPatience)
		defer cancel()
		if conn, started, err := c.dial(ctx); err == nil {
			c.started, c.launched = started, closed
			r.follow(c, conn, nil)
			return
		}
		e, err = c.readExit() // the end may have come meanwhile
	}
	if err != nil && c.hasExited() {
		r.setAside(filepath.Join(c.dir, exitFile), err)
	}
	notStarted := errors.Is(readRecord(filepath.Join(c.dir, startFile), &c.started), os.ErrNotExist)
	switch {
	case err == nil:
	case notStarted: // it can still be started; a killed shim may have begun to
		c.killLeft()
		return
	default:
		e = r.lost(c)
	}
	c.launched = closed
	r.finish(c, e)
	close(c.done)
}

// adoptPatience is how long a shim may take to answer. A container whose shim
// is stopped, by SIGSTOP for example, counts as lost.
const adoptPatience = 10 * time.Second

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()
