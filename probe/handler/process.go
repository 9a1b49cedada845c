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

// orphanDelay is how long to wait for the output after a command has ended, if other
// processes still have it open.
const orphanDelay = 100 * time.Millisecond

// LocalExec is an Exec that runs commands as processes of this machine and ignores the
// container. Each command has its own process group, which is killed as a whole at the
// timeout. The zero LocalExec is ready for use.
type LocalExec struct {
	// Dir is the working directory. If empty, it is that of this process.
	Dir string
	// Env is the environment, as NAME=VALUE. If nil, it is that of this process.
	Env []string
	// BreakPipe closes the output of a command after 10240 bytes, so that the next write ends
	// the command with SIGPIPE. The kubelet's exec prober does that to its own processes. If
	// false, the rest is read and dropped, as a container runtime does.
	BreakPipe bool
}

var _ Exec = LocalExec{}

// Exec runs command. It ignores the container.
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
	killed := false // needs no lock: Run waits for Cancel
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
	output := append(stdout.Bytes(), stderr.Bytes()...) // in this order (P100)
	killed = killed && endedByKill(cmd.ProcessState)
	return output, processError(ctx, cmd, killed, stderr.Bytes(), err)
}

// processError returns the error for the end of a process.
func processError(ctx context.Context, cmd *exec.Cmd, killed bool, stderr []byte, err error) error {
	state := cmd.ProcessState
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return exec.ErrNotFound
	case state == nil: // it was not started
		return err
	case state.Success(): // problems with its output do not matter
		return nil
	case killed && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout // the timeout ended it, by SIGKILL (P103)
	case killed:
		return context.Cause(ctx)
	}
	return &ExitError{Command: cmd.Args, Code: exitStatus(state), Stderr: stderr}
}

// boundedBuffer keeps the first answer.OutputLimit bytes that are written to it.
type boundedBuffer struct {
	kept   bytes.Buffer
	breaks bool // writes beyond the limit return an error
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
