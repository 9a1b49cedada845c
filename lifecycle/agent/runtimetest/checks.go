package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// check checks one rule of [agent.Runtime].
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
	{"Env, args and working directory reach the container's process", given},
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
	const which = "of what was never there"
	b.stopContainer("none", time.Second, which).succeeds(absentGone, lookAtGone)
	b.removeContainer("none", which).succeeds(absentGone, lookAtGone)
	b.stopSandbox("none", which).succeeds(absentGone, lookAtGone)
	b.removeSandbox("none", which).succeeds(absentGone, lookAtGone)
	start := b.startContainer("none", which)
	start.fails("only what CreateContainer has made can be started (agent.Runtime.StartContainer)",
		"what is done with an ID that is not known")
	b.quiet(start.did)
}

func exitTold(b *bench) {
	const did = "started a container that exits with "
	_, id := b.start(ExitWith3)
	b.code(did+"3, and waited", b.notice(id, did+"3, and waited"), 3, "its own exit status")
	b.stopContainer(id, time.Second, "of one that has ended by itself").succeeds(absentGone, lookAtGone)
	_, second := b.start(Hello)
	b.code(did+"0, and waited", b.notice(second, did+"0, and waited"), 0, "its own exit status")
	b.quiet("started two containers that end by themselves")
}

// given checks what the process of a container gets of its spec.
func given(b *bench) {
	config := b.sandbox(Verify)
	spec := &config.Spec.Spec.Containers[0]
	if equality.Semantic.DeepEqual(*spec, b.container(Forever)) {
		b.t.Skip("the container for Verify is the one for Forever: it does not say what it was given")
	}
	spec.Env = append(spec.Env, corev1.EnvVar{Name: "WORD", Value: "value"},
		corev1.EnvVar{Name: "VERIFY", Value: "a $(WORD)"}, corev1.EnvVar{Name: "NOUN", Value: "argument"})
	spec.Args = append(spec.Args, "an $(NOUN)")
	spec.WorkingDir = "/"
	id := b.createIn(b.runSandbox(config), config).ID
	b.startContainer(id, "of one that was created to "+string(Verify)).succeeds(able, lookAtCall)
	did := "started a container that looks at what it was given, and waited"
	n := b.notice(id, did)
	if f, ok := givenWrong[n.ExitCode]; ok {
		f.did = did
		b.report(f)
		return
	}
	b.code(did, n, 0, "the container has found what its spec gives")
}

// givenWrong has what the exit codes of Verify say.
var givenWrong = map[int32]finding{
	wrongEnv: {
		got: "exit code 4: the variable VERIFY is not \"a value\"",
		want: "VERIFY, which is \"a $(WORD)\" in the spec's env, and WORD before it, which is \"value\" " +
			"(agent.ContainerConfig, Spec.Env)",
		look: "whether env reaches the process, with $(NAME) replaced: agent.Env makes it",
	},
	wrongArgs: {
		got: "exit code 5: the last argument is not \"an argument\"",
		want: "the last one of the spec's args, \"an $(NOUN)\", with the variable NOUN in it, which is \"argument\" " +
			"(agent.ContainerConfig, Spec.Args)",
		look: "whether args follow the command, with $(NAME) replaced: agent.Expand does that",
	},
	wrongDir: {
		got:  "exit code 6: the working directory is not \"/\"",
		want: "the spec's working directory (agent.ContainerConfig, Spec.WorkingDir)",
		look: "whether the process starts in it",
	},
}

// stop stops a container. This must succeed.
func (b *bench) stop(id string, grace time.Duration, which string) *call {
	b.t.Helper()
	c := b.stopContainer(id, grace, which)
	c.succeeds("it succeeds, once the container has ended (agent.Runtime.StopContainer)",
		"whether the signals reach the container's process, and its end is seen")
	return c
}

func stopped(b *bench) {
	_, id := b.start(Forever)
	c := b.stop(id, patience, "of one that the stop signal ends")
	b.code(c.did, b.told(id, c), 143, "128 + 15, for SIGTERM; SIGKILL, 137, comes after the grace period")
	b.quiet(c.did)
}

func graceOver(b *bench) {
	_, id := b.start(IgnoreStop)
	begin := time.Now()
	c := b.stop(id, time.Second, "of one that ignores the stop signal")
	if d := time.Since(begin); d < time.Second {
		b.report(finding{
			c.did, fmt.Sprintf("it returned after %v", d),
			"SIGKILL when the grace period of 1s is over, and not before (agent.Runtime.StopContainer; C45)",
			"the unit of the grace period (the CRI has whole seconds), whether it is taken for 0, and whether the stop waits " +
				"for the end at all",
		})
	}
	b.code(c.did, b.told(id, c), 137, "128 + 9, for SIGKILL")
	b.quiet(c.did)
}

func stopsHurried(b *bench) {
	_, id := b.start(IgnoreStop)
	first := b.stopContainer(id, 10*patience, "of one that ignores the stop signal, and then with a grace period of 1s")
	time.Sleep(100 * time.Millisecond) // by then it has begun, as a rule
	c := b.stopContainer(id, time.Second,
		fmt.Sprintf("of one that is being stopped with a grace period of %v", 10*patience))
	const want = "it succeeds: of several calls the earliest SIGKILL counts, for all of them " +
		"(agent.Runtime.StopContainer; C45)"
	const look = "whether a stop waits behind the lock of one that is under way, for its whole grace period: it must " +
		"bring SIGKILL forward"
	c.succeeds(want, look)
	b.code(c.did, b.told(id, c), 137, "128 + 9, for SIGKILL")
	first.succeeds(want, look)
	b.quiet(c.did)
}

