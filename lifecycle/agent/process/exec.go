//go:build unix

package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// errNotRunning is the error of an Exec in a container that has ended.
var errNotRunning = errors.New("container not running")

// Exec implements [handler.Exec]. The command runs with the container's
// environment, working directory and cgroup, and ends with all that is in its
// process group at the timeout, with ctx, or with the container.
func (r *Runtime) Exec(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
	if len(command) == 0 {
		return nil, errors.New("process: Exec: the command is empty: name a program")
	}
	c := r.container(id)
	if c == nil || !r.runs(c) {
		return nil, errNotRunning
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, handler.ErrTimeout)
		defer cancel()
	}
	conn, _, err := c.dial(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, errNotRunning
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() {
		conn.(*net.UnixConn).CloseWrite() // the shim ends the command, and says so
		conn.SetReadDeadline(time.Now().Add(killPatience))
	})()
	var answer reply
	err = json.NewEncoder(conn).Encode(request{Op: opExec, Command: command})
	if err == nil {
		err = json.NewDecoder(conn).Decode(&answer)
	}
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("the container has ended before the command: %w", errNotRunning)
	}
	return execResult(ctx, command, answer)
}

// killPatience is for a shim that was stopped in its tracks.
const killPatience = 5 * time.Second

// execResult sorts the ends of a command (P101).
func execResult(ctx context.Context, command []string, answer reply) ([]byte, error) {
	x := answer.Exec
	switch {
	case answer.Err != "":
		return nil, errors.New(answer.Err)
	case x == nil:
		return nil, context.Cause(ctx)
	}
	output := append(x.Stdout, x.Stderr...) // P100
	switch {
	case x.Killed && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return output, handler.ErrTimeout // P103
	case x.Killed:
		return output, context.Cause(ctx)
	case x.Code != 0:
		return output, &handler.ExitError{Command: command, Code: x.Code, Stderr: x.Stderr}
	}
	return output, nil
}

func (r *Runtime) runs(c *container) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return c.state == agent.StateRunning
}
