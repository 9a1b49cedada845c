package handler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/expand"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// Exec runs commands in containers.
type Exec interface {
	// Exec runs command, without a shell, in the container instance with that ID. It returns
	// the standard output followed by the standard error (P100). If timeout is 0, there is
	// none. The error is nil if the command exited with 0. It is an *ExitError if the command
	// exited with another status. It is ErrTimeout, possibly wrapped, if the timeout or the
	// context's deadline ended the command. Any other error means that the command could not
	// be run (P101). When Exec returns, the command must have ended.
	Exec(ctx context.Context, container string, command []string, timeout time.Duration) ([]byte, error)
}

// ErrTimeout is the error of an Exec whose command was not over in time.
var ErrTimeout = errors.New(answer.CommandTimedOut)

// ErrNoExec is the error of an exec probe or hook whose target has no Exec.
var ErrNoExec = errors.New("handler: the target cannot run commands: set Target.Exec")

// ExitError is the error of an Exec whose command exited with a status other than 0.
type ExitError struct {
	Command []string
	Code    int
	Stderr  []byte
}

// Error returns the text of the kubelet's client of the container runtime.
func (e *ExitError) Error() string {
	return fmt.Sprintf("command '%s' exited with %d: %s", strings.Join(e.Command, " "), e.Code, e.Stderr)
}

func probeExec(ctx context.Context, target *Target, action *corev1.ExecAction, timeout time.Duration) probe.Answer {
	if target.Exec == nil {
		return answer.Errored(ErrNoExec.Error())
	}
	command := expand.Words(action.Command, expand.Env(target.Env))
	output, err := target.Exec.Exec(ctx, target.ContainerID, command, timeout)
	return execAnswer(command, timeout, output, err)
}

// execAnswer returns the answer for the end of a command (P101).
func execAnswer(command []string, timeout time.Duration, output []byte, err error) probe.Answer {
	if len(output) > answer.OutputLimit {
		output = output[:answer.OutputLimit] // the rest is cut off (P100)
	}
	var exit *ExitError
	switch {
	case err == nil:
		return answer.Success(string(output))
	case errors.As(err, &exit) && exit.Code == 0:
		return answer.Success(string(output))
	case exit != nil:
		return answer.Failure(string(output))
	case errors.Is(err, ErrTimeout): // the output is lost (P104)
		return answer.ExecTimedOut(command, timeout)
	}
	return answer.Errored(err.Error()) // a command that cannot be run is no failure (P102)
}