func stopBeforeStart(b *bench) {
	_, id := b.create(Forever)
	b.stop(id, time.Second, "of one that was created and not started")
	c := b.startContainer(id, "of one that was stopped before its start")
	c.fails("such a container never starts (agent.Runtime.StopContainer)",
		"whether the stop of a created container is remembered, or does nothing")
	b.quiet(c.did)
}

func sandboxStopped(b *bench) {
	const want, look = "it succeeds, once everything that ran in it has ended (agent.Runtime.StopSandbox)",
		"the error; whether a second stop of a stopped sandbox is taken for an error"
	sandbox, id := b.start(IgnoreStop)
	c := b.stopSandbox(sandbox, "in which a container runs that ignores the stop signal")
	c.succeeds(want, look)
	b.code(c.did, b.told(id, c), 137, "128 + 9, for SIGKILL, at once")
	again := b.stopSandbox(sandbox, "that was stopped")
	again.succeeds(absentGone, look)
	b.quiet(again.did)
}

func createTooLate(b *bench) {
	config := b.sandbox(Forever)
	s := b.runSandbox(config)
	b.haveImage(config.Spec)
	b.stopSandbox(s.ID, "in which nothing runs").succeeds(able, lookAtCall)
	var made agent.Container
	b.createCall(s, config, "in a sandbox that was stopped", &made).fails(
		"no container is created in a sandbox that is not ready (agent.SandboxStatus)",
		"whether CreateContainer checks the sandbox's state, under the same lock as its stop",
	)
}

func execEnds(b *bench) {
	_, id := b.start(Forever)
	hello := b.exec(b.ctx, id, Hello, 0, "in one that runs")
	hello.succeeds("it succeeds, because the command exits with 0 (handler.Exec)",
		"whether a timeout of 0 is taken for one that has passed: it means none")
	if hello.output != "hello\n" {
		b.report(finding{
			hello.did, fmt.Sprintf("the output %q", hello.output), fmt.Sprintf("the output %q (handler.Exec)", "hello\n"),
			"whether all of the output is read before Exec returns, and nothing is added to it, such as the CR of a terminal",
		})
	}
	b.exec(b.ctx, id, ExitWith3, patience, "in one that runs").exits(3)
}

func execTimesOut(b *bench) {
	_, id := b.start(Forever)
	begin := time.Now()
	c := b.exec(b.ctx, id, IgnoreStop, time.Second, "of one that runs for ever")
	if err := c.wait(); !errors.Is(err, handler.ErrTimeout) {
		b.report(finding{
			c.did, errorText(err), "an error that wraps handler.ErrTimeout, when the timeout is over (handler.Exec)",
			"how the runtime's own timeout, CRI's DeadlineExceeded, is translated: it must not be taken for the end of ctx",
		})
	}
	if d := time.Since(begin); d < time.Second {
		b.report(finding{
			c.did, fmt.Sprintf("it returned after %v", d), "it returns when the timeout of 1s is over (handler.Exec)",
			"the unit of the timeout (the CRI has whole seconds)",
		})
	}
}

func execCut(b *bench) {
	const want = "a command ends with its container, as an error (agent.Runtime, Exec)"
	_, id := b.start(Forever)
	c := b.exec(b.ctx, id, Forever, 0, "which runs for ever, and then StopContainer")
	time.Sleep(100 * time.Millisecond) // as a rule it runs by then
	b.stop(id, time.Second, "of one in which a command runs")
	err := c.within(soon, finding{
		got: fmt.Sprintf("it has not returned %v after the end of the container", soon), want: want,
		look: "what ends the processes of commands after the container's own has ended, and what waits for their output to " +
			"be closed",
	})
	if err == nil {
		b.report(finding{c.did, "it succeeded, though the container's end has cut it off", want,
			"the exit status of a command that was killed"})
	}
	b.exec(b.ctx, id, Hello, 0,
		"in one that has ended").fails("a command is run only in a container that runs (agent.Runtime, Exec)",
		"whether Exec checks the container's state")
}

func contextEnds(b *bench) {
	sandbox, id := b.start(IgnoreStop)
	ctx, cancel := context.WithTimeout(b.ctx, 100*time.Millisecond)
	defer cancel()
	const want = "an error soon after its ctx ends (agent.Runtime, rule 2)"
	const look = "whether ctx is passed on, and its end comes back as an error"
	b.begin(fmt.Sprintf("StopContainer(%q, grace %v) of one that ignores the stop signal, with a ctx of 100ms", id,
		10*patience), func() error {
		return b.runtime.StopContainer(ctx, id, 10*patience)
	}).fails(want, look)
	b.exec(ctx, id, Forever, 0, "which runs for ever, with a ctx of 100ms").fails(want, look)
	b.stopSandbox(sandbox, "in which a stop and a command were abandoned").succeeds(able,
		"what the abandoned calls have left behind, such as a lock")
}

func removeRunning(b *bench) {
	const want, look = "a container that runs is not removed (agent.Runtime.RemoveContainer)",
		"whether the removal checks the state, or is forced"
	_, id := b.start(Forever)
	b.removeContainer(id, "of one that runs").fails(want, look)
	b.stop(id, time.Second, "of one whose removal was refused")
	b.removeContainer(id, "of one that has ended").succeeds(able,
		"the error; whether the refused removal has left it half removed")
}
