//go:build unix

package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// StartContainer implements [agent.Runtime].
func (r *Runtime) StartContainer(ctx context.Context, id string) error {
	c := r.container(id)
	if c == nil {
		return fmt.Errorf("container %q: there is none", id)
	}
	if err := r.claim(c); err != nil {
		return err
	}
	defer close(c.launched)
	shim, err := r.launch(ctx, c)
	if err != nil {
		r.startFailed(c, err)
		return err
	}
	conn, _, err := c.dial(ctx)
	if err != nil { // it has ended already, or must end now
		shim.Process.Kill()
		conn = nil
	}
	r.follow(c, conn, shim)
	return nil
}

// claim makes sure that a container is started only once.
func (r *Runtime) claim(c *container) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.state != agent.StateCreated || c.launched != nil {
		return fmt.Errorf("container %q was started or stopped before: create another", c.record.ID)
	}
	c.launched = make(chan struct{})
	return nil
}

// launch starts the shim, and makes it start the container.
func (r *Runtime) launch(ctx context.Context, c *container) (*exec.Cmd, error) {
	r.mu.Lock()
	s := r.sandboxes[c.record.Sandbox]
	r.mu.Unlock()
	if s == nil || !s.Ready {
		return nil, errNotReady
	}
	if err := r.cgroups.create(c.record.Cgroup, c.record.Limits); err != nil {
		return nil, err
	}
	shim, requests, replies, err := r.shim(c)
	if err != nil {
		return nil, fmt.Errorf("the container's shim: %w", err)
	}
	defer requests.Close()
	defer replies.Close()
	defer context.AfterFunc(ctx, func() { shim.Process.Kill() })()
	started, err := askToStart(requests, replies)
	if err == nil && started.Err != "" {
		err = errors.New(started.Err)
	} else if err != nil {
		err = fmt.Errorf("the container's shim: %w: %s", err, c.lastWords())
	}
	if err != nil {
		shim.Process.Kill() // it is ending anyway
		shim.Wait()
		c.killLeft()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	r.mu.Lock()
	c.started = *started.Start
	r.mu.Unlock()
	return shim, nil
}

// shim starts the shim of a container. It is this program, in a session of its
// own. Main finds in the environment what it is.
func (r *Runtime) shim(c *container) (shim *exec.Cmd, requests io.WriteCloser, replies io.ReadCloser, err error) {
	words, err := os.OpenFile(filepath.Join(c.dir, shimLogFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, nil, err
	}
	defer words.Close()
	shim = exec.Command(r.program)
	shim.Args[0] = "podclock-shim"
	shim.Dir = c.dir
	shim.Env = shimEnvironment(c.record.ID)
	shim.Stderr = words
	shim.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if requests, err = shim.StdinPipe(); err != nil {
		return nil, nil, nil, err
	}
	if replies, err = shim.StdoutPipe(); err != nil {
		return nil, nil, nil, err
	}
	return shim, requests, replies, shim.Start()
}

// shimEnvironment returns the environment of a shim. A shim has little to do,
// so it gets one processor and a small heap. Other variables for the Go runtime
// are passed on.
func shimEnvironment(id string) []string {
	env := []string{shimVariable + "=" + id, "GOMAXPROCS=1", "GOGC=20"}
	for _, name := range []string{"GODEBUG", "GOTRACEBACK", "GORACE", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// askToStart asks the shim to start the container. It asks only once the shim
// listens: a later runtime that finds no socket then knows that the container
// will never run.
func askToStart(requests io.Writer, replies io.Reader) (reply, error) {
	in := json.NewDecoder(replies)
	var ready, started reply
	if err := in.Decode(&ready); err != nil {
		return started, err
	}
	if ready.Err != "" {
		return ready, nil
	}
	if err := json.NewEncoder(requests).Encode(request{Op: opStart}); err != nil {
		return started, err
	}
	return started, in.Decode(&started)
}

// lastWords returns the first line that a broken shim has written.
func (c *container) lastWords() string {
	text, err := os.ReadFile(filepath.Join(c.dir, shimLogFile))
	if err != nil {
		return err.Error()
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// startFailed ends a container that never ran, with exit code 128 and reason
// StartError, as containerd does (C8).
func (r *Runtime) startFailed(c *container, err error) {
	r.cgroups.remove(c.record.Cgroup)
	r.finish(c, exitRecord{At: time.Now(), ExitCode: 128, Reason: "StartError", RuntimeMessage: err.Error()})
	close(c.done)
}

// follow watches a container that runs. If conn is nil, it has ended already.
// shim is nil if an earlier runtime started it.
func (r *Runtime) follow(c *container, conn net.Conn, shim *exec.Cmd) {
	r.mu.Lock()
	c.state, c.conn = agent.StateRunning, conn
	r.mu.Unlock()
	r.watchers.Go(func() { r.watch(c, conn, shim) })
}
