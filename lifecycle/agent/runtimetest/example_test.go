package runtimetest_test

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// A container that takes its time to stop, and is not given enough of it.
func Example() {
	ctx := context.Background()
	f := &runtimetest.Fake{Program: func(agent.ContainerConfig) runtimetest.Program {
		return runtimetest.Program{Stop: func() *runtimetest.Exit { return &runtimetest.Exit{After: time.Minute} }}
	}}
	f.Subscribe(func(n agent.Notice) { fmt.Println("exited with", n.ExitCode) })
	sandbox, err := f.RunSandbox(ctx, agent.SandboxConfig{})
	if err != nil {
		fmt.Println(err)
	}
	c, err := f.CreateContainer(ctx, agent.ContainerConfig{Sandbox: sandbox.ID, Spec: &corev1.Container{Name: "app"}})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(f.StartContainer(ctx, c.ID), f.StopContainer(ctx, c.ID, 10*time.Millisecond))
	// Output:
	// exited with 137
	// <nil> <nil>
}
