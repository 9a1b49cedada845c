package runtimetest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

var errBroken = errors.New("broken")

func fails(context.Context, string) error    { return errBroken }
func succeeds(context.Context, string) error { return nil }

// containers changes what List says about containers. sandboxes does the same
// for sandboxes.
func containers(change func(*agent.ContainerStatus)) func(*broken) {
	return func(b *broken) {
		b.list = func(have *agent.Inventory) {
			for i := range have.Containers {
				change(&have.Containers[i])
			}
		}
	}
}

func sandboxes(change func(*agent.SandboxStatus)) func(*broken) {
	return func(b *broken) {
		b.list = func(have *agent.Inventory) {
			for i := range have.Sandboxes {
				change(&have.Sandboxes[i])
			}
		}
	}
}

// late gives each notice a second after the end.
func late(b *broken) {
	b.notify = func(tell func(agent.Notice), n agent.Notice) { time.AfterFunc(time.Second, func() { tell(n) }) }
}

func silent(b *broken) { b.notify = func(func(agent.Notice), agent.Notice) {} }

func twice(b *broken) {
	b.notify = func(tell func(agent.Notice), n agent.Notice) {
		tell(n)
		tell(n)
	}
}

// anotherCode gives wrong exit codes.
func anotherCode(b *broken) {
	b.notify = func(tell func(agent.Notice), n agent.Notice) {
		n.ExitCode++
		tell(n)
	}
}

// changed makes containers of a changed spec.
func changed(change func(*corev1.Container)) func(*broken) {
	return func(b *broken) {
		b.createContainer = func(ctx context.Context, c agent.ContainerConfig) (agent.Container, error) {
			c.Spec = c.Spec.DeepCopy()
			change(c.Spec)
			return b.Fake.CreateContainer(ctx, c)
		}
	}
}

