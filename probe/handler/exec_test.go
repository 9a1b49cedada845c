package handler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// execFunc is an Exec that ignores timeouts.
type execFunc func(ctx context.Context, container string, command []string) ([]byte, error)

func (f execFunc) Exec(ctx context.Context, container string, command []string, _ time.Duration) ([]byte, error) {
	return f(ctx, container, command)
}

func TestTheEndsOfACommandAreSorted(t *testing.T) { // P101
	long := strings.Repeat("x", answer.OutputLimit+1)
	for _, test := range []struct {
		name   string
		output string
		err    error
		want   probe.Answer
	}{
		{"exit 0", "fine", nil, probe.Answer{Outcome: probe.OutcomeSuccess, Output: "fine"}},
		{"exit 0, told as an error", "fine", &ExitError{}, probe.Answer{Outcome: probe.OutcomeSuccess, Output: "fine"}},
		{"exit 1", "broken", &ExitError{Code: 1}, probe.Answer{Outcome: probe.OutcomeFailure, Output: "broken"}},
		{"exit 1, wrapped", "", fmt.Errorf("so: %w", &ExitError{Code: 1}), probe.Answer{Outcome: probe.OutcomeFailure}},
		{"timeout", "lost", fmt.Errorf("so: %w", ErrTimeout),
			probe.Answer{Outcome: probe.OutcomeFailure, Output: `command timed out: "sh -c \"x\"" timed out after 1m10s`}},
		{"no container", "lost", errors.New("rpc error: code = NotFound"), probe.Answer{Err: "rpc error: code = NotFound"}},
		{"long output", long, nil, probe.Answer{Outcome: probe.OutcomeSuccess, Output: long[:answer.OutputLimit]}},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := loopback
			target.Exec = execFunc(func(_ context.Context, container string, _ []string) ([]byte, error) {
				if container != "containerd://1" {
					t.Errorf("ran in %q", container)
				}
				return []byte(test.output), test.err
			})
			spec := &corev1.Probe{TimeoutSeconds: 70, ProbeHandler: corev1.ProbeHandler{
				Exec: &corev1.ExecAction{Command: []string{"sh", "-c", `"x"`}},
			}}
			expectAnswer(t, New(Options{}).Probe(context.Background(), target, spec), test.want)
		})
	}
}

func TestAnExitErrorReadsAsTheRuntimesClientPutsIt(t *testing.T) {
	err := &ExitError{Command: []string{"sh", "-c", "exit 3"}, Code: 3, Stderr: []byte("oops")}
	if got, want := err.Error(), "command 'sh -c exit 3' exited with 3: oops"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
