//go:build unix

package process

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// cgroups are those of a runtime's containers.
type cgroups struct {
	// dir is the directory of a cgroup v2 in which containers get theirs, or empty.
	// It is there only while a container's is, so that an agent that was killed
	// leaves none: the first one makes it, the last one takes it along.
	dir         string
	controllers []string // that containers have
	logger      *slog.Logger

	// mu is held while dir is made or removed: a cgroup that comes in between would
	// be without controllers. A shim, which is another process, may remove dir all
	// the same, but it never makes it.
	mu sync.Mutex
}

// of is the cgroup of a container.
func (g *cgroups) of(id string) cgroup {
	if g.dir == "" {
		return ""
	}
	return cgroup(filepath.Join(g.dir, id))
}

// removeEmpty removes the directory, if no container is left.
func (g *cgroups) removeEmpty() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dir != "" {
		os.Remove(g.dir)
	}
}

// remove removes the cgroup of a container, and the directory with the last one.
func (g *cgroups) remove(c cgroup) {
	c.remove()
	g.mu.Lock()
	defer g.mu.Unlock()
	c.removeAll()
}

// containers are the names of the cgroups in it.
func (g *cgroups) containers() []string { return childrenOf(g.dir) }

func childrenOf(dir string) []string {
	entries, _ := os.ReadDir(dir)
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
			r.cgroups.remove(r.cgroups.of(id))
		}
	}
}

// controllers are those that limits need.
var controllers = []string{"memory", "cpu"}

// newCgroups finds out what containers can have. The error tells what they cannot;
// if that is everything there is no directory.
func newCgroups(o Options) (*cgroups, error) {
	g := &cgroups{logger: o.Logger}
	parent := o.Cgroup
	if parent == "" {
		var err error
		if parent, err = ownCgroup(); err != nil {
			return g, err
		}
	}
	h := fnv.New64a()
	h.Write([]byte(o.Dir))
	dir := filepath.Join(parent, fmt.Sprintf("podclock-%x", h.Sum(nil)))
	missing, err := makeAll(dir)
	if err != nil {
		return g, fmt.Errorf("limits are not enforced: %w: run the agent where it may write its cgroup, such as in a "+
			"systemd unit with Delegate=yes", err)
	}
	g.dir = dir
	g.controllers = slices.DeleteFunc(slices.Clone(controllers),
		func(name string) bool { return slices.Contains(missing, name) })
	g.removeEmpty()
	if len(missing) > 0 {
		return g, fmt.Errorf("limits of %s are not enforced: %s cannot have these controllers: see Options.Cgroup",
			strings.Join(missing, " and "), dir)
	}
	return g, nil
}

// makeAll makes the directory of all containers, and says which controllers they
// cannot have.
func makeAll(dir string) (missing []string, err error) {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	for _, name := range controllers {
		if !enable(dir, name) {
			missing = append(missing, name)
		}
	}
	return missing, nil
}

// enable lets containers have a controller: their directory's cgroup.controllers
// lists what its parent has enabled.
func enable(dir, name string) bool {
	cgroup(filepath.Dir(dir)).set("cgroup.subtree_control", "+"+name)
	has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil || !slices.Contains(strings.Fields(string(has)), name) {
		return false
	}
	return cgroup(dir).set("cgroup.subtree_control", "+"+name) == nil
}

// create makes the cgroup of a container. Only limits whose controllers were
// missing from the start, as was said then, are left out.
func (g *cgroups) create(c cgroup, l limits) error {
	if c == "" {
		return nil
	}
	if err := g.mkdir(c); err != nil {
		return err
	}
	for _, s := range l.settings() {
		err := c.set(s.file, s.value)
		switch missing := errors.Is(err, fs.ErrNotExist); {
		case missing && slices.Contains(g.controllers, s.controller):
			return fmt.Errorf("the limit of %s cannot be enforced any more: %w: enable the controller in "+
				"cgroup.subtree_control of %s again", s.controller, err, c.all())
		case err != nil && !missing:
			return err
		}
	}
	return nil
}

// mkdir makes the cgroup of a container, and that of all if the last one has just
// taken it along.
func (g *cgroups) mkdir(c cgroup) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var missing []string
	err := os.Mkdir(string(c), 0o755)
	for n := 0; errors.Is(err, fs.ErrNotExist) && n < makeTries; n++ {
		if missing, err = makeAll(c.all()); err != nil {
			return err
		}
		err = os.Mkdir(string(c), 0o755)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	g.tellLost(missing)
	return nil
}

const makeTries = 100

// tellLost logs which controllers containers had, and cannot have any more.
func (g *cgroups) tellLost(missing []string) {
	lost := slices.DeleteFunc(missing, func(name string) bool { return !slices.Contains(g.controllers, name) })
	if len(lost) > 0 {
		g.logger.Warn("containers with limits of these controllers cannot start any more: enable them again", "cgroup", g.dir,
			"controllers", lost)
	}
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

// setting is a file of a cgroup, and what is to be in it. Without the controller
// there is no such file; empty: nor is there with some kernels.
type setting struct{ controller, file, value string }

func (l limits) settings() (list []setting) {
	if l.Memory > 0 {
		// The kernel kills all or none, and swap is no way out, as with a kubelet.
		list = append(list, setting{"memory", "memory.max", strconv.FormatInt(l.Memory, 10)},
			setting{"", "memory.oom.group", "1"}, setting{"", "memory.swap.max", "0"})
	}
	if l.CPU > 0 {
		quota := max(l.CPU*cpuPeriod/1000, minCPUQuota)
		list = append(list, setting{"cpu", "cpu.max", fmt.Sprintf("%d %d", quota, cpuPeriod)})
	}
	return list
}

// cgroup is the directory of a container's cgroup; empty: it has none.
type cgroup string

// all is the directory of the cgroups of all containers.
func (g cgroup) all() string { return filepath.Dir(string(g)) }

// set writes a file of the cgroup.
func (g cgroup) set(file, value string) error {
	f, err := os.OpenFile(filepath.Join(string(g), file), os.O_WRONLY|os.O_TRUNC, 0)
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

// remove removes the cgroup with those that the container has made in it, unless a
// process is there. The kernel may count one for a moment that was waited for.
func (g cgroup) remove() {
	if g == "" {
		return
	}
	for n := 0; errors.Is(g.removeTree(), syscall.EBUSY) && n < removeTries; n++ {
		time.Sleep(time.Millisecond)
	}
}

const removeTries = 1000

func (g cgroup) removeTree() error {
	for _, name := range childrenOf(string(g)) {
		cgroup(filepath.Join(string(g), name)).removeTree()
	}
	return os.Remove(string(g))
}

// removeAll removes the directory of all containers, if none is left.
func (g cgroup) removeAll() {
	if g != "" {
		os.Remove(g.all())
	}
}
