package agent

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/filelock"
	"github.com/podclock/podclock/internal/statefile"
	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// stateDir is the state directory of an agent: one file for each pod. If path is
// empty, nothing is kept.
//
// A file is ahead of the runtime, never behind: it is on disk before the runtime
// is asked to change anything. A restarted agent therefore knows of each call
// that the killed one could have made.
type stateDir struct {
	path string
	log  *slog.Logger
	lock *flock.Flock // keeps other agents out
}

const (
	stateSuffix = ".pod.json"
	newSuffix   = ".new"
)

// openStateDir makes the directory if need be, and locks it until close. The end
// of the process unlocks it too.
func openStateDir(path string, log *slog.Logger) (stateDir, error) {
	d := stateDir{path: path, log: log}
	if path == "" {
		return d, nil
	}
	err := statefile.OwnDir(path)
	if err == nil {
		d.lock, err = filelock.Take(filepath.Join(path, "lock"))
	}
	if err != nil {
		return d, fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	return d, nil
}

// OwnDir makes a directory for its user alone, unless it exists. On Unix it fails
// if the directory belongs to somebody else, or if others may write to it: they
// could replace what is in it. New checks Options.StateDir in this way. Use OwnDir
// for the directory in which that is.
func OwnDir(path string) error { return statefile.OwnDir(path) }

func (d *stateDir) close() {
	if d.lock != nil {
		_ = d.lock.Unlock() // the end of the process does it, at the latest
	}
}

// keep saves a pod if the step that it has made changes what a restarted agent
// must know.
func (d *stateDir) keep(p *pod, happening []lifecycle.Event, actions []lifecycle.Action) {
	if d.path == "" || !matters(happening, actions) {
		return
	}
	if err := d.save(p); err != nil {
		d.log.Error("the pod's state cannot be kept: after a restart the agent would know an older one", "pod", p.long,
			"err", err)
	}
}

// matters reports whether a step has changed what a restarted agent must know.
// It is false for a probe's attempt that changes nothing: there is one a second,
// and a new agent makes its own.
func matters(happening []lifecycle.Event, actions []lifecycle.Action) bool {
	for i := range happening {
		if t := happening[i].Type; t != lifecycle.Wake && t != lifecycle.ProbeFinished {
			return true
		}
	}
	return slices.ContainsFunc(actions, func(a lifecycle.Action) bool {
		switch a.Type {
		case lifecycle.StatusChanged, lifecycle.Decided, lifecycle.PodFinished:
			return true
		}
		return a.Type.IsRequest() && a.Type != lifecycle.RunProbe
	})
}

func (d *stateDir) save(p *pod) error {
	s, err := p.saved()
	if err != nil {
		return err
	}
	data, err := wire.Marshal(s)
	if err != nil {
		return err
	}
	path := d.file(p.identity.UID)
	return statefile.Replace(path, path+newSuffix, statefile.Seal(data))
}

func (d *stateDir) file(uid types.UID) string {
	return filepath.Join(d.path, url.PathEscape(string(uid))+stateSuffix)
}

// remove removes the file of a pod that is gone.
func (d *stateDir) remove(p *pod) {
	if d.path == "" {
		return
	}
	if err := statefile.Remove(d.file(p.identity.UID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Error("what was kept of a pod that is gone cannot be removed", "pod", p.long, "err", err)
	}
}

// load returns the pods of the directory, each made by restore, in the order in
// which they were added. It sets aside what cannot be used, so that a damaged file
// costs its own pod, and not the node.
func (d *stateDir) load(restore func(*savedPod) (*pod, error)) ([]*pod, error) {
	files, err := d.files()
	if err != nil {
		return nil, fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	var pods []*pod
	for _, path := range files {
		p, err := d.read(path, restore)
		if err != nil {
			d.setAside(path, err)
			continue
		}
		pods = append(pods, p)
	}
	slices.SortFunc(pods, func(p, o *pod) int { return cmp.Compare(p.number, o.number) })
	return pods, nil
}

// read returns the pod of a file.
func (d *stateDir) read(path string, restore func(*savedPod) (*pod, error)) (*pod, error) {
	s, err := readSaved(path)
	if err != nil {
		return nil, err
	}
	p, err := restore(s)
	if err != nil {
		return nil, err
	}
	if own := d.file(p.identity.UID); own != path {
		return nil, fmt.Errorf("it holds the pod with UID %q, whose file is %s", p.identity.UID, filepath.Base(own))
	}
	return p, nil
}

// setAside makes room for the state of a pod that begins anew, and says why. If it
// fails, the pod's next state replaces the file.
func (d *stateDir) setAside(path string, why error) {
	aside, err := statefile.SetAside(path)
	if err != nil {
		d.log.Error("a pod's state cannot be used, nor its file be set aside: the pod begins anew when it is added",
			"file", path, "why", why, "err", err)
		return
	}
	d.log.Error("a pod's state cannot be used, and its file was set aside: the pod begins anew when it is added",
		"file", path, "aside", aside, "why", why)
}

// files returns the files of pods, and removes those that a killed agent had not
// finished.
func (d *stateDir) files() (paths []string, err error) {
	if d.path == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch path := filepath.Join(d.path, e.Name()); {
		case strings.HasSuffix(path, stateSuffix+newSuffix):
			if err := os.RemoveAll(path); err != nil {
				d.log.Warn("a file that a killed agent had begun cannot be removed", "file", path, "err", err)
			}
		case strings.HasSuffix(path, stateSuffix):
			paths = append(paths, path)
		}
	}
	return paths, nil
}
