package agent

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// Inventory is everything that a runtime has, in any order. A restarted agent
// recognises its pods' sandboxes and containers in it.
//
//  1. A sandbox or container is in it from when the call that makes it returns,
//     or earlier, until the call that removes it returns.
//  2. Names and attempts are those of the configuration that it was made with.
//  3. An exited container has the content of its notice, whether somebody was
//     subscribed or not.
type Inventory struct {
	Sandboxes  []SandboxStatus
	Containers []ContainerStatus
}

// SandboxStatus is the state of a sandbox. Its IP may be empty if it is not
// ready.
type SandboxStatus struct {
	Sandbox
	// Pod and Attempt are as in its SandboxConfig.
	Pod     lifecycle.Identity
	Attempt uint64
	// Ready says that containers can run in it: it was not stopped, and has not
	// died.
	Ready bool
}

// ContainerStatus is the state of a container.
type ContainerStatus struct {
	Container
	// Sandbox is the ID of its sandbox, which is also listed.
	Sandbox string
	// Name and Attempt are as in its ContainerConfig: Spec.Name and Attempt. The
	// agent itself remembers the image.
	Name    string
	Attempt uint64

	// State is where the container is in its life.
	State ContainerState
	// StartedAt is zero if it never ran. FinishedAt is zero if it has not exited.
	StartedAt, FinishedAt time.Time
	// The rest is as in Notice, for a container that ran and has exited. A runtime
	// that cannot find out how it ended gives exit code 255 and reason Unknown.
	ExitCode                         int32
	Reason                           string
	Message, LogTail, RuntimeMessage string
}

// ContainerState is where a container is in its life.
type ContainerState uint8

// The states of a container.
const (
	StateCreated ContainerState = iota + 1 // created and not started
	StateRunning                           // started and not ended
	StateExited                            // ended; also stopped before its start, or failed to start
	StateUnknown                           // started, and the runtime does not know whether it has ended: see Notice
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
