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
	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// stateDir is the state directory of an agent: one file for each pod. If path is
// empty, nothing is kept.
//
// A file is ahead of the runtime, never behind: it is written before the runtime
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
	err := os.MkdirAll(path, 0o700)
	if err == nil {
		d.lock, err = filelock.Take(filepath.Join(path, "lock"))
	}
	if err != nil {
		return d, fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	return d, nil
}

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
	return replaceFile(d.file(p.identity.UID), data)
}

// replaceFile writes a file whole: a reader finds the old content or the new one.
func replaceFile(path string, data []byte) error {
	if err := os.WriteFile(path+newSuffix, data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+newSuffix, path)
}

func (d *stateDir) file(uid types.UID) string {
	return filepath.Join(d.path, url.PathEscape(string(uid))+stateSuffix)
}

// remove removes the file of a pod that is gone.
func (d *stateDir) remove(p *pod) {
	if d.path == "" {
		return
	}
	if err := os.Remove(d.file(p.identity.UID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Error("what was kept of a pod that is gone cannot be removed", "pod", p.long, "err", err)
	}
}

// load returns the pods of the directory, each made by restore, in the order in
// which they were added.
func (d *stateDir) load(restore func(*savedPod) (*pod, error)) ([]*pod, error) {
	files, err := d.files()
	if err != nil {
		return nil, fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	var pods []*pod
	for _, path := range files {
		s, err := readSaved(path)
		var p *pod
		if err == nil {
			p, err = restore(s)
		}
		if err != nil {
			return nil, fmt.Errorf("agent: Options.StateDir: %s: %w; move the file away, and the pod begins anew", path, err)
		}
		pods = append(pods, p)
	}
	slices.SortFunc(pods, func(p, o *pod) int { return cmp.Compare(p.number, o.number) })
	return pods, nil
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
			if err := os.Remove(path); err != nil {
				return nil, err
			}
		case strings.HasSuffix(path, stateSuffix):
			paths = append(paths, path)
		}
	}
	return paths, nil
}
