//go:build unix

package process

import (
	"bytes"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// execLimit is how many bytes of each stream of a command are kept. An exec
	// probe uses the first 10240 bytes of both together (P100). The rest is read
	// and dropped.
	execLimit = 10 << 10
	// orphanDelay is how long to wait for output after a process has ended, if
	// another process holds the pipe open.
	orphanDelay = 100 * time.Millisecond
)

// exec runs a command beside the container's process, until it ends or the one
// who asked for it is gone.
func (s *shim) exec(command []string, gone <-chan struct{}) reply {
	var stdout, stderr capture
	for _, c := range []*capture{&stdout, &stderr} {
		if err := c.open(); err != nil {
			return reply{Err: err.Error()}
		}
		defer c.reader.Close()
	}
	var pid int
	var err error
	ended := make(chan syscall.WaitStatus, 1)
	s.call(func() {
		if s.ended { // nothing may start any more
			err = errNotRunning
			return
		}
		pid, err = s.fork(command, stdout.writer, stderr.writer, func(status syscall.WaitStatus) { ended <- status })
	})
	stdout.writer.Close()
	stderr.writer.Close()
	if err != nil {
		return reply{Err: err.Error()}
	}
	stdout.start()
	stderr.start()
	killed := false
	var status syscall.WaitStatus
	select {
	case status = <-ended:
	case <-gone:
		s.call(func() { killed = s.killGroup(pid) })
		status = <-ended
	}
	code, signal := exitCodeOf(status)
	return reply{Exec: &execReply{
		Stdout: stdout.take(), Stderr: stderr.take(), Code: code, Killed: killed && signal == int(syscall.SIGKILL),
	}}
}

// call makes the loop do something, and waits for that.
func (s *shim) call(do func()) {
	done := make(chan struct{})
	s.do <- func() { do(); close(done) }
	<-done
}

// capture keeps the first execLimit bytes of one stream of a command.
type capture struct {
	reader, writer *os.File
	mu             sync.Mutex
	kept           bytes.Buffer
	read           chan struct{} // closed at the end
}

func (c *capture) open() (err error) {
	c.read = make(chan struct{})
	c.reader, c.writer, err = os.Pipe()
	return err
}

func (c *capture) start() {
	go func() {
		io.Copy(c, c.reader)
		close(c.read)
	}()
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Write(p[:min(len(p), execLimit-c.kept.Len())])
	return len(p), nil
}

// take returns what was written. It waits until the stream is closed, but no
// longer than orphanDelay after the end of the command.
func (c *capture) take() []byte {
	select {
	case <-c.read:
	case <-time.After(orphanDelay):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.kept.Bytes())
}
