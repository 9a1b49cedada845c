package agent

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// Runtime runs sandboxes and containers, in the terms of the Container Runtime
// Interface. Package runtimetest checks an implementation against these rules.
// It cannot check the last one, because it cannot make a runtime lose a
// container.
//
//  1. Every method may be called at any time, from any goroutine. The agent
//     waits for one call for a pod before it makes the next. StopContainer,
//     Exec and removals are the exception.
//  2. A call may take as long as it needs, and returns soon after its ctx ends.
//  3. The runtime chooses the IDs. It never uses one twice, for a sandbox or
//     for a container.
//  4. Every container that was started ends in exactly one notice, however it
//     ended. The notice comes after the end: List already shows the end by
//     then. It may come before StartContainer has returned. Only List shows
//     what ended before Subscribe.
//  5. StopContainer and StopSandbox first give the notices of the containers
//     that they end, and return then.
//  6. A stop or removal of what is gone, or was never there, succeeds.
//  7. Statuses and events show the text of an error as it is.
//  8. A runtime that loses track of a container gives a notice that its state
//     is unknown, and lists it as unknown until the notice of its end. A stop
//     of the container or its sandbox ends what is left of it.
type Runtime interface {
	// Name returns the scheme of container IDs in statuses, such as "containerd".
	Name() string
	// Subscribe sets the function that takes the notices. The agent calls it once,
	// before all other methods. notify does not block.
	Subscribe(notify func(Notice))
	// List returns all sandboxes and containers, including those made for an
	// earlier agent. An end that happens meanwhile has its notice, whether List
	// shows it or not.
	List(ctx context.Context) (Inventory, error)

	// RunSandbox makes a sandbox that is ready for containers.
	RunSandbox(ctx context.Context, config SandboxConfig) (Sandbox, error)
	// StopSandbox ends everything that runs in the sandbox, and frees its address.
	StopSandbox(ctx context.Context, sandbox string) error
	// RemoveSandbox removes a sandbox and its containers.
	RemoveSandbox(ctx context.Context, sandbox string) error

	// ImagePresent reports whether the runtime has the image.
	ImagePresent(ctx context.Context, image string) (bool, error)
	// PullImage fetches the image and returns its size in bytes. pod is the pod
	// that wants the image, for its pull secrets: do not modify it.
	PullImage(ctx context.Context, image string, pod *corev1.Pod) (size int64, err error)

	// CreateContainer makes a container in a sandbox. An error of type
	// [*CreateError] chooses the waiting reason.
	CreateContainer(ctx context.Context, config ContainerConfig) (Container, error)
	// StartContainer starts a created container. The agent calls it once for each.
	StartContainer(ctx context.Context, container string) error
	// StopContainer sends the stop signal, and SIGKILL after the grace period. It
	// returns when the container has ended. If there are several calls, it sends
	// the stop signal once, and SIGKILL at the earliest of their times (C45). A
	// container that has not been started will never start.
	StopContainer(ctx context.Context, container string, grace time.Duration) error
	// RemoveContainer removes a container. It fails if the container runs.
	RemoveContainer(ctx context.Context, container string) error

	// Exec runs a command in a running container. The command ends with its
	// container. See [handler.Exec].
	handler.Exec
}

// SandboxConfig is what RunSandbox makes a sandbox of.
type SandboxConfig struct {
	// Pod is the pod that the sandbox is for.
	Pod lifecycle.Identity
	// Spec is the pod with its defaults filled in. Do not modify it.
	Spec *corev1.Pod
	// Attempt numbers the pod's sandboxes from 0.
	Attempt uint64
}

// Sandbox is what RunSandbox returns.
type Sandbox struct {
	// ID is the runtime's ID of the sandbox.
	ID string
	// IP is the pod's address. It may be empty only for a pod with hostNetwork.
	// Any other sandbox without an address counts as gone, and each sync replaces
	// it (S1).
	IP string
}

// ContainerConfig is what CreateContainer makes a container of.
type ContainerConfig struct {
	Pod     lifecycle.Identity
	Sandbox string // ID of the sandbox
	IP      string // address of the sandbox
	// PodSpec is the pod and Spec its container, with defaults filled in. Do not
	// modify them. [Env] makes the environment of Spec, and [Expand] what command
	// and args are with it.
	PodSpec *corev1.Pod
	Spec    *corev1.Container
	// Image is the image with its tag.
	Image string
	// Attempt is the restart count.
	Attempt uint64
}

// Container is what CreateContainer returns.
type Container struct {
	// ID is the runtime's ID of the container, without the scheme.
	ID string
	// ImageID is the runtime's own reference to the image, as statuses show it.
	ImageID string
}

// CreateError is an error of CreateContainer with the waiting reason that the
// container's status shows, such as CreateContainerConfigError (C2).
type CreateError struct {
	Reason string // the waiting reason
	Err    error  // its text is the waiting message
}

// Error is the text of Err.
func (e *CreateError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *CreateError) Unwrap() error { return e.Err }

// Notice tells of the end of a container. If Sandbox is set, it tells of a
// sandbox that died without being stopped. The notices of its containers come
// after it, so that none of them looks like an end in a sandbox that is ready.
// If Unknown is set, the notice tells that the runtime no longer knows whether
// the container runs.
type Notice struct {
	Container, Sandbox string // IDs; one of them is set
	// Unknown says that the container is in state CONTAINER_UNKNOWN, and stays in
	// it until the notice of its end. The pod's status shows it as terminated,
	// with exit code 137 (C22). The fields below mean nothing then.
	Unknown bool
	// ExitCode is the exit status of the container's process, or 128 plus the
	// number of the signal that ended it (C8).
	ExitCode int32
	// Reason is the runtime's own reason, such as OOMKilled. If empty, the status
	// says Completed or Error.
	Reason string
	// Message, LogTail and RuntimeMessage make up the termination message (C10).
	// Message is the content of the termination message file, at least its last
	// 4096 bytes. LogTail is the end of the logs, at least the last 80 lines or
	// 2048 bytes: only containers with the policy FallbackToLogsOnError need it.
	// RuntimeMessage is the runtime's own message.
	Message, LogTail, RuntimeMessage string
}
