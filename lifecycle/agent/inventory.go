package agent

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// Inventory is what a runtime has, in any order. From it a restarted agent knows
// its pods' sandboxes and containers again.
//
//  1. A sandbox or container is listed from when the call that made it returns,
//     at the latest, until the call that removes it does.
//  2. Names and attempts are those that it was made with.
//  3. An exited container is listed with what its notice said, or would have
//     said had somebody been subscribed.
type Inventory struct {
	Sandboxes  []SandboxStatus
	Containers []ContainerStatus
}

// SandboxStatus is a sandbox as it is. Its IP may be empty if it is not ready.
type SandboxStatus struct {
	Sandbox
	// Pod and Attempt are those of its SandboxConfig.
	Pod     lifecycle.Identity
	Attempt uint64
	// Ready: containers can run in it. It was neither stopped nor has it died.
	Ready bool
}

// ContainerStatus is a container as it is.
type ContainerStatus struct {
	Container
	// Sandbox is the ID of its sandbox, which is listed too.
	Sandbox string
	// Name is that of its Spec, Attempt as in ContainerConfig. The agent knows by
	// itself which image it was made of.
	Name    string
	Attempt uint64

	State ContainerState
	// StartedAt is zero if it never ran, FinishedAt unless it has exited.
	StartedAt, FinishedAt time.Time
	// The rest is as in Notice, for one that has exited after it ran. A runtime
	// that knows that it has, and has no way to find out more, says 255 and Unknown.
	ExitCode                         int32
	Reason                           string
	Message, LogTail, RuntimeMessage string
}

// ContainerState is how far a container has come.
type ContainerState uint8

// The states of a container.
const (
	StateCreated ContainerState = iota + 1 // it can be started
	StateRunning                           // it was started, and has not ended
	StateExited                            // or it was stopped, or failed to start, before it ran
	StateUnknown                           // it ran, and nobody knows whether it does: see Notice
)

// String returns the state as in "crictl ps".
func (s ContainerState) String() string {
	switch s {
	case StateCreated:
		return "Created"
	case StateRunning:
		return "Running"
	case StateExited:
		return "Exited"
	case StateUnknown:
		return "Unknown"
	}
	return fmt.Sprintf("ContainerState(%d)", uint8(s))
}
