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
// empty. It is there only while a container's is, so that an agent that was killed
// leaves none: the first one makes it, the last one takes it along.
type cgroups string

// of is the cgroup of a container.
func (g cgroups) of(id string) cgroup {
	if g == "" {
		return ""
	}
	return cgroup(filepath.Join(string(g), id))
}

// removeEmpty removes the directory, if no container is left.
func (g cgroups) removeEmpty() {
	if g != "" {
		os.Remove(string(g))
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

// sweep removes the cgroups of containers that are not there any more: the
// runtime was killed while it removed them.
func (r *Runtime) sweep() {
	for _, id := range r.cgroups.containers() {
		if r.containers[id] == nil {
			r.cgroups.of(id).kill()
			r.cgroups.of(id).remove()
		}
	}
}

// controllers are those that limits need.
var controllers = []string{"memory", "cpu"}

// newCgroups is the directory of a runtime below that of a cgroup. The error
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
	g := cgroups(filepath.Join(parent, fmt.Sprintf("podclock-%x", h.Sum(nil))))
	missing, err := g.make()
	if err != nil {
		return "", fmt.Errorf("limits are not enforced: %w: run the agent where it may write its cgroup, such as in a systemd unit with Delegate=yes", err)
	}
	g.removeEmpty()
	if len(missing) > 0 {
		return g, fmt.Errorf("limits of %s are not enforced: %s cannot have these controllers: see Options.Cgroup", strings.Join(missing, " and "), g)
	}
	return g, nil
}

// make makes the directory, and says which controllers containers cannot have.
func (g cgroups) make() (missing []string, err error) {
	if err := os.Mkdir(string(g), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	for _, name := range controllers {
		if !g.enable(name) {
			missing = append(missing, name)
		}
	}
	return missing, nil
}

// enable lets containers have a controller: their directory's cgroup.controllers
// lists what its parent has enabled.
func (g cgroups) enable(name string) bool {
	cgroup(filepath.Dir(string(g))).set("cgroup.subtree_control", "+"+name)
	has, err := os.ReadFile(filepath.Join(string(g), "cgroup.controllers"))
	if err != nil || !slices.Contains(strings.Fields(string(has)), name) {
		return false
	}
	return cgroup(g).set("cgroup.subtree_control", "+"+name) == nil
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
	if err := g.mkdir(); err != nil {
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

// mkdir makes the cgroup, and that of all containers if the last one has just
// taken it along.
func (g cgroup) mkdir() error {
	err := os.Mkdir(string(g), 0o755)
	for n := 0; errors.Is(err, fs.ErrNotExist) && n < makeTries; n++ {
		if _, err := g.all().make(); err != nil {
			return err
		}
		err = os.Mkdir(string(g), 0o755)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

const makeTries = 100

// all is the cgroup of all containers.
func (g cgroup) all() cgroups { return cgroups(filepath.Dir(string(g))) }

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
	if g == "" {
		return
	}
	for n := 0; errors.Is(os.Remove(string(g)), syscall.EBUSY) && n < removeTries; n++ {
		time.Sleep(time.Millisecond)
	}
	g.all().removeEmpty()
}

const removeTries = 1000
