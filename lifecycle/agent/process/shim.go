//go:build unix

package process

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/podclock/podclock/internal/filelock"
)

// shimVariable is the variable of a shim's environment that holds the ID of its
// container.
const shimVariable = "PODCLOCK_SHIM"

var mainCalled atomic.Bool

// Main does the work of a shim in a process that the runtime has started as
// one, and then exits. In any other process it returns at once. Call it first
// thing in main, and in TestMain.
func Main() {
	mainCalled.Store(true)
	if os.Getenv(shimVariable) == "" {
		return
	}
	// The kernel kills the container's processes when the thread that started them
	// ends. That must be this thread, which ends with the process.
	runtime.LockOSThread()
	if err := runShim(); err != nil {
		json.NewEncoder(os.Stdout).Encode(reply{Err: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// shim is the parent of a container's process. One goroutine, the loop, owns
// all of it. It alone starts, kills and reaps processes, so that nobody sends a
// signal to a process ID that has been reaped and may belong to another
// process.
type shim struct {
	*container
	do       chan func() // the loop runs these
	reaped   chan os.Signal
	children map[int]func(syscall.WaitStatus) // by process ID; called when the process has ended
	pumps    *pumps
	lock     *flock.Flock

	stopSent bool
	killAt   time.Time // when to send SIGKILL; zero if never
	killer   *time.Timer
	ended    bool // the container's process has ended; the others are being killed
	over     bool // all processes have ended
}

// runShim runs as long as the container.
func runShim() error {
	s, err := newShim()
	if err != nil {
		return err
	}
	listener, err := s.listen()
	if err != nil {
		return err
	}
	replies := json.NewEncoder(os.Stdout)
	if err := awaitStart(replies); err != nil {
		listener.Close()
		s.neverAsked()
		return err
	}
	if err := s.start(); err != nil {
		s.removeCgroup() // the runtime also does that, unless it was killed
		return err
	}
	replies.Encode(reply{Start: &s.started}) // nobody reads it if the agent was killed
	os.Stdin.Close()
	os.Stdout.Close()
	go s.accept(listener)
	s.loop()
	return s.writeEnd()
}

// awaitStart waits for the request to start the container. It fails if the
// runtime is gone.
func awaitStart(replies *json.Encoder) error {
	if err := replies.Encode(reply{}); err != nil {
		return err
	}
	var q request
	return json.NewDecoder(os.Stdin).Decode(&q)
}

// neverAsked removes the cgroup that the runtime made before it was killed,
// without asking for the start. If another runtime has the directory by now, it
// uses or removes the cgroup itself.
func (s *shim) neverAsked() {
	if s.record.Cgroup == "" {
		return
	}
	s.lock.Unlock() // the other runtime's shim may wait for it
	lock, err := filelock.Take(filepath.Join(s.dir, "..", "..", runtimeLock))
	if err != nil {
		return
	}
	defer lock.Unlock()
	s.removeCgroup()
}

func newShim() (*shim, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	s := &shim{
		container: newContainer(containerRecord{}, dir),
		do:        make(chan func()), reaped: make(chan os.Signal, 1), children: map[int]func(syscall.WaitStatus){},
		killer: time.NewTimer(time.Hour),
	}
	if err := readRecord(filepath.Join(dir, configFile), &s.record); err != nil {
		return nil, err
	}
	signal.Notify(s.reaped, syscall.SIGCHLD)
	// A shim ends with its container, and not by these signals. It catches and
	// drops them rather than ignoring them, because the container would inherit an
	// ignored signal.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT,
		syscall.SIGPIPE)
	return s, becomeSubreaper()
}

// listen binds the socket in the working directory, whose full path may be too
// long for a socket's address. It first takes a lock that lasts as long as this
// process. A late shim, whose runtime was killed and replaced meanwhile, then
// cannot take the socket of its successor.
func (s *shim) listen() (net.Listener, error) {
	lock, err := filelock.Take(shimLock)
	if err != nil {
		return nil, err
	}
	s.lock = lock
	if err := os.Remove(socketName); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", socketName)
}

// loop runs until no process of the container is left.
func (s *shim) loop() {
	for !s.over {
		select {
		case do := <-s.do:
			do()
		case <-s.reaped:
			s.reap()
		case <-s.killer.C:
			if !s.killAt.IsZero() {
				s.kill()
			}
		}
	}
}

// reap handles all processes that have ended.
func (s *shim) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case pid <= 0:
			s.over = s.ended && err == syscall.ECHILD
			return
		}
		if done := s.children[pid]; done != nil {
			delete(s.children, pid)
			done(status)
		}
		if s.ended {
			s.killRest()
		}
	}
}

// stop sends the stop signal. If it is called again, it sends no further
// signal, but may bring SIGKILL forward (C45).
func (s *shim) stop(grace time.Duration) {
	if s.ended {
		return
	}
	if grace <= 0 {
		s.kill()
		return
	}
	if !s.stopSent {
		s.stopSent = true
		syscall.Kill(s.started.PID, syscall.Signal(s.record.StopSignal))
	}
	if at := time.Now().Add(grace); s.killAt.IsZero() || at.Before(s.killAt) {
		s.killAt = at
		s.killer.Reset(grace)
	}
}
