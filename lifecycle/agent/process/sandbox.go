//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/podclock/podclock/lifecycle/agent"
)

// RunSandbox implements [agent.Runtime]. A sandbox is just an address: it
// cannot die by itself.
func (r *Runtime) RunSandbox(_ context.Context, config agent.SandboxConfig) (agent.Sandbox, error) {
	pod := config.Pod
	s := &sandboxRecord{
		SandboxStatus: agent.SandboxStatus{Sandbox: agent.Sandbox{ID: newID()}, Pod: pod, Attempt: config.Attempt,
			Ready: true},
		Logs: filepath.Join(r.o.Dir, logsDir, fmt.Sprintf("%s_%s_%s", pod.Namespace, pod.Name, pod.UID)),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !config.Spec.Spec.HostNetwork {
		ip, err := r.addresses.next(r.inUse())
		if err != nil {
			return agent.Sandbox{}, err
		}
		s.IP = ip
	}
	if err := writeRecord(r.sandboxPath(s.ID), s); err != nil {
		return agent.Sandbox{}, fmt.Errorf("failed to create sandbox: %w", err)
	}
	r.sandboxes[s.ID] = s
	if fields := unheeded(config.Spec); len(fields) > 0 && config.Attempt == 0 {
		r.o.Logger.Warn("the pod's containers are processes without what these fields ask for", "pod", pod, "fields", fields)
	}
	return s.Sandbox, nil
}

// inUse returns the addresses of the ready sandboxes. The caller holds the
// lock.
func (r *Runtime) inUse() map[string]bool {
	used := map[string]bool{}
	for _, s := range r.sandboxes {
		if s.Ready {
			used[s.IP] = true
		}
	}
	return used
}

// StopSandbox implements [agent.Runtime]. It sends SIGKILL to the sandbox's
// containers.
func (r *Runtime) StopSandbox(ctx context.Context, id string) error {
	if err := r.retire(id); err != nil {
		return err
	}
	for _, c := range r.containersOf(id) {
		if err := r.stop(ctx, c, 0); err != nil {
			return err
		}
	}
	return nil
}

// retire lets no more containers start in a sandbox.
func (r *Runtime) retire(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sandboxes[id]
	if s == nil || !s.Ready {
		return nil
	}
	stopped := *s
	stopped.Ready = false
	if err := writeRecord(r.sandboxPath(id), stopped); err != nil {
		return err
	}
	r.sandboxes[id] = &stopped
	return nil
}

// RemoveSandbox implements [agent.Runtime].
func (r *Runtime) RemoveSandbox(ctx context.Context, id string) error {
	if err := r.StopSandbox(ctx, id); err != nil {
		return err
	}
	for _, c := range r.containersOf(id) {
		if err := r.RemoveContainer(ctx, c.record.ID); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sandboxes[id]
	if s == nil {
		return nil
	}
	os.Remove(s.Logs) // before the record; fails if another sandbox of the pod has logs there
	if err := os.Remove(r.sandboxPath(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	delete(r.sandboxes, id)
	return nil
}
