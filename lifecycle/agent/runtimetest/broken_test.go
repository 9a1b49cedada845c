package runtimetest

import (
	"context"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// broken is a Fake with some of its methods replaced.
type broken struct {
	*Fake
	notify          func(tell func(agent.Notice), n agent.Notice)
	list            func(*agent.Inventory)
	runSandbox      func(*agent.Sandbox)
	createContainer func(context.Context, agent.ContainerConfig) (agent.Container, error)
	startContainer  func(ctx context.Context, id string) error
	stopContainer   func(ctx context.Context, id string, grace time.Duration) error
	removeContainer func(ctx context.Context, id string) error
	stopSandbox     func(ctx context.Context, id string) error
	removeSandbox   func(ctx context.Context, id string) error
	exec            func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error)
}

func (b *broken) Subscribe(notify func(agent.Notice)) {
	if b.notify == nil {
		b.Fake.Subscribe(notify)
		return
	}
	b.Fake.Subscribe(func(n agent.Notice) { b.notify(notify, n) })
}

func (b *broken) List(ctx context.Context) (agent.Inventory, error) {
	have, err := b.Fake.List(ctx)
	if b.list != nil {
		b.list(&have)
	}
	return have, err
}

func (b *broken) RunSandbox(ctx context.Context, c agent.SandboxConfig) (agent.Sandbox, error) {
	s, err := b.Fake.RunSandbox(ctx, c)
	if b.runSandbox != nil {
		b.runSandbox(&s)
	}
	return s, err
}

func (b *broken) CreateContainer(ctx context.Context, c agent.ContainerConfig) (agent.Container, error) {
	if b.createContainer != nil {
		return b.createContainer(ctx, c)
	}
	return b.Fake.CreateContainer(ctx, c)
}

func (b *broken) StartContainer(ctx context.Context, id string) error {
	return either(b.startContainer, b.Fake.StartContainer)(ctx, id)
}

func (b *broken) StopContainer(ctx context.Context, id string, grace time.Duration) error {
	if b.stopContainer != nil {
		return b.stopContainer(ctx, id, grace)
	}
	return b.Fake.StopContainer(ctx, id, grace)
}

func (b *broken) RemoveContainer(ctx context.Context, id string) error {
	return either(b.removeContainer, b.Fake.RemoveContainer)(ctx, id)
}

func (b *broken) StopSandbox(ctx context.Context, id string) error {
	return either(b.stopSandbox, b.Fake.StopSandbox)(ctx, id)
}

func (b *broken) RemoveSandbox(ctx context.Context, id string) error {
	return either(b.removeSandbox, b.Fake.RemoveSandbox)(ctx, id)
}

func (b *broken) Exec(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
	if b.exec != nil {
		return b.exec(ctx, id, command, timeout)
	}
	return b.Fake.Exec(ctx, id, command, timeout)
}

// byID is a method that takes the ID of a sandbox or container.
type byID = func(ctx context.Context, id string) error

func either(a, b byID) byID {
	if a != nil {
		return a
	}
	return b
}
