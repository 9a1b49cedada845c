//go:build unix

package process

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// cgroups is the directory of a cgroup v2 in which containers get theirs, or
// empty.
type cgroups string

// of is the cgroup of a container.
func (g cgroups) of(id string) cgroup {
	if g == "" {
		return ""
	}
	return cgroup(filepath.Join(string(g), id))
}

// remove removes the directory, if no container is left.
func (g cgroups) remove() {
	if len(g.containers()) == 0 {
		cgroup(g).remove()
	}
}

// containers are the names of the cgroups in it.
func (g cgroups) containers() []string {
	entries, _ := os.ReadDir(string(g))
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// controllers are those that limits need.
var controllers = []string{"memory", "cpu"}

// newCgroups makes the directory of a runtime below that of a cgroup. The error
// tells what cannot be had; if that is everything there is no directory.
func newCgroups(parent, runtimeDir string) (cgroups, error) {
	if parent == "" {
		var err error
		if parent, err = ownCgroup(); err != nil {
			return "", err
		}
	}
	h := fnv.New64a()
	h.Write([]byte(runtimeDir))
	dir := filepath.Join(parent, fmt.Sprintf("podclock-%x", h.Sum(nil)))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("limits are not enforced: %w: run the agent where it may write its cgroup, such as in a systemd unit with Delegate=yes", err)
	}
	var missing []string
	for _, name := range controllers {
		if !enable(name, parent, dir) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return cgroups(dir), fmt.Errorf("limits of %s are not enforced: %s cannot have these controllers: see Options.Cgroup", strings.Join(missing, " and "), dir)
	}
	return cgroups(dir), nil
}

// enable lets containers have a controller: their directory's cgroup.controllers
// lists what its parent has enabled.
func enable(name, parent, dir string) bool {
	cgroup(parent).set("cgroup.subtree_control", "+"+name)
	has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil || !slices.Contains(strings.Fields(string(has)), name) {
		return false
	}
	return cgroup(dir).set("cgroup.subtree_control", "+"+name) == nil
}

// limits are what a cgroup is to enforce; 0: nothing.
type limits struct {
	Memory int64 `json:",omitempty"` // bytes
	CPU    int64 `json:",omitempty"` // thousandths
}

func limitsOf(list corev1.ResourceList) limits {
	return limits{Memory: list.Memory().Value(), CPU: list.Cpu().MilliValue()}
}

// The kubelet's period of a CPU limit, and the least quota in it, in
// microseconds.
const (
	cpuPeriod   = 100_000
	minCPUQuota = 1_000
)

// cgroup is the directory of a container's cgroup; empty: it has none.
type cgroup string

// create makes the cgroup. The directory has a file for each controller that it
// has.
func (g cgroup) create(l limits) error {
	if g == "" {
		return nil
	}
	if err := os.Mkdir(string(g), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if l.Memory > 0 {
		// The kernel kills all or none, and swap is no way out, as with a kubelet.
		for _, file := range [][2]string{{"memory.max", strconv.FormatInt(l.Memory, 10)}, {"memory.oom.group", "1"}, {"memory.swap.max", "0"}} {
			if err := g.set(file[0], file[1]); err != nil {
				return err
			}
		}
	}
	if l.CPU > 0 {
		quota := max(l.CPU*cpuPeriod/1000, minCPUQuota)
		return g.set("cpu.max", fmt.Sprintf("%d %d", quota, cpuPeriod))
	}
	return nil
}

// set writes a file of the cgroup, if it has that file.
func (g cgroup) set(file, value string) error {
	f, err := os.OpenFile(filepath.Join(string(g), file), os.O_WRONLY|os.O_TRUNC, 0)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// kill sends SIGKILL to all processes of the cgroup. Kernels before 5.14 cannot:
// there the other ways to find them must do.
func (g cgroup) kill() {
	if g != "" {
		g.set("cgroup.kill", "1")
	}
}

// oomKilled: the kernel has killed a process of the cgroup for want of memory.
func (g cgroup) oomKilled() bool {
	if g == "" {
		return false
	}
	events, err := os.ReadFile(filepath.Join(string(g), "memory.events"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(events)) {
		if count, ok := strings.CutPrefix(line, "oom_kill "); ok {
			return strings.TrimSpace(count) != "0"
		}
	}
	return false
}

// remove removes the cgroup, unless a process is in it. The kernel may count one
// for a moment that was waited for.
func (g cgroup) remove() {
	for range removeTries {
		if g == "" || !errors.Is(os.Remove(string(g)), syscall.EBUSY) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

const removeTries = 100
