package process

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podclock/podclock/lifecycle/agent"
)

// children are the processes whose parent this is, zombies too.
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

func TestTheCgroupOfAProcessIsFound(t *testing.T) {
	const mounts = "25 30 0:23 / /sys rw - sysfs sysfs rw\n40 25 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
	if dir, err := findCgroup(mounts, "1:cpu:/old\n0::/system.slice/agent.service\n"); dir != "/sys/fs/cgroup/system.slice/agent.service" || err != nil {
		t.Errorf("%s, %v", dir, err)
	}
	if _, err := findCgroup(mounts, "1:cpu:/old\n"); err == nil {
		t.Error("a process in no cgroup v2 has one")
	}
	if _, err := findCgroup("40 25 0:28 / /sys/fs/cgroup rw - cgroup cgroup rw\n", "0::/\n"); err == nil {
		t.Error("cgroups v1 are taken for v2")
	}
}

// realCgroups returns a runtime with cgroups, or skips.
func realCgroups(t *testing.T, want ...string) *bench {
	t.Helper()
	b := newBench(t, Options{})
	if b.r.cgroups == "" {
		_, err := newCgroups("", b.r.o.Dir)
		t.Skip("no cgroup v2 is writable here:", err)
	}
	missing, err := b.r.cgroups.make()
	b.must(err)
	b.r.cgroups.removeEmpty()
	for _, name := range want {
		if slices.Contains(missing, name) {
			t.Skipf("cgroup v2 has no %s controller here", name)
		}
	}
	return b
}

// The directory of all cgroups is there as long as a container's is: whoever kills
// the agent leaves nothing.
func TestTheLastContainerTakesTheCgroupOfAllAlong(t *testing.T) {
	b := realCgroups(t)
	there := func(want bool, when string) {
		t.Helper()
		if _, err := os.Stat(string(b.r.cgroups)); os.IsNotExist(err) == want {
			t.Errorf("%s: the cgroup is there: %v", when, !want)
		}
	}
	there(false, "at first")
	for range 2 {
		long := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}})
		b.end(b.start("exit 0"))
		there(true, "while a container runs")
		b.must(b.r.StopContainer(b.ctx, long.record.ID, hangGuard))
		b.end(long)
		there(false, "after the last container")
	}
	long := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}})
	syscall.Kill(shimOf(t, long), syscall.SIGKILL)
	b.end(long)
	there(false, "after a container whose shim was killed")
}

func TestManyContainersShareTheCgroupOfAll(t *testing.T) {
	b := realCgroups(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 { // each is made while another one takes the cgroup of all along
				g := b.r.cgroups.of(newID())
				if err := g.create(limits{}); err != nil {
					t.Error(err)
				}
				g.remove()
			}
		})
	}
	all.Wait()
}

func TestAContainerIsInACgroupOfItsOwn(t *testing.T) {
	b := realCgroups(t)
	c := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}})
	if own := read(t, fmt.Sprintf("/proc/%d/cgroup", c.started.PID)); !strings.Contains(own, "/"+c.record.ID+"\n") {
		t.Errorf("it is in\n%s", own)
	}
	out, err := b.r.Exec(b.ctx, c.record.ID, []string{"cat", "/proc/self/cgroup"}, 0)
	if !strings.Contains(string(out), "/"+c.record.ID+"\n") || err != nil {
		t.Errorf("a command is in\n%s: %v", out, err)
	}
	c.record.Cgroup.kill()
	if n := b.end(c); n.ExitCode != 137 {
		t.Errorf("exit code %d", n.ExitCode)
	}
	if _, err := os.Stat(string(c.record.Cgroup)); !os.IsNotExist(err) {
		t.Errorf("the cgroup is still there: %v", err)
	}
}

func TestAContainerThatTakesTooMuchMemoryIsOOMKilled(t *testing.T) { // C8
	b := realCgroups(t, "memory")
	c := b.startSpec(&corev1.Container{
		Command:   []string{"sh", "-c", "head -c 200000000 /dev/zero | tail -c 200000000 | wc -c"},
		Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"memory": resource.MustParse("20Mi")}},
	})
	if n := b.end(c); n.ExitCode != 137 || n.Reason != "OOMKilled" {
		t.Errorf("notice %+v", n)
	}
}

func TestAContainerThatTakesTooMuchCPUIsThrottled(t *testing.T) {
	b := realCgroups(t, "cpu")
	c := b.startSpec(&corev1.Container{
		Command:   []string{"sh", "-c", "while :; do :; done"},
		Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("100m")}},
	})
	stat := filepath.Join(string(c.record.Cgroup), "cpu.stat")
	for deadline := time.Now().Add(time.Minute); strings.Contains(read(t, stat), "nr_throttled 0\n"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a container that spins is not throttled:\n%s", read(t, stat))
		}
	}
	b.r.StopContainer(b.ctx, c.record.ID, 0)
	b.end(c)
}

// Shim and runtime were killed between the start of a container's process and its
// record: what the process had started goes on.
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

// An agent is killed wherever it may be. What it said to have started the next
// one finds, and when all is stopped no process is left.
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

// mentioned: a process has the directory in its environment, or is a shim there.
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
