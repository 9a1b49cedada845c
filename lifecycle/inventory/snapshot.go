package inventory

import (
	"slices"
	"time"

	"github.com/podclock/podclock/restart"
)

// Instance is one instance of a container in the runtime.
type Instance struct {
	// ID is the Op of the CreateContainer action. It is unique in the pod.
	ID uint64 `json:"id"`
	// Container is the index of its container in the template.
	Container int `json:"container"`
	// Sandbox is the ID of the sandbox in which it was created.
	Sandbox uint64 `json:"sandbox,omitempty"`
	// Attempt is the restart count with which it was created (R32).
	Attempt int32         `json:"attempt,omitempty"`
	State   restart.State `json:"state"`
	// These times have full precision, because the back-off counts from FinishedAt (S66). If
	// the start failed, StartedAt is the Unix epoch (C8).
	CreatedAt  time.Time `json:"createdAt,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	// ExitCode, Reason and Message are set for an exited instance (C8, C10).
	ExitCode int32  `json:"exitCode,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Message  string `json:"message,omitempty"`
	// RuntimeID is the ID in statuses, with its scheme.
	RuntimeID string `json:"runtimeID,omitempty"`
	// ImageID is the runtime's reference to the image.
	ImageID string `json:"imageID,omitempty"`
	// Image is the image string from which it was created. If the template has another one,
	// the definition has changed and the container is killed (C50).
	Image string `json:"image,omitempty"`
}

// Running reports whether the instance runs.
func (c *Instance) Running() bool { return c.State == restart.StateRunning }

// Sandbox is one sandbox of the pod in the runtime.
type Sandbox struct {
	ID      uint64 `json:"id"` // the Op of the RunSandbox action
	Attempt uint64 `json:"attempt,omitempty"`
	Ready   bool   `json:"ready,omitempty"`
	IP      string `json:"ip,omitempty"`
}

// Snapshot is what a runtime has of one pod, newest first. It must not be changed after it
// was given to others.
type Snapshot struct {
	Sandboxes []Sandbox  `json:"sandboxes,omitempty"`
	Instances []Instance `json:"instances,omitempty"`
	// IPs are the addresses of the pod. If no sandbox is ready, they are the previous ones.
	IPs []string `json:"ips,omitempty"`
}

// Clone returns an independent copy. The clone of nil is nil.
func (r *Snapshot) Clone() *Snapshot {
	if r == nil {
		return nil
	}
	return &Snapshot{slices.Clone(r.Sandboxes), slices.Clone(r.Instances), slices.Clone(r.IPs)}
}

// Newest returns the newest instance of a container, or nil.
func (r *Snapshot) Newest(container int) *Instance {
	for i := range r.Instances {
		if r.Instances[i].Container == container {
			return &r.Instances[i]
		}
	}
	return nil
}

// NewestExited returns the newest exited instance of a container, or nil. Back-off counts
// from it (R20).
func (r *Snapshot) NewestExited(container int) *Instance {
	for i := range r.Instances {
		if c := &r.Instances[i]; c.Container == container && c.State == restart.StateExited {
			return c
		}
	}
	return nil
}

// State returns the state and the exit code of a container's newest instance. If there is
// none, the state is StateAbsent.
func (r *Snapshot) State(container int) (restart.State, int32) {
	if c := r.Newest(container); c != nil {
		return c.State, c.ExitCode
	}
	return restart.StateAbsent, 0
}

// ActiveSandbox returns the newest sandbox if it is ready, or nil.
func (r *Snapshot) ActiveSandbox() *Sandbox {
	if len(r.Sandboxes) == 0 || !r.Sandboxes[0].Ready {
		return nil
	}
	return &r.Sandboxes[0]
}

// NewestTwo returns the two newest instances of a container. If there are fewer, they are
// nil.
func (r *Snapshot) NewestTwo(container int) (newest, second *Instance) {
	for i := range r.Instances {
		switch c := &r.Instances[i]; {
		case c.Container != container:
		case newest == nil:
			newest = c
		default:
			return newest, c
		}
	}
	return newest, nil
}

// StartedInActive reports whether the ready sandbox has an instance of one of the first
// containers (S21 row 3). The argument is the number of containers to consider.
func (r *Snapshot) StartedInActive(containers int) bool {
	s := r.ActiveSandbox()
	if s == nil {
		return false
	}
	for i := range r.Instances {
		if c := &r.Instances[i]; c.Container < containers && c.Sandbox == s.ID {
			return true
		}
	}
	return false
}

// Created reports whether one of the first containers was ever created. The argument is the
// number of containers to consider.
func (r *Snapshot) Created(containers int) bool {
	for i := range containers {
		switch s, _ := r.State(i); s {
		case restart.StateCreated, restart.StateRunning, restart.StateExited:
			return true
		}
	}
	return false
}
