package runtimetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// patience is how long a call may take that has nothing to wait for.
const patience = 30 * time.Second

// Run checks that runtimes obey the rules of [agent.Runtime]. newRuntime makes
// one that has nothing yet, for each check; it may clean up with t.Cleanup, and
// call t.Parallel. container makes a container of each behaviour, whose image there is; its
// command and args are also run as commands.
func Run(t *testing.T, newRuntime func(t *testing.T) agent.Runtime, container func(Behaviour) corev1.Container) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			try(t, newRuntime(t), container, c.make)
		})
	}
}

// try makes one check.
func try(t testing.TB, r agent.Runtime, container func(Behaviour) corev1.Container, check func(*bench)) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := &bench{t: t, ctx: ctx, runtime: r, container: container, notices: make(chan agent.Notice, 100)}
	r.Subscribe(func(n agent.Notice) { b.notices <- n })
	check(b)
}

// bench is where one runtime is checked.
type bench struct {
	t         testing.TB
	ctx       context.Context
	runtime   agent.Runtime
	container func(Behaviour) corev1.Container
	notices   chan agent.Notice
	made      int
}

// must fails the check on an error.
func (b *bench) must(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v; it must succeed", what, err)
	}
}

func (b *bench) pod(behaviour Behaviour) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pod", UID: "00000000-0000-4000-8000-000000000001"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{b.container(behaviour)}},
	}
}

// sandbox runs a sandbox.
func (b *bench) sandbox(behaviour Behaviour) agent.SandboxConfig {
	pod := b.pod(behaviour)
	return agent.SandboxConfig{Pod: lifecycle.Identity{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}, Spec: pod, Attempt: uint64(b.made)}
}

// create makes a container in a sandbox of its own.
func (b *bench) create(behaviour Behaviour) (sandbox, id string) {
	b.t.Helper()
	config := b.sandbox(behaviour)
	s := b.runSandbox(config)
	return s.ID, b.createIn(s, config).ID
}

func (b *bench) runSandbox(config agent.SandboxConfig) agent.Sandbox {
	b.t.Helper()
	s, err := b.runtime.RunSandbox(b.ctx, config)
	b.must("RunSandbox", err)
	if s.IP == "" {
		b.t.Error("the sandbox has no IP; without one it counts as gone")
	}
	return s
}

// createIn makes the container of the pod, with an attempt of its own.
func (b *bench) createIn(s agent.Sandbox, config agent.SandboxConfig) agent.Container {
	b.t.Helper()
	spec := &config.Spec.Spec.Containers[0]
	if present, err := b.runtime.ImagePresent(b.ctx, spec.Image); err != nil || !present {
		_, err := b.runtime.PullImage(b.ctx, spec.Image, config.Spec)
		b.must("PullImage", err)
	}
	c, err := b.runtime.CreateContainer(b.ctx, agent.ContainerConfig{
		Pod: config.Pod, Sandbox: s.ID, IP: s.IP, PodSpec: config.Spec, Spec: spec, Image: spec.Image, Attempt: uint64(b.made),
	})
	b.must("CreateContainer", err)
	b.made++
	return c
}

// start makes a container in a sandbox of its own and starts it.
func (b *bench) start(behaviour Behaviour) (sandbox, id string) {
	b.t.Helper()
	sandbox, id = b.create(behaviour)
	b.must("StartContainer", b.runtime.StartContainer(b.ctx, id))
	return sandbox, id
}

// notice waits for the notice of a container's end.
func (b *bench) notice(id string) agent.Notice {
	b.t.Helper()
	select {
	case n := <-b.notices:
		if n.Container != id {
			b.t.Fatalf("notice %+v; want one of container %q", n, id)
		}
		return n
	case <-b.ctx.Done():
		b.t.Fatalf("no notice of the end of container %q; each that was started ends in one", id)
	}
	panic("unreachable")
}

// told returns the notice that must have been given by now.
func (b *bench) told(id, by string) agent.Notice {
	b.t.Helper()
	if len(b.notices) == 0 {
		b.t.Fatalf("%s has returned before the notice of container %q; give the notice first", by, id)
	}
	return b.notice(id)
}

// quiet fails if there is a notice too many.
func (b *bench) quiet() {
	b.t.Helper()
	if len(b.notices) > 0 {
		b.t.Errorf("notice %+v; want no more: one for each end of what was started", <-b.notices)
	}
}

func (b *bench) code(n agent.Notice, want int32) {
	b.t.Helper()
	if n.ExitCode != want {
		b.t.Errorf("exit code %d; want %d", n.ExitCode, want)
	}
}

// exec runs a command of a behaviour.
func (b *bench) exec(ctx context.Context, id string, behaviour Behaviour, timeout time.Duration) (string, error) {
	c := b.container(behaviour)
	out, err := b.runtime.Exec(ctx, id, slices.Concat(c.Command, c.Args), timeout)
	return string(out), err
}

func (b *bench) exitError(err error, code int) {
	b.t.Helper()
	var exit *handler.ExitError
	if !errors.As(err, &exit) || exit.Code != code {
		b.t.Errorf("error %v; want a *handler.ExitError with code %d", err, code)
	}
}
