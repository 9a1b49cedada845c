package lifecycle

import (
	"fmt"
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

// Sandbox is one sandbox of the pod as the runtime reports it.
type Sandbox struct {
	ID      uint64 `json:"id"` // the Op of the RunSandbox action
	Attempt uint64 `json:"attempt,omitempty"`
	Ready   bool   `json:"ready,omitempty"`
	IP      string `json:"ip,omitempty"`
}

// Runtime is what a runtime has of one pod, newest first. It is immutable once
// it is handed out.
type Runtime struct {
	Sandboxes []Sandbox  `json:"sandboxes,omitempty"`
	Instances []Instance `json:"instances,omitempty"`
	// IPs of the pod; kept from before when no sandbox is ready.
	IPs []string `json:"ips,omitempty"`
}

func (r *Runtime) clone() *Runtime {
	if r == nil {
		return nil
	}
	return &Runtime{slices.Clone(r.Sandboxes), slices.Clone(r.Instances), slices.Clone(r.IPs)}
}

// newest returns the newest instance of a container, or nil.
func (r *Runtime) newest(container int) *Instance {
	for i := range r.Instances {
		if r.Instances[i].Container == container {
			return &r.Instances[i]
		}
	}
	return nil
}

// newestExited returns the newest instance of a container that has exited, or
// nil (R20).
func (r *Runtime) newestExited(container int) *Instance {
	for i := range r.Instances {
		if c := &r.Instances[i]; c.Container == container && c.State == restart.StateExited {
			return c
		}
	}
	return nil
}

// state returns the state of a container's newest instance, with its exit code.
func (r *Runtime) state(container int) (restart.State, int32) {
	if c := r.newest(container); c != nil {
		return c.State, c.ExitCode
	}
	return restart.StateAbsent, 0
}

// activeSandbox returns the newest sandbox if it is ready, or nil.
func (r *Runtime) activeSandbox() *Sandbox {
	if len(r.Sandboxes) == 0 || !r.Sandboxes[0].Ready {
		return nil
	}
	return &r.Sandboxes[0]
}

// truth is the truth about the runtime, kept from the facts that the shell
// reports. The kubelet's rules never look at it; they see snapshots (T12).
type truth struct {
	sandboxes []Sandbox // oldest first
	instances []Instance
}

func (w *truth) clone() truth {
	return truth{slices.Clone(w.sandboxes), slices.Clone(w.instances)}
}

func (w *truth) instance(id uint64) *Instance {
	for i := range w.instances {
		if w.instances[i].ID == id {
			return &w.instances[i]
		}
	}
	return nil
}

func (w *truth) sandbox(id uint64) *Sandbox {
	for i := range w.sandboxes {
		if w.sandboxes[i].ID == id {
			return &w.sandboxes[i]
		}
	}
	return nil
}

// view copies the truth, newest first.
func (w *truth) view() Runtime {
	r := Runtime{Sandboxes: slices.Clone(w.sandboxes), Instances: slices.Clone(w.instances)}
	slices.Reverse(r.Sandboxes)
	slices.Reverse(r.Instances)
	return r
}

// exit ends an instance, with its termination message. A second exit of the same
// instance is reported by false.
func (w *truth) exit(now time.Time, t *Template, ev *Event) bool {
	c := w.instance(ev.Instance)
	if c == nil || c.State == restart.StateExited {
		return false
	}
	c.FinishedAt = ev.since(now)
	switch {
	case c.StartedAt.IsZero():
		c.StartedAt = c.FinishedAt // it was over before the start call returned
	case c.FinishedAt.Before(c.StartedAt):
		c.FinishedAt = c.StartedAt
	}
	c.State = restart.StateExited
	c.ExitCode, c.Reason = ev.ExitCode, ev.ExitReason
	c.Message = t.terminationMessage(c.Container, ev)
	if c.Reason == "" {
		c.Reason = exitReason(ev.ExitCode)
	}
	return true
}

// exitReason is the runtime's reason for an ordinary exit (C8).
func exitReason(code int32) string {
	if code == 0 {
		return "Completed"
	}
	return "Error"
}

func (w *truth) remove(id uint64) bool {
	before := len(w.instances)
	w.instances = slices.DeleteFunc(w.instances, func(c Instance) bool { return c.ID == id })
	return len(w.instances) < before
}

func (w *truth) removeSandbox(id uint64) bool {
	before := len(w.sandboxes)
	w.sandboxes = slices.DeleteFunc(w.sandboxes, func(s Sandbox) bool { return s.ID == id })
	return len(w.sandboxes) < before
}

// runtimeID is the ID of an instance whose runtime gave none.
func (p *Pod) runtimeID(c *Instance) string {
	return fmt.Sprintf("podclock://%s-%s-%d-%d", p.id.Name, p.t.name(c.Container), c.Attempt, c.ID)
}
