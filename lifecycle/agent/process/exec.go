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

// errNotRunning is the error of an Exec in a container that does not run.
var errNotRunning = errors.New("container not running")

// Exec implements [handler.Exec]. The command runs with the container's
// environment, working directory and cgroup. At the timeout, with ctx, or with
// the container, the command's whole process group ends.
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
		conn.(*net.UnixConn).CloseWrite() // the shim ends the command and answers
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

// killPatience is how long a shim may take to end a command. It only matters if
// the shim itself is stopped, by SIGSTOP for example.
const killPatience = 5 * time.Second

// execResult turns the end of a command into what an exec probe makes of it: an
// exit status other than 0 is a failure, and an error without one is an error
// (P101).
func execResult(ctx context.Context, command []string, answer reply) ([]byte, error) {
	x := answer.Exec
	switch {
	case answer.Err != "":
		return nil, errors.New(answer.Err)
	case x == nil:
		return nil, context.Cause(ctx)
	}
	output := append(x.Stdout, x.Stderr...) // stdout first (P100)
	switch {
	case x.Killed && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return output, handler.ErrTimeout // a timeout is a failure (P103)
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
