package agent

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// Runtime runs sandboxes and containers, in the terms of the Container Runtime
// Interface. Package runtimetest checks an implementation against these rules,
// except the last, which it cannot bring about:
//
//  1. Every method may be called at any time, from any goroutine. Calls for one
//     pod come one after another, but for StopContainer, Exec and removals.
//  2. A call may take as long as it needs, and returns soon after its ctx ends.
//  3. IDs are the runtime's, unique for good among sandboxes and containers.
//  4. Every container that was started ends in exactly one notice, however it
//     ended, and the notice is given after the end: by then List tells of it. It
//     may come before StartContainer has returned. What ended before Subscribe,
//     List alone tells.
//  5. StopContainer and StopSandbox return after the notices of the containers
//     that they ended.
//  6. A stop or removal of what is gone, or was never there, succeeds.
//  7. The error's text is what statuses and events show.
//  8. A runtime that loses track of a container gives a notice that its state is
//     unknown, before that of its end, and lists it so until then. A stop, of the
//     container or its sandbox, ends what is left of it.
type Runtime interface {
	// Name is the scheme of container IDs in statuses: "containerd".
	Name() string
	// Subscribe sets the function that is told of what ends by itself. It is called
	// once, before all other methods. notify does not block.
	Subscribe(notify func(Notice))
	// List returns all sandboxes and containers, including those made for an earlier
	// agent. An end that happens meanwhile is noticed, whether it is listed or not.
	List(ctx context.Context) (Inventory, error)

	// RunSandbox makes a sandbox, ready for containers.
	RunSandbox(ctx context.Context, config SandboxConfig) (Sandbox, error)
	// StopSandbox ends all that runs in the sandbox, and gives its address back.
	StopSandbox(ctx context.Context, sandbox string) error
	// RemoveSandbox removes a sandbox, its containers with it.
	RemoveSandbox(ctx context.Context, sandbox string) error

	// ImagePresent reports whether the image is there.
	ImagePresent(ctx context.Context, image string) (bool, error)
	// PullImage gets the image, and returns its size in bytes. The pod is that
	// which wants it, for its secrets; it must not be modified.
	PullImage(ctx context.Context, image string, pod *corev1.Pod) (size int64, err error)

	// CreateContainer makes a container in a sandbox. An error of type
	// [*CreateError] chooses the waiting reason.
	CreateContainer(ctx context.Context, config ContainerConfig) (Container, error)
	// StartContainer starts a container that was created, once.
	StartContainer(ctx context.Context, container string) error
	// StopContainer sends the stop signal, and SIGKILL after the grace period; it
	// returns when the container has ended. The signal is sent once. If there are
	// several calls, the earliest SIGKILL counts (C45). A container that was created
	// but not started never starts afterwards.
	StopContainer(ctx context.Context, container string, grace time.Duration) error
	// RemoveContainer removes a container that does not run.
	RemoveContainer(ctx context.Context, container string) error

	// Exec runs commands in containers that run; a command ends with its
	// container. See [handler.Exec].
	handler.Exec
}

// SandboxConfig is what a sandbox is made of.
type SandboxConfig struct {
	Pod lifecycle.Identity
	// Spec is the pod with defaults. It must not be modified.
	Spec *corev1.Pod
	// Attempt numbers the sandboxes of the pod from 0.
	Attempt uint64
}

// Sandbox is a sandbox that was run.
type Sandbox struct {
	ID string
	// IP is the pod's address. It may be empty only for a pod with hostNetwork: any
	// other sandbox without an address counts as gone (S1).
	IP string
}

// ContainerConfig is what a container is made of.
type ContainerConfig struct {
	Pod     lifecycle.Identity
	Sandbox string // its ID
	IP      string // the sandbox' address
	// PodSpec is the pod, Spec its container, with defaults. They must not be
	// modified.
	PodSpec *corev1.Pod
	Spec    *corev1.Container
	// Image is the image with its tag.
	Image string
	// Attempt is the restart count.
	Attempt uint64
}

// Container is a container that was created.
type Container struct {
	ID string
	// ImageID is the runtime's reference of the image.
	ImageID string
}

// CreateError is a failed CreateContainer with its own waiting reason, such as
// CreateContainerConfigError (C2).
type CreateError struct {
	Reason string
	Err    error
}

// Error is the text of Err.
func (e *CreateError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *CreateError) Unwrap() error { return e.Err }

// Notice is an end: of a container, or with Sandbox set, of a sandbox that died
// without having been stopped. Those of the containers in it come after it, so
// that none of them looks like an end in a sandbox that is ready. With Unknown set
// it says that the runtime does not know any more whether a container runs.
type Notice struct {
	Container, Sandbox string // an ID
	// Unknown: the container is in state CONTAINER_UNKNOWN (C22), and stays so
	// until the notice of its end. The rest means nothing then.
	Unknown bool
	// ExitCode is 128 + the number of the signal that ended the container, if
	// one did (C8).
	ExitCode int32
	// Reason is the runtime's own, such as OOMKilled; empty: Completed or Error.
	Reason string
	// Message is the content of the termination message file: at least its last
	// 4096 bytes. LogTail is the end of the logs, of containers with the policy
	// FallbackToLogsOnError: at least the last 80 lines or 2048 bytes.
	// RuntimeMessage is what the runtime itself has to say (C10).
	Message, LogTail, RuntimeMessage string
}
