package inventory

import (
	"slices"
	"time"

	"github.com/podclock/podclock/restart"
)

// Truth is what the runtime really has of a pod. It is built from the facts that a shell
// reports. The kubelet's rules never use it, but only snapshots (T12).
//
// Only its methods change it. Those that return a bool report whether anything has changed.
type Truth struct {
	sandboxes []Sandbox // oldest first
	instances []Instance
}

// NewTruth returns the truth of a pod with these sandboxes and instances, oldest first.
func NewTruth(sandboxes []Sandbox, instances []Instance) Truth { return Truth{sandboxes, instances} }

// Clone returns an independent copy.
func (t *Truth) Clone() Truth { return Truth{slices.Clone(t.sandboxes), slices.Clone(t.instances)} }

// Sandboxes returns the sandboxes, oldest first. They must not be modified.
func (t *Truth) Sandboxes() []Sandbox { return t.sandboxes }

// Instances returns the instances, oldest first. They must not be modified.
func (t *Truth) Instances() []Instance { return t.instances }

// Instance returns the instance with an ID, or nil. It must not be modified.
func (t *Truth) Instance(id uint64) *Instance {
	for i := range t.instances {
		if t.instances[i].ID == id {
			return &t.instances[i]
		}
	}
	return nil
}

// Sandbox returns the sandbox with an ID, or nil. It must not be modified.
func (t *Truth) Sandbox(id uint64) *Sandbox {
	for i := range t.sandboxes {
		if t.sandboxes[i].ID == id {
			return &t.sandboxes[i]
		}
	}
	return nil
}

// Snapshot returns a copy, newest first, without the addresses of the pod.
func (t *Truth) Snapshot() Snapshot {
	s := Snapshot{Sandboxes: slices.Clone(t.sandboxes), Instances: slices.Clone(t.instances)}
	slices.Reverse(s.Sandboxes)
	slices.Reverse(s.Instances)
	return s
}

// AddSandbox adds a sandbox.
func (t *Truth) AddSandbox(s Sandbox) { t.sandboxes = append(t.sandboxes, s) }

// StopSandbox makes a sandbox not ready.
func (t *Truth) StopSandbox(id uint64) bool {
	s := t.Sandbox(id)
	if s == nil || !s.Ready {
		return false
	}
	s.Ready = false
	return true
}

// LoseSandboxes makes all sandboxes not ready.
func (t *Truth) LoseSandboxes() bool {
	lost := false
	for i := range t.sandboxes {
		lost = lost || t.sandboxes[i].Ready
		t.sandboxes[i].Ready = false
	}
	return lost
}

// RemoveSandbox removes a sandbox.
func (t *Truth) RemoveSandbox(id uint64) bool {
	before := len(t.sandboxes)
	t.sandboxes = slices.DeleteFunc(t.sandboxes, func(s Sandbox) bool { return s.ID == id })
	return len(t.sandboxes) < before
}

// Create adds an instance in the newest sandbox.
func (t *Truth) Create(c Instance) {
	if n := len(t.sandboxes); n > 0 {
		c.Sandbox = t.sandboxes[n-1].ID
	}
	t.instances = append(t.instances, c)
}

// Start makes a created instance run.
func (t *Truth) Start(id uint64, at time.Time) bool {
	c := t.created(id)
	if c == nil {
		return false
	}
	c.State, c.StartedAt = restart.StateRunning, at
	return true
}

// startErrorCode is the exit code of a container that could not be started (C8).
const startErrorCode = 128

// unixEpoch is the start time of an instance that was never started (C8).
var unixEpoch = time.Unix(0, 0).UTC()

// FailStart makes an instance that could not be started an exited one (C8).
func (t *Truth) FailStart(id uint64, at time.Time, err string) bool {
	c := t.created(id)
	if c == nil {
		return false
	}
	c.State, c.StartedAt, c.FinishedAt = restart.StateExited, unixEpoch, at
	c.ExitCode, c.Reason, c.Message = startErrorCode, "StartError", err
	return true
}

// created returns an instance that was created and never started, or nil.
func (t *Truth) created(id uint64) *Instance {
	if c := t.Instance(id); c != nil && c.State == restart.StateCreated {
		return c
	}
	return nil
}

// Lose makes the state of a running instance unknown (C22).
func (t *Truth) Lose(id uint64) bool {
	c := t.Instance(id)
	if c == nil || !c.Running() {
		return false
	}
	c.State = restart.StateUnknown
	return true
}

// Exit describes the end of an instance.
type Exit struct {
	At   time.Time
	Code int32
	// Reason is the runtime's reason. See [ExitReason].
	Reason, Message string
}

// Exit ends an instance. A second exit of the same instance changes nothing.
func (t *Truth) Exit(id uint64, e Exit) bool {
	c := t.Instance(id)
	if c == nil || c.State == restart.StateExited {
		return false
	}
	c.FinishedAt = e.At
	switch {
	case c.StartedAt.IsZero():
		c.StartedAt = c.FinishedAt // it ended before the start call returned
	case c.FinishedAt.Before(c.StartedAt):
		c.FinishedAt = c.StartedAt
	}
	c.State, c.ExitCode, c.Reason, c.Message = restart.StateExited, e.Code, e.Reason, e.Message
	return true
}

// ExitReason returns the reason of an exit: the runtime's own or, if that is empty, the one
// of an ordinary exit (C8).
func ExitReason(code int32, reason string) string {
	switch {
	case reason != "":
		return reason
	case code == 0:
		return "Completed"
	}
	return "Error"
}

// Remove removes an instance.
func (t *Truth) Remove(id uint64) bool {
	before := len(t.instances)
	t.instances = slices.DeleteFunc(t.instances, func(c Instance) bool { return c.ID == id })
	return len(t.instances) < before
}
