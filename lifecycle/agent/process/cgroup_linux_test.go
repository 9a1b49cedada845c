package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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
	cutOff := b.create(&corev1.Container{Command: []string{"true"}})
	b.must(cutOff.record.Cgroup.create(limits{})) // by a runtime that was killed before it had a shim
	b.must(b.r.StopContainer(b.ctx, cutOff.record.ID, hangGuard))
	there(false, "after a container that was stopped before its start")
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
