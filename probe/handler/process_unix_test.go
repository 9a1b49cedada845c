//go:build unix

package handler

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/podclock/podclock/probe/answer"
)

func runLocally(t *testing.T, l LocalExec, timeout time.Duration, script string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hangGuard)
	defer cancel()
	return l.Exec(ctx, "", []string{"sh", "-c", script}, timeout)
}

func TestALocalCommandsOutputIsStandardOutputThenStandardError(t *testing.T) { // P100
	output, err := runLocally(t, LocalExec{}, 0, "echo two >&2; echo one; echo four >&2; echo three; exit 3")
	if string(output) != "one\nthree\ntwo\nfour\n" {
		t.Errorf("output %q", output)
	}
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 3 || string(exit.Stderr) != "two\nfour\n" {
		t.Errorf("error %#v", err)
	}
}

func TestATimeoutKillsTheWholeProcessGroupAndLeavesNoZombie(t *testing.T) { // P103
	start := time.Now()
	output, err := runLocally(t, LocalExec{}, 300*time.Millisecond, "sleep 1000 & echo $$ $!; wait")
	if !errors.Is(err, ErrTimeout) {
		t.Fatalf("error %v", err)
	}
	if took := time.Since(start); took > hangGuard {
		t.Errorf("took %v", took)
	}
	pids := strings.Fields(string(output))
	if len(pids) != 2 {
		t.Fatalf("output %q: want the IDs of the shell and its child", output)
	}
	shell, _ := strconv.Atoi(pids[0])
	if err := syscall.Kill(shell, 0); err != syscall.ESRCH {
		t.Errorf("the shell is still there: %v", err)
	}
	// The child now belongs to init, which may need a moment.
	child, _ := strconv.Atoi(pids[1])
	waitUntilDead(t, child)
}

// waitUntilDead fails if the process does not end. A zombie counts as ended.
func waitUntilDead(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(hangGuard); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			return
		}
		if stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat"); err == nil && bytes.Contains(stat, []byte(") Z ")) {
			return
		}
	}
	t.Errorf("process %d runs on", pid)
}

func TestAProcessThatLeftItsGroupDoesNotKeepTheCommandOpen(t *testing.T) {
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("no setsid here")
	}
	output, err := runLocally(t, LocalExec{}, 0, "setsid sleep 20 & echo done")
	if err != nil || string(output) != "done\n" {
		t.Errorf("got %q, %v", output, err)
	}
}

func TestOutputBeyondTheLimitIsDroppedOrBreaksThePipe(t *testing.T) { // P100
	const script = "head -c 300000 /dev/zero; exit 5"
	output, err := runLocally(t, LocalExec{}, 0, script)
	var exit *ExitError
	if len(output) != answer.OutputLimit || !errors.As(err, &exit) || exit.Code != 5 {
		t.Errorf("dropping: %d bytes, %v", len(output), err)
	}
	output, err = runLocally(t, LocalExec{BreakPipe: true}, 0, "exec head -c 300000 /dev/zero")
	if len(output) != answer.OutputLimit || !errors.As(err, &exit) || exit.Code != 128+int(syscall.SIGPIPE) {
		t.Errorf("breaking: %d bytes, %v", len(output), err)
	}
}

func TestEndlessOutputEndsWithTheTimeout(t *testing.T) {
	var output []byte
	var err error
	for timeout := 200 * time.Millisecond; len(output) == 0 && timeout < time.Minute; timeout *= 2 { // a shell takes its time to start
		output, err = runLocally(t, LocalExec{}, timeout, "cat /dev/zero")
	}
	if !errors.Is(err, ErrTimeout) || len(output) != answer.OutputLimit {
		t.Errorf("%d bytes, %v", len(output), err)
	}
}

func TestASignalIsAnExitStatus(t *testing.T) {
	_, err := runLocally(t, LocalExec{}, 0, "kill -9 $$")
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Code != 137 {
		t.Errorf("error %v", err)
	}
}

func TestACommandThatCannotBeStartedIsAnError(t *testing.T) { // P102
	for _, command := range [][]string{nil, {"no-such-program-here"}, {"/"}} {
		_, err := LocalExec{}.Exec(context.Background(), "", command, time.Second)
		var exit *ExitError
		if err == nil || errors.As(err, &exit) || errors.Is(err, ErrTimeout) {
			t.Errorf("command %q: error %v", command, err)
		}
	}
}

func TestACommandEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := LocalExec{}.Exec(ctx, "", []string{"sleep", "1000"}, hangGuard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestACommandHasTheGivenDirectoryAndEnvironment(t *testing.T) {
	output, err := runLocally(t, LocalExec{Dir: "/", Env: []string{"A=b"}}, 0, "pwd; echo $A")
	if err != nil || string(output) != "/\nb\n" {
		t.Errorf("got %q, %v", output, err)
	}
}
