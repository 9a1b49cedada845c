package process

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

// children returns the processes whose parent is this one, zombies too.
func children(t *testing.T) []string {
	t.Helper()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var found []string
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if string(fields[1]) == fmt.Sprint(os.Getpid()) {
			found = append(found, string(stat))
		}
	}
	return found
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestNoProcessNoFileDescriptorAndNoFileIsLeft(t *testing.T) {
	b := newBench(t, Options{})
	before := descriptors(t)
	for range 5 {
		c := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}})
		if _, err := b.r.Exec(b.ctx, c.record.ID, []string{"true"}, 0); err != nil {
			t.Error(err)
		}
		b.must(b.r.StopContainer(b.ctx, c.record.ID, hangGuard))
		b.end(c)
		b.end(b.start("exit 1"))
		failing := b.create(&corev1.Container{Command: []string{"no-such-program-here"}})
		if err := b.r.StartContainer(b.ctx, failing.record.ID); err == nil {
			t.Error("started")
		}
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("children that are left: %q", left)
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d file descriptors, before there were %d", after, before)
	}
	removeAll(t, b.r)
	for _, dir := range []string{sandboxesDir, containersDir, logsDir} {
		if left, err := os.ReadDir(filepath.Join(b.r.o.Dir, dir)); len(left) > 0 || err != nil {
			t.Errorf("%s has %v, %v", dir, left, err)
		}
	}
	if left := b.r.cgroups.containers(); len(left) > 0 {
		t.Errorf("cgroups that are left: %v", left)
	}
}

func TestARuntimeThatIsClosedLeavesNoFileDescriptor(t *testing.T) {
	b := newBench(t, Options{})
	b.end(b.start("exit 0")) // so that all is open that stays open
	dir, before := t.TempDir(), descriptors(t)
	var err error
	b.r, err = New(Options{Dir: dir})
	b.must(err)
	b.sandbox, err = b.r.RunSandbox(b.ctx, agent.SandboxConfig{Pod: b.identity(), Spec: b.pod})
	b.must(err)
	shim := shimOf(t, b.start("sleep 1000"))
	b.must(b.r.Close())
	if after := descriptors(t); after != before {
		t.Errorf("%d file descriptors, before there were %d", after, before)
	}
	t.Cleanup(func() {
		if _, err := syscall.Wait4(shim, nil, 0, nil); err != nil {
			t.Error(err)
		}
	})
	newRuntime(t, Options{Dir: dir}) // which ends the container
}

func TestACommandEndsWithTheAgentThatAskedForIt(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("sleep 1000")
	conn, _, err := c.dial(b.ctx)
	b.must(err)
	if _, err := fmt.Fprintln(conn, `{"Op":"exec","Command":["sh","-c","echo $$ > command; sleep 1000"]}`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the command runs", func() bool { return len(tail(c.dir+"/work/command", 10)) > 0 })
	var pid int
	fmt.Sscan(read(t, c.dir+"/work/command"), &pid)
	conn.Close()
	eventually(t, "the command ends", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

func TestAddressesGoRoundAndSkipWhatIsInUse(t *testing.T) {
	a := addresses{at: addressCount - 3}
	for _, want := range []string{"127.127.255.254", "127.64.0.1", "127.64.0.3"} {
		if ip, err := a.next(map[string]bool{"127.64.0.2": true}); ip != want || err != nil {
			t.Errorf("address %s, %v; want %s", ip, err, want)
		}
	}
}

// Shim and runtime were killed between the start of a container's process and
// the record of it. What the process had started goes on.
func TestAStartThatWasCutOffLeavesNoProcess(t *testing.T) {
	b := newBench(t, Options{})
	c := b.create(&corev1.Container{Command: []string{"true"}})
	left := exec.Command("sleep", "1000")
	left.Env = []string{messageVariable + "=" + filepath.Join(c.dir, messageFile)}
	b.must(left.Start())
	b.r.adoptOne(c)
	if err := left.Wait(); err == nil || left.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("it ended with %v", err)
	}
	b.must(b.r.StartContainer(b.ctx, c.record.ID))
	if n := b.end(c); n.ExitCode != 0 {
		t.Errorf("notice %+v", n)
	}
}

// An agent is killed at any moment. The next one finds every container that it
// reported as started. When all are stopped, no process is left.
func TestAnAgentMayBeKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	for round := range 5 {
		cmd, out := startAgent(t, dir, "busily")
		var ids []string
		for lines := bufio.NewScanner(out); len(ids) < 2+round && lines.Scan(); {
			ids = append(ids, lines.Text())
		}
		time.Sleep(time.Duration(round) * 7 * time.Millisecond) // any moment is as good as another
		cmd.Process.Kill()
		cmd.Wait()
		afterwards(t, dir, ids)
	}
}

func afterwards(t *testing.T, dir string, ids []string) {
	t.Helper()
	r, err := New(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	notices := make(chan agent.Notice, 1000)
	r.Subscribe(func(n agent.Notice) { notices <- n })
	have, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	running, found := map[string]bool{}, map[string]bool{}
	for _, c := range have.Containers {
		if found[c.ID] = true; c.State == agent.StateRunning {
			running[c.ID] = true
		} else if c.State == agent.StateExited && c.ExitCode != 143 {
			t.Errorf("%s has exited with %d, %s", c.Name, c.ExitCode, c.Reason)
		}
	}
	for _, id := range ids {
		if !found[id] {
			t.Errorf("container %s is lost", id)
		}
	}
	removeAll(t, r)
	for told := map[string]bool{}; len(notices) > 0; {
		n := <-notices
		if told[n.Container] || !found[n.Container] {
			t.Errorf("notice %+v, the second one or of what is not listed", n)
		}
		told[n.Container] = true
		delete(running, n.Container)
	}
	if len(running) > 0 {
		t.Errorf("no notices of %v", running)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "no process of the containers is left", func() bool { return !mentioned(dir) })
}

// mentioned reports whether a process has the directory in its environment, or
// is a shim there.
func mentioned(dir string) bool {
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range environs {
		env, _ := os.ReadFile(path)
		cwd, _ := os.Readlink(filepath.Join(filepath.Dir(path), "cwd"))
		if bytes.Contains(env, []byte(messageVariable+"="+dir)) || bytes.Contains(env, []byte(shimVariable)) && strings.HasPrefix(cwd, dir) {
			return true
		}
	}
	return false
}
