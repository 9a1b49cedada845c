package runtimetest

import (
	"context"
	"time"
)

// Program is what one container does. The zero Program runs for ever, exits
// with 143 on the stop signal (128 + 15, SIGTERM), and ends every command with
// 0 and no output.
type Program struct {
	// CreateTakes, StartTakes and RemoveTakes are the durations of these calls.
	CreateTakes, StartTakes, RemoveTakes time.Duration
	// CreateError and StartError make these calls fail. If nil, they succeed.
	CreateError, StartError error
	// ID is the ID of the container. If empty, the Fake makes one.
	ID string
	// Exit is how the container ends by itself. If nil, it runs for ever.
	Exit *Exit
	// LogTail and RuntimeMessage are in its notice, however it ends.
	LogTail, RuntimeMessage string
	// Stop returns how the container ends after its stop signal, or nil if it
	// ignores the signal. If Stop itself is nil, the container exits with 143 at
	// once.
	Stop func() *Exit
	// Exec runs a command. Its ctx ends with the container. If nil, every command
	// exits with 0.
	Exec func(ctx context.Context, command []string) ([]byte, error)
}

// Exit is the end of a container. After counts from its start or its stop
// signal.
type Exit struct {
	After time.Duration
	// Code, Reason and Message are as in [agent.Notice].
	Code            int32
	Reason, Message string
}

// SandboxPlan is how RunSandbox and StopSandbox go.
type SandboxPlan struct {
	Takes, StopTakes time.Duration
	Error            error  // of RunSandbox; if nil, it succeeds
	IP               string // if empty, the Fake makes one
	// DiesAfter is when the sandbox dies by itself. If 0, it never does.
	DiesAfter time.Duration
}

// PullPlan is how PullImage goes.
type PullPlan struct {
	Takes time.Duration
	Size  int64 // bytes
	Error error // if nil, the pull succeeds
}
