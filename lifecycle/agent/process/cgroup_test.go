//go:build unix

package process

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// tree makes the files that a kernel would make.
func tree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLimitsAreWrittenAsTheKubeletWouldHaveThem(t *testing.T) {
	kernel := map[string]string{"memory.max": "max", "memory.oom.group": "0", "memory.swap.max": "max", "cpu.max": "max 100000"}
	for _, test := range []struct {
		memory, cpu string
		want        map[string]string
	}{
		{"", "", kernel},
		{"64Mi", "", map[string]string{"memory.max": "67108864", "memory.oom.group": "1", "memory.swap.max": "0", "cpu.max": "max 100000"}},
		{"", "250m", map[string]string{"memory.max": "max", "memory.oom.group": "0", "memory.swap.max": "max", "cpu.max": "25000 100000"}},
		{"", "2", map[string]string{"cpu.max": "200000 100000"}},
		{"", "1m", map[string]string{"cpu.max": "1000 100000"}},
	} {
		g := &cgroups{dir: t.TempDir(), controllers: controllers}
		c := g.of("id")
		tree(t, string(c), kernel)
		list := corev1.ResourceList{}
		if test.memory != "" {
			list["memory"] = resource.MustParse(test.memory)
		}
		if test.cpu != "" {
			list["cpu"] = resource.MustParse(test.cpu)
		}
		if err := g.create(c, limitsOf(list)); err != nil {
			t.Error(err)
		}
		for name, want := range test.want {
			if got := read(t, filepath.Join(string(c), name)); got != want {
				t.Errorf("memory %q, cpu %q: %s is %q, want %q", test.memory, test.cpu, name, got, want)
			}
		}
	}
}

func TestALimitWithoutItsControllerIsLeftOut(t *testing.T) {
	g := &cgroups{dir: t.TempDir()}
	c := g.of("id")
	if err := g.create(c, limits{Memory: 1, CPU: 1}); err != nil {
		t.Error(err)
	}
	c.kill()
	if files, _ := filepath.Glob(string(c) + "/*"); len(files) > 0 {
		t.Errorf("files %v", files)
	}
	g.remove(c)
	if _, err := os.Stat(g.dir); !os.IsNotExist(err) {
		t.Errorf("the cgroup of all is still there: %v", err)
	}
	var none cgroups
	if c := none.of("id"); none.create(c, limits{Memory: 1}) != nil || c.oomKilled() {
		t.Error("there is a cgroup where there are none")
	}
}

// New logs which limits cannot be enforced from the start. A controller that
// goes missing later must not go unnoticed: the container would run without its
// limit for good.
func TestALimitWhoseControllerIsGoneIsAnError(t *testing.T) {
	var log bytes.Buffer
	g := &cgroups{dir: filepath.Join(t.TempDir(), "all"), controllers: []string{"memory"}, logger: slog.New(slog.NewTextHandler(&log, nil))}
	if err := g.create(g.of("a"), limits{CPU: 1}); err != nil {
		t.Errorf("a limit that was never had: %v", err)
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "controllers=[memory]") {
		t.Errorf("said\n%s", text)
	}
	if err := g.create(g.of("b"), limits{Memory: 1}); err == nil || !strings.Contains(err.Error(), "the limit of memory cannot be enforced any more") {
		t.Errorf("error %v", err)
	}
	tree(t, string(g.of("c")), map[string]string{"memory.max": "max"}) // of a kernel that has not the other files
	if err := g.create(g.of("c"), limits{Memory: 1}); err != nil {
		t.Error(err)
	}
}

func TestTheCgroupsThatAContainerHasMadeGoWithIt(t *testing.T) {
	g := &cgroups{dir: filepath.Join(t.TempDir(), "all")}
	c := g.of("id")
	for _, path := range []string{"a/b/c", "a/d", "e"} {
		tree(t, filepath.Join(string(c), path), nil)
	}
	g.remove(c)
	if _, err := os.Stat(g.dir); !os.IsNotExist(err) {
		t.Errorf("cgroups that are left: %v", err)
	}
}

func TestAnOOMKillIsSeenInTheEvents(t *testing.T) { // C8
	for events, want := range map[string]bool{
		"low 0\nhigh 0\nmax 5\noom 0\noom_kill 0\noom_group_kill 0\n": false,
		"low 0\nhigh 0\nmax 5\noom 1\noom_kill 2\noom_group_kill 1\n": true,
		"": false,
	} {
		dir := t.TempDir()
		tree(t, dir, map[string]string{"memory.events": events})
		if got := cgroup(dir).oomKilled(); got != want {
			t.Errorf("%q: %v", events, got)
		}
	}
}

