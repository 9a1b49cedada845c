//go:build unix

package process

import (
	"context"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

// newRuntime returns a runtime with a directory of its own. When the test ends,
// everything that runs is killed.
func newRuntime(t *testing.T, o Options) *Runtime {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		removeAll(t, r)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(r.cgroups.dir); r.cgroups.dir != "" && !os.IsNotExist(err) {
			t.Errorf("the runtime's cgroup is still there, with %v: %v", r.cgroups.containers(), err)
		}
	})
	return r
}

func removeAll(t *testing.T, r *Runtime) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hangGuard)
	defer cancel()
	have, err := r.List(ctx)
	if err != nil {
		t.Error(err)
	}
	for _, s := range have.Sandboxes {
		if err := r.RemoveSandbox(ctx, s.ID); err != nil {
			t.Error(err)
		}
	}
}

// hangGuard is longer than anything takes that works.
const hangGuard = 60 * time.Second

// bench runs containers of one pod.
type bench struct {
	t       *testing.T
	ctx     context.Context
	r       *Runtime
	pod     *corev1.Pod
	sandbox agent.Sandbox
	notices chan agent.Notice
	attempt uint64
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hangGuard)
	t.Cleanup(cancel)
	b := &bench{t: t, ctx: ctx, r: newRuntime(t, o), notices: make(chan agent.Notice, 100)}
	b.r.Subscribe(func(n agent.Notice) { b.notices <- n })
	b.pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "default", Name: "web", UID: "1", Labels: map[string]string{"app": "web"}, Annotations: map[string]string{"b": "2", "a": "1"},
	}}
	var err error
	b.sandbox, err = b.r.RunSandbox(ctx, agent.SandboxConfig{Pod: b.identity(), Spec: b.pod})
	b.must(err)
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) identity() lifecycle.Identity {
	return lifecycle.Identity{Namespace: b.pod.Namespace, Name: b.pod.Name, UID: b.pod.UID}
}

func (b *bench) config(spec *corev1.Container) agent.ContainerConfig {
	return agent.ContainerConfig{
		Pod: b.identity(), Sandbox: b.sandbox.ID, IP: b.sandbox.IP, PodSpec: b.pod, Spec: spec, Image: spec.Image, Attempt: b.attempt,
	}
}

func (b *bench) create(spec *corev1.Container) *container {
	b.t.Helper()
	spec.Name = "app"
	made, err := b.r.CreateContainer(b.ctx, b.config(spec))
	b.attempt++
	b.must(err)
	return b.r.container(made.ID)
}

// start starts a container that runs a shell script.
func (b *bench) start(script string) *container {
	b.t.Helper()
	return b.startSpec(&corev1.Container{Command: []string{"sh", "-c", script}})
}

func (b *bench) startSpec(spec *corev1.Container) *container {
	b.t.Helper()
	c := b.create(spec)
	b.must(b.r.StartContainer(b.ctx, c.record.ID))
	return c
}

// end waits for the notice of a container's end.
func (b *bench) end(c *container) agent.Notice {
	b.t.Helper()
	n := b.notice()
	if n.Container != c.record.ID {
		b.t.Fatalf("notice of %s, want one of %s", n.Container, c.record.ID)
	}
	return n
}

func (b *bench) notice() agent.Notice {
	b.t.Helper()
	select {
	case n := <-b.notices:
		return n
	case <-b.ctx.Done():
		b.t.Fatal("no notice")
	}
	panic("unreachable")
}

// output returns the content of a log.
func output(t *testing.T, c *container) string {
	t.Helper()
	return string(logTail(c.record.Log))
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hangGuard); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
