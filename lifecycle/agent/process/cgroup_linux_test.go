package process

import (
	"encoding/binary"
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

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

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
	if b.r.cgroups.dir == "" {
		_, err := newCgroups(Options{Dir: b.r.o.Dir})
		t.Skip("no cgroup v2 is writable here:", err)
	}
	for _, name := range want {
		if !slices.Contains(b.r.cgroups.controllers, name) {
			t.Skipf("cgroup v2 has no %s controller here", name)
		}
	}
	return b
}

// The directory of all cgroups exists as long as a container's does: a killed
// agent leaves nothing behind.
func TestTheLastContainerTakesTheCgroupOfAllAlong(t *testing.T) {
	b := realCgroups(t)
	there := func(want bool, when string) {
		t.Helper()
		if _, err := os.Stat(b.r.cgroups.dir); os.IsNotExist(err) == want {
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
	cutOff := b.create(&corev1.Container{Command: []string{"true"}})
	b.must(b.r.cgroups.create(cutOff.record.Cgroup, limits{})) // by a runtime that was killed before it had a shim
	b.must(b.r.StopContainer(b.ctx, cutOff.record.ID, hangGuard))
	there(false, "after a container that was stopped before its start")
}

func TestManyContainersShareTheCgroupOfAll(t *testing.T) {
	b := realCgroups(t)
	memory := slices.Contains(b.r.cgroups.controllers, "memory")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 { // each is made while another one takes the cgroup of all along
				c := b.r.cgroups.of(newID())
				if err := b.r.cgroups.create(c, limits{Memory: 1 << 20}); err != nil {
					t.Error(err)
				}
				if limit, err := os.ReadFile(filepath.Join(string(c), "memory.max")); memory && string(limit) != "1048576\n" {
					t.Errorf("a container's memory.max is %q: %v", limit, err)
				}
				c.remove() // as a shim does, which has no lock
				c.removeAll()
			}
		})
	}
	all.Wait()
}

// No other start comes between the making of the directory and that of its
// controllers. The file of the parent is a pipe, which stops the start there.
func TestAStartIsAloneWhileItMakesTheCgroupOfAll(t *testing.T) {
	parent := t.TempDir()
	control := filepath.Join(parent, "cgroup.subtree_control")
	if err := unix.Mkfifo(control, 0o600); err != nil {
		t.Fatal(err)
	}
	g := &cgroups{dir: filepath.Join(parent, "all")}
	created := make(chan error)
	go func() { created <- g.create(g.of("id"), limits{}) }()
	eventually(t, "the directory is made", func() bool {
		_, err := os.Stat(g.dir)
		return err == nil
	})
	if g.mu.TryLock() {
		t.Error("another start could come in between")
		g.mu.Unlock()
	}
	pipe, err := os.OpenFile(control, os.O_RDWR, 0) // a reader, for all that is written
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := <-created; err != nil {
		t.Error(err)
	}
	if !g.mu.TryLock() {
		t.Error("no other start can come after it")
	}
}

// An agent that was killed before it asked for the start leaves no cgroup
// behind. If there is another agent, the cgroup belongs to that.
func TestAShimThatIsNotAskedToStartRemovesTheCgroup(t *testing.T) {
	for _, test := range []struct {
		stdin string
		agent bool // another one is there
		want  bool // the cgroup stays
	}{
		{stdin: "", want: false},
		{stdin: "", agent: true, want: true},
		{stdin: `{"Op":"start"}`, want: false}, // which fails
	} {
		b := newBench(t, Options{Cgroup: t.TempDir()})
		c := b.create(&corev1.Container{Command: []string{"no-such-program-here"}})
		b.must(b.r.cgroups.create(c.record.Cgroup, limits{}))
		if !test.agent {
			b.must(b.r.lock.Unlock())
		}
		shim := exec.Command(b.r.program)
		shim.Dir, shim.Env, shim.Stdin = c.dir, shimEnvironment(c.record.ID), strings.NewReader(test.stdin)
		if err := shim.Run(); err == nil {
			t.Errorf("%+v: it has done its work", test)
		}
		if _, err := os.Stat(b.r.cgroups.dir); os.IsNotExist(err) == test.want {
			t.Errorf("%+v: the cgroup: %v", test, err)
		}
	}
}

// To remove a cgroup may take a while. Meanwhile the end is already written.
func TestTheEndIsWrittenBeforeTheCgroupIsRemoved(t *testing.T) {
	b := newBench(t, Options{})
	c := b.create(&corev1.Container{Command: []string{"true"}})
	g := &cgroups{dir: t.TempDir()}
	c.record.Cgroup = g.of(c.record.ID)
	b.must(g.create(c.record.Cgroup, limits{}))
	b.must(g.create(g.of("another"), limits{})) // so that the directory that is watched stays
	log, err := openLog(c.record.Log, 1000, 2)
	b.must(err)
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	b.must(err)
	defer unix.Close(watch)
	written, err := unix.InotifyAddWatch(watch, c.dir, unix.IN_MOVED_TO)
	b.must(err)
	removed, err := unix.InotifyAddWatch(watch, g.dir, unix.IN_DELETE)
	b.must(err)
	b.must((&shim{container: newContainer(c.record, c.dir), pumps: newPumps(log)}).writeEnd())
	events := make([]byte, 4096)
	n, err := unix.Read(watch, events)
	b.must(err)
	var order []int
	for at := 0; at < n; {
		order = append(order, int(int32(binary.NativeEndian.Uint32(events[at:]))))
		at += unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(events[at+12:]))
	}
	if want := []int{written, removed}; !slices.Equal(order, want) {
		t.Errorf("events %v, want %v", order, want)
	}
}

func TestTheCgroupsOfANestedAgentGoWithItsContainer(t *testing.T) {
	b := realCgroups(t)
	c := b.startSpec(&corev1.Container{Command: []string{"sleep", "1000"}})
	nested := cgroup(filepath.Join(string(c.record.Cgroup), "podclock-nested", "id"))
	b.must(os.MkdirAll(string(nested), 0o755))
	b.must(nested.set("cgroup.procs", fmt.Sprint(c.started.PID)))
	b.must(b.r.StopContainer(b.ctx, c.record.ID, hangGuard))
	b.end(c)
	if _, err := os.Stat(b.r.cgroups.dir); !os.IsNotExist(err) {
		t.Errorf("cgroups are left: %v", err)
	}
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
