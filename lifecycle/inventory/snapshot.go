package inventory

import (
	"slices"
	"time"

	"github.com/podclock/podclock/restart"
)

// Instance is one container instance as the runtime reports it.
type Instance struct {
	// ID is unique in the pod: the Op of the CreateContainer action.
	ID uint64 `json:"id"`
	// Container is the index of its container in the template.
	Container int `json:"container"`
	// Sandbox is the ID of the sandbox that it was created in.
	Sandbox uint64 `json:"sandbox,omitempty"`
	// Attempt is the restart count that it was created with (R32).
	Attempt int32         `json:"attempt,omitempty"`
	State   restart.State `json:"state"`
	// Full precision: back-off counts from FinishedAt (S66). StartedAt is the
	// Unix epoch if the start failed (C8).
	CreatedAt  time.Time `json:"createdAt,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	// ExitCode, Reason and Message count for an exited instance (C8, C10).
	ExitCode int32  `json:"exitCode,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Message  string `json:"message,omitempty"`
	// RuntimeID is the ID that statuses show, with its scheme.
	RuntimeID string `json:"runtimeID,omitempty"`
	// ImageID is the runtime's reference of the image.
	ImageID string `json:"imageID,omitempty"`
	// Image is the image string that it was created from; one that differs from
	// the template's is a changed definition (C50).
	Image string `json:"image,omitempty"`
}

// Running reports whether the instance runs.
func (c *Instance) Running() bool { return c.State == restart.StateRunning }

// Sandbox is one sandbox of the pod as the runtime reports it.
type Sandbox struct {
	ID      uint64 `json:"id"` // the Op of the RunSandbox action
	Attempt uint64 `json:"attempt,omitempty"`
	Ready   bool   `json:"ready,omitempty"`
	IP      string `json:"ip,omitempty"`
}

// Snapshot is what a runtime has of one pod, newest first. It is immutable once
// it is handed out.
type Snapshot struct {
	Sandboxes []Sandbox  `json:"sandboxes,omitempty"`
	Instances []Instance `json:"instances,omitempty"`
	// IPs of the pod; kept from before when no sandbox is ready.
	IPs []string `json:"ips,omitempty"`
}

// Clone returns a copy that shares nothing; nil of nil.
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

// NewestExited returns the newest instance of a container that has exited, or
// nil (R20).
func (r *Snapshot) NewestExited(container int) *Instance {
	for i := range r.Instances {
		if c := &r.Instances[i]; c.Container == container && c.State == restart.StateExited {
			return c
		}
	}
	return nil
}

// State returns the state of a container's newest instance, with its exit code.
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

// NewestTwo returns the two newest instances of a container.
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

// StartedInActive reports whether some instance of the first containers, as many
// as are given, is of the ready sandbox (S21 row 3).
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

// Created reports whether any of the first containers, as many as are given, was
// ever created.
func (r *Snapshot) Created(containers int) bool {
	for i := range containers {
		switch s, _ := r.State(i); s {
		case restart.StateCreated, restart.StateRunning, restart.StateExited:
			return true
		}
	}
	return false
}
