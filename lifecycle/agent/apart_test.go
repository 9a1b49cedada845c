package agent_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// apart is a runtime in a process of its own: a call goes on when its agent is
// killed, and nobody hears how it ends.
type apart struct {
	*runtimetest.Fake
	t *testing.T

	mu      sync.Mutex
	configs map[string]agent.ContainerConfig // by container
	starts  []start
}

type start struct {
	pod     types.UID
	name    string
	attempt uint64
	at      time.Time
}

func newApart(t *testing.T, f *runtimetest.Fake) *apart {
	return &apart{Fake: f, t: t, configs: map[string]agent.ContainerConfig{}}
}

// goOn does something that outlives the agent.
func goOn[T any](ctx context.Context, do func(ctx context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := do(context.WithoutCancel(ctx))
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

func goOnWith(ctx context.Context, do func(ctx context.Context) error) error {
	_, err := goOn(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

func (r *apart) RunSandbox(ctx context.Context, config agent.SandboxConfig) (agent.Sandbox, error) {
	return goOn(ctx, func(ctx context.Context) (agent.Sandbox, error) { return r.Fake.RunSandbox(ctx, config) })
}

func (r *apart) CreateContainer(ctx context.Context, config agent.ContainerConfig) (agent.Container, error) {
	return goOn(ctx, func(ctx context.Context) (agent.Container, error) {
		c, err := r.Fake.CreateContainer(ctx, config)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.configs[c.ID] = config
		return c, err
	})
}

func (r *apart) StartContainer(ctx context.Context, id string) error {
	return goOnWith(ctx, func(ctx context.Context) error {
		if err := r.Fake.StartContainer(ctx, id); err != nil {
			return err
		}
		r.started(id)
		return nil
	})
}

// started checks that nothing is started twice.
func (r *apart) started(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	config := r.configs[id]
	s := start{config.Pod.UID, config.Spec.Name, config.Attempt, time.Now()}
	for _, o := range r.starts {
		if o.pod == s.pod && o.name == s.name && o.attempt >= s.attempt {
			r.t.Errorf("%s: attempt %d is started after attempt %d", s.name, s.attempt, o.attempt)
		}
	}
	r.starts = append(r.starts, s)
	for _, other := range r.Running() {
		if c := r.configs[other]; other != id && c.Pod.UID == s.pod && c.Spec.Name == s.name {
			r.t.Errorf("%s runs twice: attempts %d and %d", s.name, r.configs[other].Attempt, s.attempt)
		}
	}
}

func (r *apart) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	return goOnWith(ctx, func(ctx context.Context) error { return r.Fake.StopContainer(ctx, id, grace) })
}

func (r *apart) RemoveContainer(ctx context.Context, id string) error {
	return goOnWith(ctx, func(ctx context.Context) error { return r.Fake.RemoveContainer(ctx, id) })
}

func (r *apart) StopSandbox(ctx context.Context, id string) error {
	return goOnWith(ctx, func(ctx context.Context) error { return r.Fake.StopSandbox(ctx, id) })
}

func (r *apart) RemoveSandbox(ctx context.Context, id string) error {
	return goOnWith(ctx, func(ctx context.Context) error { return r.Fake.RemoveSandbox(ctx, id) })
}

// of returns the starts of a container.
func (r *apart) of(name string) (starts []start) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.starts {
		if s.name == name {
			starts = append(starts, s)
		}
	}
	return starts
}
