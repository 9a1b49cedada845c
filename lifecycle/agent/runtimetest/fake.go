package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// Fake is a runtime in memory. Its zero value is ready to use: every image is
// present, and nothing takes time. A container whose command is a [Behaviour]
// does that; any other runs for ever. Do not change the fields once the Fake is
// in use.
type Fake struct {
	// AfterFunc calls f after d, unless it is stopped before. d is positive. If
	// nil, it uses the real clock.
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
	// Now returns the time for the times that List reports. If nil, it is the real
	// clock's.
	Now func() time.Time
	// Program decides what a container does. If nil, its command decides.
	Program func(agent.ContainerConfig) Program
	// Sandbox decides how RunSandbox goes. If nil, a sandbox is ready at once.
	Sandbox func(agent.SandboxConfig) SandboxPlan
	// Present reports whether an image is present. If nil, every image is. Pull
	// decides how a pull goes. If nil, a pull succeeds at once.
	Present func(image string) bool
	Pull    func(image string) PullPlan

	mu         sync.Mutex
	notify     func(agent.Notice)
	sandboxes  []*sandbox
	containers []*container
	made       int
}

var _ agent.Runtime = (*Fake)(nil)

type sandbox struct {
	status agent.SandboxStatus
	plan   SandboxPlan
}

type container struct {
	program   Program
	status    agent.ContainerStatus
	signalled bool
	done      chan struct{} // closed when its process is gone and the notice given
	stops     []func() bool // timers
}

// Name returns "fake".
func (f *Fake) Name() string { return "fake" }

// Subscribe implements [agent.Runtime].
func (f *Fake) Subscribe(notify func(agent.Notice)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notify = notify
}

// List implements [agent.Runtime].
func (f *Fake) List(context.Context) (agent.Inventory, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var have agent.Inventory
	for _, s := range f.sandboxes {
		have.Sandboxes = append(have.Sandboxes, s.status)
	}
	for _, c := range f.containers {
		have.Containers = append(have.Containers, c.status)
	}
	return have, nil
}

func (f *Fake) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

// after calls do after d, or at once if d is not positive.
func (f *Fake) after(d time.Duration, do func()) (stop func() bool) {
	switch {
	case d <= 0:
		do()
		return func() bool { return false }
	case f.AfterFunc != nil:
		return f.AfterFunc(d, do)
	}
	return time.AfterFunc(d, do).Stop
}

// wait returns after d, or when ctx has ended.
func (f *Fake) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	over := make(chan struct{})
	stop := f.after(d, func() { close(over) })
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		stop()
		return ctx.Err()
	}
}

func (f *Fake) newID(kind string) string {
	f.made++
	return fmt.Sprintf("%s-%d", kind, f.made)
}

// RunSandbox implements [agent.Runtime].
func (f *Fake) RunSandbox(ctx context.Context, config agent.SandboxConfig) (agent.Sandbox, error) {
	var plan SandboxPlan
	if f.Sandbox != nil {
		plan = f.Sandbox(config)
	}
	if err := errors.Join(f.wait(ctx, plan.Takes), plan.Error); err != nil {
		return agent.Sandbox{}, err
	}
	f.mu.Lock()
	made := agent.Sandbox{ID: f.newID("sandbox"), IP: plan.IP}
	if made.IP == "" {
		made.IP = fmt.Sprintf("10.0.%d.%d", f.made>>8&255, f.made&255)
	}
	f.sandboxes = append(f.sandboxes, &sandbox{
		plan: plan, status: agent.SandboxStatus{Sandbox: made, Pod: config.Pod, Attempt: config.Attempt, Ready: true},
	})
	f.mu.Unlock()
	if plan.DiesAfter > 0 {
		f.after(plan.DiesAfter, func() { f.KillSandbox(made.ID) })
	}
	return made, nil
}

// sandbox returns a sandbox, or nil. The caller holds the lock.
func (f *Fake) sandbox(id string) *sandbox {
	for _, s := range f.sandboxes {
		if s.status.ID == id {
			return s
		}
	}
	return nil
}

// StopSandbox implements [agent.Runtime].
func (f *Fake) StopSandbox(ctx context.Context, id string) error {
	f.mu.Lock()
	s := f.sandbox(id)
	ready := s != nil && s.status.Ready
	f.mu.Unlock()
	if !ready {
		return nil
	}
	if err := f.wait(ctx, s.plan.StopTakes); err != nil {
		return err
	}
	f.collapse(s, func() {})
	return nil
}

// collapse ends a sandbox, and then everything that runs in it. In between it
// calls tell, unless the sandbox had ended before: the notices of the
// containers must come after that of the sandbox.
func (f *Fake) collapse(s *sandbox, tell func()) {
	f.mu.Lock()
	was := s.status.Ready
	s.status.Ready = false
	var in []*container
	for _, c := range f.containers {
		if c.status.Sandbox == s.status.ID {
			in = append(in, c)
		}
	}
	f.mu.Unlock()
	if was {
		tell()
	}
	for _, c := range in {
		f.end(c, killed)
	}
}

// KillSandbox makes a ready sandbox die by itself. If it is not ready,
// KillSandbox does nothing.
func (f *Fake) KillSandbox(id string) {
	f.mu.Lock()
	s, notify := f.sandbox(id), f.notify
	f.mu.Unlock()
	if s == nil {
		return
	}
	f.collapse(s, func() {
		if notify != nil {
			notify(agent.Notice{Sandbox: id})
		}
	})
}

// RemoveSandbox implements [agent.Runtime].
func (f *Fake) RemoveSandbox(ctx context.Context, id string) error {
	if err := f.StopSandbox(ctx, id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sandboxes = slices.DeleteFunc(f.sandboxes, func(s *sandbox) bool { return s.status.ID == id })
	f.containers = slices.DeleteFunc(f.containers, func(c *container) bool { return c.status.Sandbox == id })
	return nil
}

// ImagePresent implements [agent.Runtime].
func (f *Fake) ImagePresent(_ context.Context, image string) (bool, error) {
	return f.Present == nil || f.Present(image), nil
}

// PullImage implements [agent.Runtime].
func (f *Fake) PullImage(ctx context.Context, image string, _ *corev1.Pod) (int64, error) {
	var plan PullPlan
	if f.Pull != nil {
		plan = f.Pull(image)
	}
	if err := f.wait(ctx, plan.Takes); err != nil {
		return 0, err
	}
	return plan.Size, plan.Error
}

// Exec implements [handler.Exec].
func (f *Fake) Exec(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
	f.mu.Lock()
	c := f.container(id)
	live := c != nil && c.status.State == agent.StateRunning
	f.mu.Unlock()
	switch {
	case !live:
		return nil, errors.New("container not running")
	case c.program.Exec == nil:
		return nil, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if timeout > 0 {
		defer f.after(timeout, func() { cancel(handler.ErrTimeout) })()
	}
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-c.done:
			cancel(&handler.ExitError{Command: command, Code: int(killed.Code)})
		case <-stop:
		}
	}()
	output, err := c.program.Exec(ctx, command)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return output, cause
	}
	return output, err
}