// A tree of files stands for the kernel's. A process cannot be put into it: the
// start only writes the files.
func TestTheLimitsOfASpecReachItsCgroup(t *testing.T) {
	b := newBench(t, Options{})
	parent := t.TempDir()
	c := b.create(&corev1.Container{Command: []string{"true"}, Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{"memory": resource.MustParse("64Mi"), "cpu": resource.MustParse("500m")},
	}})
	c.record.Cgroup = (&cgroups{dir: parent}).of(c.record.ID)
	b.must(c.write())
	tree(t, string(c.record.Cgroup), map[string]string{"memory.max": "max", "memory.oom.group": "0", "memory.swap.max": "max", "cpu.max": "max 100000"})
	err := b.r.StartContainer(b.ctx, c.record.ID)
	if runtime.GOOS == "linux" && !strings.Contains(fmt.Sprint(err), syscall.EBADF.Error()) {
		t.Errorf("a process was put into a cgroup that is none: %v", err)
	}
	for name, want := range map[string]string{"memory.max": "67108864", "memory.oom.group": "1", "memory.swap.max": "0", "cpu.max": "50000 100000"} {
		if got := read(t, filepath.Join(string(c.record.Cgroup), name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// The shim writes the end. The notice and List take it from there.
func TestAnOOMKillIsTheReasonOfAnEnd(t *testing.T) { // C8
	for events, want := range map[string]string{"oom 1\noom_kill 1\n": `Exited 137 "OOMKilled"`, "oom 0\noom_kill 0\n": `Exited 137 ""`} {
		dir := t.TempDir()
		b := newBench(t, Options{Dir: dir})
		c := b.create(&corev1.Container{Command: []string{"true"}})
		c.record.Cgroup = (&cgroups{dir: t.TempDir()}).of(c.record.ID)
		tree(t, string(c.record.Cgroup), map[string]string{"memory.events": events})
		log, err := openLog(c.record.Log, 1000, 2)
		b.must(err)
		s := &shim{container: newContainer(c.record, c.dir), pumps: newPumps(log)}
		s.exit = exitRecord{At: time.Now(), ExitCode: 137, Signal: 9}
		b.must(writeRecord(filepath.Join(c.dir, startFile), startRecord{PID: 1, At: time.Now()}))
		b.must(s.writeEnd())
		b.r.adoptOne(c)
		have, err := b.r.List(b.ctx)
		b.must(err)
		got := have.Containers[0]
		if told := fmt.Sprintf("%v %d %q", got.State, got.ExitCode, got.Reason); told != want {
			t.Errorf("%q: listed as %s, want %s", events, told, want)
		}
	}
}

func TestTheCgroupsOfContainersThatAreGoneAreRemovedAtTheStart(t *testing.T) {
	parent, dir := t.TempDir(), t.TempDir()
	b := &bench{t: t}
	r, err := New(Options{Dir: dir, Cgroup: parent})
	b.must(err)
	gone := r.cgroups.of("gone")
	b.must(r.cgroups.create(gone, limits{}))
	if _, err := os.Stat(string(gone)); err != nil {
		t.Fatal(err)
	}
	b.must(r.Close())
	again, err := New(Options{Dir: dir, Cgroup: parent})
	b.must(err)
	if left, _ := filepath.Glob(parent + "/podclock-*"); len(left) > 0 {
		t.Errorf("cgroups %v", left)
	}
	b.must(again.Close())
}

func TestTheControllersThatCannotBeHadAreSaid(t *testing.T) {
	parent := t.TempDir()
	if _, err := newCgroups(Options{Cgroup: filepath.Join(parent, "missing"), Dir: "dir"}); err == nil || !strings.Contains(err.Error(), "Delegate=yes") {
		t.Errorf("error %v", err)
	}
	tree(t, parent, map[string]string{"cgroup.subtree_control": ""})
	o := Options{Cgroup: parent, Dir: "dir"}
	g, err := newCgroups(o)
	if g.dir == "" || len(g.controllers) > 0 || err == nil || !strings.Contains(err.Error(), "limits of memory and cpu are not enforced") {
		t.Errorf("%q with %v, error %v", g.dir, g.controllers, err)
	}
	tree(t, g.dir, map[string]string{"cgroup.controllers": "cpuset cpu memory pids\n", "cgroup.subtree_control": ""})
	if again, err := newCgroups(o); again.dir != g.dir || !slices.Equal(again.controllers, controllers) || err != nil {
		t.Errorf("%q with %v, error %v", again.dir, again.controllers, err)
	}
	if got := read(t, filepath.Join(parent, "cgroup.subtree_control")); got != "+cpu" { // the file of a kernel would list both
		t.Errorf("asked for %q last", got)
	}
}

func TestThatThereAreNoCgroupsIsSaidOnce(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t, Options{Cgroup: filepath.Join(t.TempDir(), "missing"), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range 2 {
		c := b.startSpec(&corev1.Container{
			Command: []string{"true"}, Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"memory": resource.MustParse("64Mi")}},
		})
		if n := b.end(c); n.ExitCode != 0 {
			t.Errorf("notice %+v", n)
		}
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "limits are not enforced") {
		t.Errorf("said\n%s", text)
	}
}
