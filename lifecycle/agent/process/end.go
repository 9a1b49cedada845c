//go:build unix

package process

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// watch waits for the end of a container, whose shim then closes the connection
// by exiting.
func (r *Runtime) watch(c *container, conn net.Conn, shim *exec.Cmd) {
	if conn != nil {
		io.Copy(io.Discard, conn)
		conn.Close()
	}
	r.mu.Lock()
	left := r.closed && !c.hasExited()
	r.mu.Unlock()
	if left {
		if shim != nil {
			shim.Process.Release() // frees its file descriptor; the shim goes on
		}
		return
	}
	if shim != nil {
		shim.Wait()
	}
	e, err := c.readExit()
	if err != nil {
		r.o.Logger.Warn("a container's shim has ended without a word", "container", c.record.ID, "err", err)
		e = r.lost(c)
	}
	r.finish(c, e)
	r.mu.Lock()
	notify := r.notify
	r.mu.Unlock()
	if notify != nil {
		notify(agent.Notice{
			Container: c.record.ID, ExitCode: e.ExitCode, Reason: e.Reason,
			Message: e.Message, LogTail: e.LogTail, RuntimeMessage: e.RuntimeMessage,
		})
	}
	close(c.done)
}

// hasExited reports whether the end is written.
func (c *container) hasExited() bool {
	_, err := os.Stat(filepath.Join(c.dir, exitFile))
	return err == nil
}

// readExit reads the end that is written.
func (c *container) readExit() (exitRecord, error) {
	var e exitRecord
	err := readRecord(filepath.Join(c.dir, exitFile), &e)
	return e, err
}

// lost ends a container whose shim was killed. The kernel has killed its
// process together with the shim. The others are killed now.
func (r *Runtime) lost(c *container) exitRecord {
	c.killLeft()
	r.cgroups.remove(c.record.Cgroup)
	return c.withMessage(exitRecord{
		At: time.Now(), ExitCode: 137, Signal: 9, Reason: "ContainerStatusUnknown",
		RuntimeMessage: "The container's shim was killed",
	})
}

// finish notes the end of a container, in memory and on disk.
func (r *Runtime) finish(c *container, e exitRecord) {
	if !c.hasExited() {
		if err := writeRecord(filepath.Join(c.dir, exitFile), e); err != nil {
			r.o.Logger.Warn("the end of a container is not written", "container", c.record.ID, "err", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c.state, c.exit = agent.StateExited, e
}
