//go:build unix

package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

// scripts are the containers of an agent that is killed. Each but the first
// ends when a file appears.
var scripts = map[string]string{
	"before": "exit 4",
	"during": "until [ -e ../../../go ]; do sleep 0.02; done; exit 5",
	"after":  "until [ -e ../../../on ]; do sleep 0.02; done; exit 6",
	"long":   "sleep 1000",
}

// killedAgent runs an agent and kills it. It returns the IDs of what that has
// started, by name.
func killedAgent(t *testing.T, dir string) (ids map[string]string, pids map[string]int) {
	t.Helper()
	cmd, out := startAgent(t, dir, "scripts")
	ids, pids = map[string]string{}, map[string]int{}
	ready := false
	for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
		var name, id string
		var pid int
		if ready = lines.Text() == "ready"; !ready {
			if _, err := fmt.Sscan(lines.Text(), &name, &id, &pid); err != nil {
				t.Error(err)
			}
			ids[name], pids[name] = id, pid
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if !ready {
		t.Fatal("the agent has not started its containers")
	}
	return ids, pids
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAnAgentThatWasKilledIsFollowedByOneThatAdoptsItsContainers(t *testing.T) {
	dir := t.TempDir()
	ids, pids := killedAgent(t, dir)
	touch(t, filepath.Join(dir, "go"))
	eventually(t, "a container ends without an agent", func() bool {
		_, err := os.Stat(filepath.Join(dir, containersDir, ids["during"], exitFile))
		return err == nil
	})
	r := newRuntime(t, Options{Dir: dir})
	notices := make(chan agent.Notice, 10)
	r.Subscribe(func(n agent.Notice) { notices <- n })
	ctx, cancel := context.WithTimeout(context.Background(), hangGuard)
	defer cancel()
	have, err := r.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range have.Containers {
		got[c.Name] = fmt.Sprintf("%v %d", c.State, c.ExitCode)
		if r.containers[c.ID].started.PID != pids[c.Name] || c.ID != ids[c.Name] {
			t.Errorf("%s is not what it was", c.Name)
		}
	}
	want := map[string]string{
		"before": "Exited 4", "during": "Exited 5", "after": "Running 0", "long": "Running 0", "unstarted": "Created 0",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed\n%v, want\n%v", got, want)
	}
	if err := syscall.Kill(pids["long"], 0); err != nil {
		t.Errorf("a container that is listed as running: %v", err)
	}

	if output, err := r.Exec(ctx, ids["long"], []string{"echo", "hello"}, 0); string(output) != "hello\n" {
		t.Errorf("a command in an adopted container: %q, %v", output, err)
	}
	touch(t, filepath.Join(dir, "on"))
	if n := <-notices; n.Container != ids["after"] || n.ExitCode != 6 {
		t.Errorf("notice %+v, want 6", n)
	}
	if err := r.StopContainer(ctx, ids["long"], hangGuard); err != nil {
		t.Error(err)
	}
	if n := <-notices; n.Container != ids["long"] || n.ExitCode != 143 {
		t.Errorf("notice %+v, want 143", n)
	}
	if err := r.StartContainer(ctx, ids["unstarted"]); err != nil {
		t.Error(err)
	}
	if n := <-notices; n.Container != ids["unstarted"] || n.ExitCode != 7 {
		t.Errorf("notice %+v, want 7", n)
	}
	if len(notices) > 0 {
		t.Errorf("notice %+v, want no more", <-notices)
	}

	// The address of the sandbox is still in use.
	pod := &corev1.Pod{}
	r.addresses = newAddresses(dir)
	s, err := r.RunSandbox(ctx, agent.SandboxConfig{Spec: pod})
	if err != nil {
		t.Fatal(err)
	}
	if same := runtime.GOOS != "linux"; same != (s.IP == have.Sandboxes[0].IP) {
		t.Errorf("two sandboxes have address %s", s.IP)
	}
}

func TestAContainerWhoseShimWasKilledIsKilled(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("sleep 1000 & echo $! > child; wait")
	eventually(t, "the child starts", func() bool { return tail(c.dir+"/work/child", 10) != nil })
	var child int
	fmt.Sscan(read(t, c.dir+"/work/child"), &child)
	syscall.Kill(shimOf(t, c), syscall.SIGKILL)
	if n := b.end(c); n.ExitCode != 137 || n.Reason != "ContainerStatusUnknown" || n.RuntimeMessage != "The container's shim was killed" {
		t.Errorf("notice %+v", n)
	}
	eventually(t, "both processes are dead", func() bool { return dead(c.started.PID) && dead(child) })
}

// shimOf returns the process ID of a container's shim, which is the parent of
// its process.
func shimOf(t *testing.T, c *container) int {
	t.Helper()
	out, err := exec.Command("ps", "-o", "ppid=", "-p", fmt.Sprint(c.started.PID)).Output()
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(out), &pid); err != nil || pid <= 1 {
		t.Fatalf("the shim of %d is %d: %v", c.started.PID, pid, err)
	}
	return pid
}

// dead reports whether the process is gone, or a zombie.
func dead(pid int) bool {
	out, _ := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	state := strings.TrimSpace(string(out))
	return state == "" || strings.HasPrefix(state, "Z")
}

// A shim whose runtime was killed before it could ask for anything comes late:
// the container has another shim by then.
func TestALateShimChangesNothing(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("sleep 1000")
	late := exec.Command(b.r.program)
	late.Dir, late.Env = c.dir, shimEnvironment(c.record.ID)
	if err := late.Run(); err == nil {
		t.Error("it has done its work")
	}
	if output, err := b.r.Exec(b.ctx, c.record.ID, []string{"echo", "hello"}, 0); string(output) != "hello\n" || err != nil {
		t.Errorf("the container does not answer any more: %q, %v", output, err)
	}
}

// dial must not return a connection that its context closes: whoever watches it
// would take its end for the container's.
func TestAConnectionThatIsMadeStaysOpen(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("sleep 1000")
	made := 0
	for n := range 200 {
		ctx, cancel := context.WithCancel(b.ctx)
		late := time.AfterFunc(time.Duration(n)*4*time.Microsecond, cancel)
		conn, _, err := c.dial(ctx)
		if late.Stop(); err != nil {
			continue
		}
		made++
		conn.SetReadDeadline(time.Now().Add(2 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d: %v", n, err)
		}
		conn.Close()
		cancel()
	}
	t.Logf("%d of 200 connections were made", made)
}

// What was being written or removed when the runtime was killed is found again.
func TestWhatIsCutOffIsCleanedUp(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("echo hello")
	b.end(c)
	config := filepath.Join(c.dir, configFile)
	b.must(os.Remove(config))
	b.must(os.MkdirAll(filepath.Join(config, "in the way"), 0o700))
	if err := b.r.RemoveContainer(b.ctx, c.record.ID); err == nil {
		t.Error("the record is removed")
	}
	if _, err := os.Stat(c.record.Log); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the logs stay, of a container whose removal is cut off: %v", err)
	}
	b.must(os.RemoveAll(config))
	b.must(b.r.RemoveContainer(b.ctx, c.record.ID))

	dir := t.TempDir()
	path := filepath.Join(dir, sandboxesDir, newPrefix+"1")
	b.must(os.MkdirAll(filepath.Dir(path), 0o700))
	touch(t, path)
	newRuntime(t, Options{Dir: dir})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a sandbox whose writing was cut off: %v", err)
	}
}