// breaks has the ways to break a rule, by the check that must notice.
var breaks = map[string][]func(*broken){
	"List tells what is there, and how it ended by itself": {
		func(b *broken) { b.list = func(have *agent.Inventory) { *have = agent.Inventory{} } },
		func(b *broken) { b.list = func(have *agent.Inventory) { have.Containers = nil } },
		func(b *broken) {
			b.list = func(have *agent.Inventory) { have.Sandboxes = append(have.Sandboxes, agent.SandboxStatus{}) }
		},
		sandboxes(func(s *agent.SandboxStatus) { s.ID += "x" }),
		sandboxes(func(s *agent.SandboxStatus) { s.IP += "1" }),
		sandboxes(func(s *agent.SandboxStatus) { s.Pod.UID = "" }),
		sandboxes(func(s *agent.SandboxStatus) { s.Attempt = 0 }),
		sandboxes(func(s *agent.SandboxStatus) { s.Ready = false }),
		containers(func(c *agent.ContainerStatus) { c.ID += "x" }),
		containers(func(c *agent.ContainerStatus) { c.ImageID = "" }),
		containers(func(c *agent.ContainerStatus) { c.Sandbox = "" }),
		containers(func(c *agent.ContainerStatus) { c.Name = "" }),
		containers(func(c *agent.ContainerStatus) { c.Attempt = 0 }),
		containers(func(c *agent.ContainerStatus) { c.State = agent.StateRunning }),
		containers(func(c *agent.ContainerStatus) { c.StartedAt = time.Time{} }),
		containers(func(c *agent.ContainerStatus) { c.StartedAt = time.Unix(0, 0) }),
		containers(func(c *agent.ContainerStatus) { c.FinishedAt = time.Time{} }),
		containers(func(c *agent.ContainerStatus) { c.FinishedAt = c.StartedAt.Add(-1) }),
		containers(func(c *agent.ContainerStatus) { c.ExitCode = 0 }),
		containers(func(c *agent.ContainerStatus) { c.Reason = "Other" }),
		containers(func(c *agent.ContainerStatus) { c.Message = "other" }),
		func(b *broken) { b.removeContainer = succeeds },
		func(b *broken) { b.removeSandbox = succeeds },
	},
	"List tells that a container runs, and how its stop ended": {
		containers(func(c *agent.ContainerStatus) { c.State = agent.StateCreated }),
		containers(func(c *agent.ContainerStatus) { c.FinishedAt = time.Now() }),
		containers(func(c *agent.ContainerStatus) {
			if c.State == agent.StateExited {
				c.State = agent.StateRunning
			}
		}),
	},
	"List tells of a container that was stopped before its start as exited": {
		func(b *broken) { b.stopContainer = func(context.Context, string, time.Duration) error { return nil } },
		containers(func(c *agent.ContainerStatus) { c.StartedAt = c.FinishedAt }),
	},
	"List tells of the end of a sandbox, and of what ran in it": {
		sandboxes(func(s *agent.SandboxStatus) { s.Ready = true }),
		containers(func(c *agent.ContainerStatus) {
			if c.State == agent.StateExited {
				c.State = agent.StateRunning
			}
		}),
		func(b *broken) { b.removeSandbox = succeeds },
	},
	"What was never there can be stopped and removed": {
		func(b *broken) {
			b.stopContainer = func(context.Context, string, time.Duration) error { return errBroken }
		},
		func(b *broken) { b.removeContainer = fails },
		func(b *broken) { b.stopSandbox = fails },
		func(b *broken) { b.removeSandbox = fails },
		func(b *broken) { b.startContainer = succeeds },
	},
	"An end by itself is told once, with its exit code": {
		silent, twice, anotherCode,
		func(b *broken) { b.runSandbox = func(s *agent.Sandbox) { s.IP = "" } },
		func(b *broken) { b.runSandbox = func(s *agent.Sandbox) { s.ID = "" } },
		func(b *broken) { b.startContainer = fails },
		func(b *broken) { b.startContainer = succeeds },
		func(b *broken) {
			b.Program = func(agent.ContainerConfig) Program { return Program{ID: "same", Exit: &Exit{Code: 3}} }
		},
	},
	"Env, args and working directory reach the container's process": {
		changed(func(c *corev1.Container) { c.Env = nil }),
		changed(func(c *corev1.Container) { c.Env[1].Value = "a $$(WORD)" }),
		changed(func(c *corev1.Container) { c.Args = nil }),
		changed(func(c *corev1.Container) { c.Args[0] = "an $$(NOUN)" }),
		changed(func(c *corev1.Container) { c.WorkingDir = "" }),
		anotherCode, // of a container that says it is well
	},
	"The stop signal ends a container, and its notice comes before StopContainer returns": {
		silent, twice, late, anotherCode,
		func(b *broken) { b.stopContainer = func(context.Context, string, time.Duration) error { return nil } },
		func(b *broken) {
			b.stopContainer = func(ctx context.Context, id string, _ time.Duration) error {
				b.End(id, killed)
				return nil
			}
		},
	},
	"SIGKILL ends what ignores the stop signal, after the grace period": {
		late, anotherCode,
		func(b *broken) { b.stopContainer = func(context.Context, string, time.Duration) error { return nil } },
		func(b *broken) {
			b.stopContainer = func(ctx context.Context, id string, _ time.Duration) error {
				b.End(id, killed)
				return nil
			}
		},
	},
	"Of several stops the earliest SIGKILL counts": {
		func(b *broken) { // the first one counts
			var first atomic.Int64
			b.stopContainer = func(ctx context.Context, id string, grace time.Duration) error {
				first.CompareAndSwap(0, int64(grace))
				return b.Fake.StopContainer(ctx, id, time.Duration(first.Load()))
			}
		},
		func(b *broken) { // the last one counts, the others fail
			var asked atomic.Bool
			b.stopContainer = func(ctx context.Context, id string, grace time.Duration) error {
				if asked.CompareAndSwap(false, true) {
					return errBroken
				}
				return b.Fake.StopContainer(ctx, id, grace)
			}
		},
	},
	"A container that was stopped before its start never starts": {
		func(b *broken) { b.stopContainer = func(context.Context, string, time.Duration) error { return nil } },
		func(b *broken) { b.startContainer = succeeds },
	},
	"Stopping a sandbox ends its containers, and tells it first": {
		silent, twice, late, anotherCode,
		func(b *broken) { b.stopSandbox = succeeds },
		func(b *broken) {
			stopped := false
			b.stopSandbox = func(ctx context.Context, id string) error {
				if stopped {
					return errBroken
				}
				stopped = true
				return b.Fake.StopSandbox(ctx, id)
			}
		},
	},
	"No container is created in a sandbox that was stopped": {
		func(b *broken) {
			b.createContainer = func(context.Context, agent.ContainerConfig) (agent.Container, error) { return agent.Container{}, nil }
		},
	},
	"A command's output and exit status are told": {
		func(b *broken) {
			b.exec = func(context.Context, string, []string, time.Duration) ([]byte, error) { return nil, nil }
		},
		func(b *broken) {
			b.exec = func(context.Context, string, []string, time.Duration) ([]byte, error) { return []byte("hello\n"), nil }
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				out, err := b.Fake.Exec(ctx, id, command, timeout)
				if err != nil {
					err = errBroken // without the exit status
				}
				return out, err
			}
		},
	},
	"A command ends at its time-out": {
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				return b.Fake.Exec(ctx, id, command, timeout/2)
			}
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				return b.Fake.Exec(ctx, id, command, 0)
			}
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				ctx, cancel := context.WithTimeout(ctx, timeout)
				defer cancel()
				return b.Fake.Exec(ctx, id, command, 0)
			}
		},
	},
	"A command ends with its container": {
		func(b *broken) {
			b.exec = func(ctx context.Context, _ string, _ []string, _ time.Duration) ([]byte, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				_, _ = b.Fake.Exec(ctx, id, command, timeout)
				return nil, nil
			}
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				if b.Done(id) == nil {
					return nil, nil
				}
				return b.Fake.Exec(ctx, id, command, timeout)
			}
		},
	},
	"A call returns when its context ends": {
		func(b *broken) {
			b.stopContainer = func(_ context.Context, id string, grace time.Duration) error {
				return b.Fake.StopContainer(context.Background(), id, grace)
			}
		},
		func(b *broken) {
			b.stopContainer = func(ctx context.Context, id string, grace time.Duration) error {
				_ = b.Fake.StopContainer(ctx, id, grace)
				return nil
			}
		},
		func(b *broken) {
			b.exec = func(_ context.Context, id string, command []string, _ time.Duration) ([]byte, error) {
				return b.Fake.Exec(context.Background(), id, command, 3*patience)
			}
		},
		func(b *broken) {
			b.exec = func(ctx context.Context, id string, command []string, timeout time.Duration) ([]byte, error) {
				_, _ = b.Fake.Exec(ctx, id, command, timeout)
				return nil, nil
			}
		},
	},
	"A container that runs is not removed": {
		func(b *broken) { b.removeContainer = succeeds },
		func(b *broken) { b.removeContainer = fails },
	},
}
