//go:build unix

package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/podclock/podclock/internal/statefile"
)

// load reads the sandboxes and containers of the directory. What is damaged costs
// its own pod, and not the node: it is set aside.
func (r *Runtime) load() error {
	cutOff, err := filepath.Glob(filepath.Join(r.o.Dir, sandboxesDir, newPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range cutOff {
		os.Remove(path)
	}
	sandboxes, err := filepath.Glob(filepath.Join(r.o.Dir, sandboxesDir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range sandboxes {
		if err := r.loadSandbox(path); err != nil {
			r.setAside(path, err)
		}
	}
	dirs, err := os.ReadDir(filepath.Join(r.o.Dir, containersDir))
	if err != nil {
		return err
	}
	for _, entry := range dirs {
		if strings.Contains(entry.Name(), ".") { // was set aside: an ID has no dot
			continue
		}
		if err := r.loadContainer(entry.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runtime) loadSandbox(path string) error {
	s := new(sandboxRecord)
	if err := readRecord(path, s); err != nil {
		return err
	}
	if own := r.sandboxPath(s.ID); own != path {
		return fmt.Errorf("%s: it holds the sandbox %q", path, s.ID)
	}
	r.sandboxes[s.ID] = s
	return nil
}

func (r *Runtime) loadContainer(id string) error {
	c := newContainer(containerRecord{}, r.containerDir(id))
	err := readRecord(filepath.Join(c.dir, configFile), &c.record)
	switch {
	case errors.Is(err, os.ErrNotExist): // a killed runtime was making or removing it
		return os.RemoveAll(c.dir)
	case err == nil && c.record.ID != id:
		err = fmt.Errorf("%s: it holds the container %q", c.dir, c.record.ID)
	case err == nil && r.sandboxes[c.record.Sandbox] == nil:
		err = fmt.Errorf("%s: its sandbox %q is not there", c.dir, c.record.Sandbox)
	}
	if err != nil {
		r.giveUp(c.dir, err)
		return nil
	}
	r.containers[id] = c
	return nil
}

// giveUp kills what runs of a container that cannot be adopted, and sets its
// directory aside. Its record may be another's, and is not used.
func (r *Runtime) giveUp(dir string, why error) {
	c := newContainer(containerRecord{}, dir)
	_ = readRecord(filepath.Join(dir, startFile), &c.started) // Linux finds the processes without it
	c.killLeft()
	r.setAside(dir, why)
}

// setAside gives up a file or directory that cannot be used, and says why.
func (r *Runtime) setAside(path string, why error) {
	aside, err := statefile.SetAside(path)
	if err != nil {
		r.o.Logger.Error("a record cannot be used, nor be set aside: its pod goes on without it", "path", path, "why", why,
			"err", err)
		return
	}
	r.o.Logger.Error("a record cannot be used, and was set aside: its pod goes on without it", "path", path, "aside",
		aside, "why", why)
}
