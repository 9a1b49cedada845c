package runtimetest

import (
	"context"
	"errors"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// check is one rule of agent.Runtime.
type check struct {
	name string
	make func(*bench)
}

var checks = []check{
	{"List tells what is there, and how it ended by itself", listedExit},
	{"List tells that a container runs, and how its stop ended", listedStop},
	{"List tells of a container that was stopped before its start as exited", listedUnstarted},
	{"List tells of the end of a sandbox, and of what ran in it", listedCollapse},
	{"What was never there can be stopped and removed", absent},
	{"An end by itself is told once, with its exit code", exitTold},
	{"The stop signal ends a container, and its notice comes before StopContainer returns", stopped},
	{"SIGKILL ends what ignores the stop signal, after the grace period", graceOver},
	{"Of several stops the earliest SIGKILL counts", stopsHurried},
	{"A container that was stopped before its start never starts", stopBeforeStart},
	{"Stopping a sandbox ends its containers, and tells it first", sandboxStopped},
	{"No container is created in a sandbox that was stopped", createTooLate},
	{"A command's output and exit status are told", execEnds},
	{"A command ends at its time-out", execTimesOut},
	{"A command ends with its container", execCut},
	{"A call returns when its context ends", contextEnds},
	{"A container that runs is not removed", removeRunning},
}

func absent(b *bench) {
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, "none", time.Second))
	b.must("RemoveContainer", b.runtime.RemoveContainer(b.ctx, "none"))
	b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, "none"))
	b.must("RemoveSandbox", b.runtime.RemoveSandbox(b.ctx, "none"))
	if err := b.runtime.StartContainer(b.ctx, "none"); err == nil {
		b.t.Error("StartContainer of a container that is not there succeeds; it must fail")
	}
	b.quiet()
}

func exitTold(b *bench) {
	_, id := b.start(ExitWith3)
	b.code(b.notice(id), 3)
	b.must("StopContainer of what has ended", b.runtime.StopContainer(b.ctx, id, time.Second))
	_, second := b.start(Hello)
	if second == id {
		b.t.Errorf("two containers have the ID %q; give each its own", id)
	}
	b.code(b.notice(second), 0)
	b.quiet()
}

func stopped(b *bench) {
	_, id := b.start(Forever)
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, id, patience))
	b.code(b.told(id, "StopContainer"), 143)
	b.quiet()
}

func graceOver(b *bench) {
	_, id := b.start(IgnoreStop)
	begin := time.Now()
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, id, time.Second))
	if d := time.Since(begin); d < time.Second {
		b.t.Errorf("SIGKILL after %v; the grace period is 1s", d)
	}
	b.code(b.told(id, "StopContainer"), 137)
	b.quiet()
}

func stopsHurried(b *bench) {
	_, id := b.start(IgnoreStop)
	first := make(chan error, 1)
	go func() { first <- b.runtime.StopContainer(b.ctx, id, 10*patience) }()
	time.Sleep(100 * time.Millisecond) // as a rule it is the first by then
	b.must("StopContainer with a shorter grace period", b.runtime.StopContainer(b.ctx, id, time.Second))
	b.code(b.told(id, "StopContainer"), 137)
	b.must("the first StopContainer", <-first)
	b.quiet()
}

func stopBeforeStart(b *bench) {
	_, id := b.create(Forever)
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, id, time.Second))
	if err := b.runtime.StartContainer(b.ctx, id); err == nil {
		b.t.Error("StartContainer succeeds after StopContainer; it must fail")
	}
	b.quiet()
}

func sandboxStopped(b *bench) {
	sandbox, id := b.start(IgnoreStop)
	b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, sandbox))
	b.code(b.told(id, "StopSandbox"), 137)
	b.must("StopSandbox again", b.runtime.StopSandbox(b.ctx, sandbox))
	b.quiet()
}

func createTooLate(b *bench) {
	config := b.sandbox(Forever)
	s, err := b.runtime.RunSandbox(b.ctx, config)
	b.must("RunSandbox", err)
	b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, s.ID))
	spec := &config.Spec.Spec.Containers[0]
	_, err = b.runtime.CreateContainer(b.ctx, agent.ContainerConfig{
		Pod: config.Pod, Sandbox: s.ID, PodSpec: config.Spec, Spec: spec, Image: spec.Image,
	})
	if err == nil {
		b.t.Error("CreateContainer succeeds in a sandbox that was stopped; it must fail")
	}
}

func execEnds(b *bench) {
	_, id := b.start(Forever)
	out, err := b.exec(b.ctx, id, Hello, 0)
	b.must("Exec", err)
	if out != "hello\n" {
		b.t.Errorf("output %q; want %q", out, "hello\n")
	}
	_, err = b.exec(b.ctx, id, ExitWith3, patience)
	b.exitError(err, 3)
}

func execTimesOut(b *bench) {
	_, id := b.start(Forever)
	begin := time.Now()
	_, err := b.exec(b.ctx, id, IgnoreStop, time.Second)
	if !errors.Is(err, handler.ErrTimeout) {
		b.t.Errorf("error %v; want handler.ErrTimeout", err)
	}
	if d := time.Since(begin); d < time.Second {
		b.t.Errorf("the time-out came after %v; want 1s", d)
	}
}

func execCut(b *bench) {
	_, id := b.start(Forever)
	ended := make(chan error, 1)
	go func() {
		_, err := b.exec(b.ctx, id, Forever, 0)
		ended <- err
	}()
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, id, time.Second))
	select {
	case err := <-ended:
		if err == nil {
			b.t.Error("a command that its container's end has cut off succeeds; it must fail")
		}
	case <-time.After(patience):
		b.t.Fatalf("Exec has not returned %v after its container has ended; a command ends with it", patience)
	}
	if _, err := b.exec(b.ctx, id, Hello, 0); err == nil {
		b.t.Error("a command is run in a container that has ended; it must fail")
	}
}

func contextEnds(b *bench) {
	sandbox, id := b.start(IgnoreStop)
	ctx, cancel := context.WithTimeout(b.ctx, 100*time.Millisecond)
	defer cancel()
	b.givesUp("StopContainer", func() error { return b.runtime.StopContainer(ctx, id, 10*patience) })
	b.givesUp("Exec", func() error {
		_, err := b.exec(ctx, id, Forever, 0)
		return err
	})
	b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, sandbox))
}

// givesUp checks that a call fails when its context ends.
func (b *bench) givesUp(call string, do func() error) {
	b.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- do() }()
	select {
	case err := <-ended:
		if err == nil {
			b.t.Errorf("%s succeeds though its context ended before it had done its work; it must fail", call)
		}
	case <-b.ctx.Done():
		b.t.Fatalf("%s has not returned, though its context has ended; it must, soon", call)
	}
}

func removeRunning(b *bench) {
	_, id := b.start(Forever)
	if err := b.runtime.RemoveContainer(b.ctx, id); err == nil {
		b.t.Error("RemoveContainer removes a container that runs; it must fail")
	}
	b.must("StopContainer", b.runtime.StopContainer(b.ctx, id, time.Second))
	b.must("RemoveContainer", b.runtime.RemoveContainer(b.ctx, id))
}
