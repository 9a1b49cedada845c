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
	"strings"
	"sync"
	"syscall"
	"time"
)

// cgroups makes and removes the cgroups of a runtime's containers.
type cgroups struct {
	// dir is the directory of the cgroup v2 that has the containers' cgroups. If
	// empty, containers have none. The first container makes dir, and the last one
	// removes it, so that a killed agent leaves none behind.
	dir         string
	controllers []string // those that containers have
	logger      *slog.Logger

	// mu is held while dir is made or removed: a cgroup that came in between would
	// have no controllers. A shim is another process and may remove dir without
	// the lock, but it never makes it.
	mu sync.Mutex
}

// of returns the cgroup of a container.
func (g *cgroups) of(id string) cgroup {
	if g.dir == "" {
		return ""
	}
	return cgroup(filepath.Join(g.dir, id))
}

// removeEmpty removes the directory if no container has a cgroup in it.
func (g *cgroups) removeEmpty() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dir != "" {
		os.Remove(g.dir)
	}
}

// remove removes the cgroup of a container, and with the last one the
// directory.
func (g *cgroups) remove(c cgroup) {
	c.remove()
	g.mu.Lock()
	defer g.mu.Unlock()
	c.removeAll()
}

// containers returns the IDs of the containers that have a cgroup.
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

// sweep removes the cgroups of containers that no longer exist: a runtime was
// killed while it removed them.
func (r *Runtime) sweep() {
	for _, id := range r.cgroups.containers() {
		if r.containers[id] == nil {
			r.cgroups.of(id).kill()
			r.cgroups.remove(r.cgroups.of(id))
		}
	}
}

// controllers has the cgroup controllers that limits need.
var controllers = []string{"memory", "cpu"}

// newCgroups finds out which limits can be enforced. The error says which
// cannot. If none can, there is no directory.
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

// makeAll makes the directory of all containers, and returns the controllers
// that they cannot have.
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

// enable lets containers have a controller, and reports whether they have it.
// The file cgroup.controllers of a directory lists what its parent has enabled.
func enable(dir, name string) bool {
	cgroup(filepath.Dir(dir)).set("cgroup.subtree_control", "+"+name)
	has, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil || !slices.Contains(strings.Fields(string(has)), name) {
		return false
	}
	return cgroup(dir).set("cgroup.subtree_control", "+"+name) == nil
}

// create makes the cgroup of a container. It leaves out a limit only if its
// controller was missing from the start, which New has logged. If a controller
// has gone since, it fails: otherwise the container would silently run without
// its limit.
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

// mkdir makes the cgroup of a container. It also makes the directory of all,
// which the last container may just have removed.
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

// tellLost logs the controllers that containers had and no longer can have.
func (g *cgroups) tellLost(missing []string) {
	lost := slices.DeleteFunc(missing, func(name string) bool { return !slices.Contains(g.controllers, name) })
	if len(lost) > 0 {
		g.logger.Warn("containers with limits of these controllers cannot start any more: enable them again", "cgroup", g.dir,
			"controllers", lost)
	}
}

// cgroup is the directory of a container's cgroup. If empty, the container has
// none.
type cgroup string

// all returns the directory of the cgroups of all containers.
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

// kill sends SIGKILL to all processes of the cgroup. Kernels before 5.14 cannot
// do that: there the other ways to find the processes must suffice.
func (g cgroup) kill() {
	if g != "" {
		g.set("cgroup.kill", "1")
	}
}

// oomKilled reports whether the kernel has killed a process of the cgroup
// because it was out of memory.
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

// remove removes the cgroup, with those that the container has made in it,
// unless a process is in it. It tries for a while, because the kernel may count
// a process for a moment after it was waited for.
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

// removeAll removes the directory of all containers, if none has a cgroup in
// it.
func (g cgroup) removeAll() {
	if g != "" {
		os.Remove(g.all())
	}
}
