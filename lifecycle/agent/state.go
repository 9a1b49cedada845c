package agent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// stateVersion is raised whenever a field changes its meaning or goes.
const stateVersion = 1

// savedPod is what a file of the state directory holds: a pod as it was before
// what its machine asked for last was begun.
type savedPod struct {
	Version    int              `json:"version"`
	Number     int              `json:"number"`
	Leaving    bool             `json:"leaving,omitempty"`
	Sandboxes  []savedSandbox   `json:"sandboxes,omitempty"`
	Containers []savedContainer `json:"containers,omitempty"`
	Machine    json.RawMessage  `json:"machine"`
}

type savedSandbox struct {
	Op uint64 `json:"op"`
	ID string `json:"id"`
	IP string `json:"ip,omitempty"`
}

type savedContainer struct {
	Op uint64 `json:"op"`
	ID string `json:"id"`
}

// keep saves the pod if a step has changed what a restarted agent must know.
func (a *Agent) keep(p *pod, happening []lifecycle.Event, actions []lifecycle.Action) {
	if a.o.StateDir == "" || !matters(happening, actions) {
		return
	}
	if err := a.save(p); err != nil {
		a.o.Logger.Error("the pod's state cannot be kept: after a restart the agent would know an older one", "pod", p.long,
			"err", err)
	}
}

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

func (a *Agent) save(p *pod) error {
	machine, err := p.machine.Snapshot()
	if err != nil {
		return err
	}
	s := savedPod{Version: stateVersion, Number: p.number, Leaving: p.leaving, Machine: machine}
	for _, r := range p.runs {
		s.Sandboxes = append(s.Sandboxes, savedSandbox{r.op, r.ID, r.IP})
	}
	for _, c := range p.instances {
		s.Containers = append(s.Containers, savedContainer{c.op, c.id})
	}
	data, err := wire.Marshal(&s)
	if err != nil {
		return err
	}
	return replaceFile(a.stateFile(p.identity.UID), data)
}

// replaceFile puts data where a file is, or is to be: whoever reads it finds the
// old or the new one, whole.
func replaceFile(path string, data []byte) error {
	if err := os.WriteFile(path+newSuffix, data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+newSuffix, path)
}

const (
	stateSuffix = ".pod.json"
	newSuffix   = ".new"
)

func (a *Agent) stateFile(uid types.UID) string {
	return filepath.Join(a.o.StateDir, url.PathEscape(string(uid))+stateSuffix)
}

// unsave removes what was kept of a pod.
func (a *Agent) unsave(p *pod) {
	if a.o.StateDir == "" {
		return
	}
	if err := os.Remove(a.stateFile(p.identity.UID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.o.Logger.Error("what was kept of a pod that is gone cannot be removed", "pod", p.long, "err", err)
	}
}

// load makes the pods that the state directory knows.
func (a *Agent) load() error {
	if a.o.StateDir == "" {
		return nil
	}
	entries, err := os.ReadDir(a.o.StateDir)
	if err != nil {
		return fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(a.o.StateDir, e.Name())
		if strings.HasSuffix(path, stateSuffix+newSuffix) { // an agent was killed while it wrote it
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("agent: Options.StateDir: %w", err)
			}
		}
		if !strings.HasSuffix(path, stateSuffix) {
			continue
		}
		p, err := a.loadPod(path)
		if err != nil {
			return fmt.Errorf("agent: Options.StateDir: %s: %w; move the file away, and the pod begins anew", path, err)
		}
		a.byUID[p.identity.UID] = p
		a.pods = append(a.pods, p)
		a.added = max(a.added, p.number+1)
	}
	slices.SortFunc(a.pods, func(p, o *pod) int { return cmp.Compare(p.number, o.number) })
	a.restored = slices.Clone(a.pods)
	return nil
}

func (a *Agent) loadPod(path string) (*pod, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s savedPod
	if err := wire.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("version: %d: this release reads %d alone", s.Version, stateVersion)
	}
	p := &pod{number: s.Number, leaving: s.Leaving, unclaimed: !s.Leaving, slot: -1}
	if p.machine, err = lifecycle.Restore(s.Machine, a.o.Config, a.podTiming(p)); err != nil {
		return nil, err
	}
	p.template, p.identity = p.machine.Template(), p.machine.Identity()
	p.long = p.identity.String()
	for _, r := range s.Sandboxes {
		p.runs = append(p.runs, sandboxRun{op: r.Op, Sandbox: Sandbox{ID: r.ID, IP: r.IP}})
	}
	for _, c := range s.Containers {
		p.instances = append(p.instances, &instance{pod: p, op: c.Op, id: c.ID})
	}
	object, status := p.machine.Object(), p.machine.Status()
	p.change.Store(&Change{
		Pod: p.identity, Status: &status, Reported: &object.Status, Finished: p.machine.Finished(),
		spec: p.template.Pod(), deletedAt: object.DeletionTimestamp, grace: object.DeletionGracePeriodSeconds,
	})
	return p, nil
}
