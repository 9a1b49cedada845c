//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe/handler"
)

func TestAContainerThatHandlesItsStopSignalEndsWithItsOwnCode(t *testing.T) { // C45
	b := newBench(t, Options{})
	signal := corev1.Signal("SIGUSR1")
	c := b.startSpec(&corev1.Container{
		Command:   []string{"sh", "-c", `trap 'exit 7' USR1; touch ready; while :; do sleep 0.05; done`},
		Lifecycle: &corev1.Lifecycle{StopSignal: &signal},
	})
	b.ready(c)
	b.must(b.r.StopContainer(b.ctx, c.record.ID, hangGuard))
	if n := b.end(c); n.ExitCode != 7 {
		t.Errorf("exit code %d", n.ExitCode)
	}
}

func TestTheStopSignalIsSentOnce(t *testing.T) { // C45
	b := newBench(t, Options{})
	c := b.start(`n=0; trap 'n=$((n+1)); echo $n > signals' TERM; touch ready; while [ ! -e go ]; do sleep 0.02; done; exit $n`)
	b.ready(c)
	for range 3 {
		ctx, cancel := context.WithTimeout(b.ctx, 50*time.Millisecond)
		if err := b.r.StopContainer(ctx, c.record.ID, hangGuard); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		cancel()
	}
	eventually(t, "the signal comes", func() bool { return tail(c.dir+"/work/signals", 1) != nil })
	touch(t, c.dir+"/work/go")
	if n := b.end(c); n.ExitCode != 1 {
		t.Errorf("%d signals", n.ExitCode)
	}
}

// ready waits until a container has made a file with that name.
func (b *bench) ready(c *container) {
	b.t.Helper()
	eventually(b.t, "the container is ready", func() bool {
		_, err := os.Stat(c.dir + "/work/ready")
		return err == nil
	})
}

// stubborn starts a child that ignores SIGTERM, and a daemon with a session of
// its own.
const stubborn = `trap '' TERM
sh -c 'echo $$$$ > child; while :; do sleep 1; done' &
setsid sh -c 'echo $$$$ > daemon; while :; do sleep 1; done' &
until [ -s child ] && [ -s daemon ]; do sleep 0.02; done
trap - TERM; touch ready; `

func (b *bench) startStubborn(then string) (c *container, pids []int) {
	b.t.Helper()
	if _, err := exec.LookPath("setsid"); err != nil {
		b.t.Skip("no setsid here")
	}
	c = b.start(stubborn + then)
	b.ready(c)
	for _, name := range []string{"child", "daemon"} {
		pid, err := strconv.Atoi(strings.TrimSpace(read(b.t, c.dir+"/work/"+name)))
		b.must(err)
		pids = append(pids, pid)
	}
	return c, append(pids, c.started.PID)
}

func TestWhatAContainerHasLeftEndsBeforeItsNotice(t *testing.T) {
	for name, then := range map[string]string{"stopped": "while :; do sleep 0.05; done", "exited": "until [ -e go ]; do sleep 0.02; done"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{})
			c, pids := b.startStubborn(then)
			for _, pid := range pids {
				if dead(pid) {
					t.Fatalf("process %d is dead already", pid)
				}
			}
			touch(t, c.dir+"/work/go")
			if name == "stopped" {
				b.must(b.r.StopContainer(b.ctx, c.record.ID, hangGuard))
			}
			b.end(c)
			for _, pid := range pids {
				if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
					t.Errorf("process %d is still there: %v", pid, err)
				}
			}
		})
	}
}

func TestWhatAKilledShimHasLeftIsFound(t *testing.T) {
	b := newBench(t, Options{})
	c, pids := b.startStubborn("while :; do sleep 0.05; done")
	syscall.Kill(shimOf(t, c), syscall.SIGKILL)
	b.end(c)
	for _, pid := range pids {
		eventually(t, "a process that was left is dead", func() bool { return dead(pid) })
	}
}

func TestACommandEndsWithItsGroupAtItsTimeout(t *testing.T) { // P103
	b := newBench(t, Options{})
	c := b.start("sleep 1000")
	command := []string{"sh", "-c", "sleep 1000 & echo $! > child; wait"}
	_, err := b.r.Exec(b.ctx, c.record.ID, command, time.Second)
	if !errors.Is(err, handler.ErrTimeout) {
		t.Errorf("error %v", err)
	}
	var child int
	fmt.Sscan(read(t, c.dir+"/work/child"), &child)
	eventually(t, "its child is dead", func() bool { return dead(child) })
	ctx, cancel := context.WithCancelCause(b.ctx)
	time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("enough")) })
	if _, err := b.r.Exec(ctx, c.record.ID, command, 0); err == nil || err.Error() != "enough" {
		t.Errorf("error %v", err)
	}
}

func TestACommandsOutputIsBoundedAndInOrder(t *testing.T) { // P100
	b := newBench(t, Options{})
	c := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}, Env: []corev1.EnvVar{{Name: "A", Value: "b"}}})
	out, err := b.r.Exec(b.ctx, c.record.ID, []string{"sh", "-c", "echo two >&2; echo $A; pwd -P"}, 0)
	if want := "b\n" + c.dir + "/work\ntwo\n"; string(out) != want || err != nil {
		t.Errorf("%q, %v; want %q", out, err, want)
	}
	out, err = b.r.Exec(b.ctx, c.record.ID, []string{"sh", "-c", "head -c 300000 /dev/zero; echo oops >&2; exit 5"}, 0)
	var exit *handler.ExitError
	if len(out) != execLimit+len("oops\n") || !errors.As(err, &exit) || exit.Code != 5 || string(exit.Stderr) != "oops\n" {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	_, err = b.r.Exec(b.ctx, c.record.ID, []string{"no-such-program-here"}, 0)
	if err == nil || errors.As(err, &exit) || !strings.Contains(err.Error(), "executable file not found in $PATH") {
		t.Errorf("error %v", err)
	}
	if _, err = b.r.Exec(b.ctx, c.record.ID, nil, 0); err == nil {
		t.Error("an empty command succeeds")
	}
	if _, err = b.r.Exec(b.ctx, c.record.ID, []string{"sh", "-c", "kill -9 $$"}, 0); !errors.As(err, &exit) || exit.Code != 137 {
		t.Errorf("error %v", err)
	}
	if out, err = b.r.Exec(b.ctx, c.record.ID, []string{"sh", "-c", "sleep 1000 & echo done"}, 0); string(out) != "done\n" || err != nil {
		t.Errorf("%q, %v: a child keeps the command open", out, err)
	}
}
