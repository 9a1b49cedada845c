//go:build unix

package process

import (
	"context"
	"encoding/json"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// StopContainer implements [agent.Runtime]. The stop signal goes to the
// container's process alone, and SIGKILL to everything that it has started.
func (r *Runtime) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	c := r.container(id)
	if c == nil {
		return nil
	}
	return r.stop(ctx, c, grace)
}

func (r *Runtime) stop(ctx context.Context, c *container, grace time.Duration) error {
	if r.neverStart(c) {
		return nil
	}
	if err := wait(ctx, c.launched); err != nil {
		return err
	}
	r.tell(c, request{Op: opStop, Grace: grace})
	return wait(ctx, c.done)
}

func wait(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// neverStart ends a container that was not started, and reports whether it did.
func (r *Runtime) neverStart(c *container) bool {
	r.mu.Lock()
	if c.state != agent.StateCreated || c.launched != nil {
		r.mu.Unlock()
		return false
	}
	c.launched = closed
	r.mu.Unlock()
	r.cgroups.remove(c.record.Cgroup) // a killed runtime may have made it for a start
	r.finish(c, exitRecord{At: time.Now()})
	close(c.done)
	return true
}

// tell sends a request to the shim. If the shim has ended, no request is
// needed.
func (r *Runtime) tell(c *container, q request) {
	r.mu.Lock()
	conn := c.conn
	r.mu.Unlock()
	if conn != nil {
		json.NewEncoder(conn).Encode(q)
	}
}
