package handler

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"time"

	"github.com/podclock/podclock/probe/answer"
)

// orphanDelay is how long, after a command has ended, its output is waited for
// if other processes still hold it open.
const orphanDelay = 100 * time.Millisecond

// LocalExec is an Exec that runs commands as processes of this machine,
// whatever the container. Each has a process group of its own, which is killed
// whole at the timeout. The zero value is ready.
type LocalExec struct {
	// Dir is the working directory. Empty: that of this process.
	Dir string
	// Env is the environment, as NAME=VALUE. If nil, it is that of this process.
	Env []string
	// BreakPipe closes the output of a command that has written 10240 bytes,
	// which SIGPIPE then ends: so the kubelet's exec prober treats a process of
	// its own. Otherwise the rest is read and dropped, as by a container
	// runtime.
	BreakPipe bool
}

var _ Exec = LocalExec{}

// Exec runs command. The container is not looked at.
func (l LocalExec) Exec(ctx context.Context, _ string, command []string, timeout time.Duration) ([]byte, error) {
	if len(command) == 0 {
		return nil, errors.New("handler: the command is empty: name a program")
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = l.Dir, l.Env, orphanDelay
	killed := false // Run waits for Cancel
	cmd.Cancel = func() error {
		err := killGroup(cmd.Process)
		killed = err == nil
		return err
	}
	ownGroup(cmd)
	stdout := boundedBuffer{breaks: l.BreakPipe}
	stderr := boundedBuffer{breaks: l.BreakPipe}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	output := append(stdout.Bytes(), stderr.Bytes()...) // P100
	killed = killed && endedByKill(cmd.ProcessState)
	return output, processError(ctx, cmd, killed, stderr.Bytes(), err)
}

// processError sorts the ends of a process.
func processError(ctx context.Context, cmd *exec.Cmd, killed bool, stderr []byte, err error) error {
	state := cmd.ProcessState
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return exec.ErrNotFound
	case state == nil: // it did not start
		return err
	case state.Success(): // what became of its output does not matter
		return nil
	case killed && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout // P103
	case killed:
		return context.Cause(ctx)
	}
	return &ExitError{Command: cmd.Args, Code: exitStatus(state), Stderr: stderr}
}

// boundedBuffer keeps the first answer.OutputLimit bytes written to it.
type boundedBuffer struct {
	kept   bytes.Buffer
	breaks bool // writes beyond the limit fail
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	fits := min(len(p), answer.OutputLimit-b.kept.Len())
	b.kept.Write(p[:fits])
	if fits < len(p) && b.breaks {
		return fits, io.ErrShortWrite
	}
	return len(p), nil
}

func (b *boundedBuffer) Bytes() []byte { return b.kept.Bytes() }
