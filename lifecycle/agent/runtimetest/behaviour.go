package runtimetest

import (
	"context"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// Behaviour is what [Run] wants a container to do, or a command in one. It must
// do so from its first instant: a shell does not ignore SIGTERM until it has
// set its trap. A container may choose its stop signal with
// lifecycle.stopSignal. A signal that programs ignore by default, such as
// SIGWINCH, needs no trap.
type Behaviour string

// The behaviours that Run asks for.
const (
	Forever    Behaviour = "run for ever"    // the stop signal ends it
	Hello      Behaviour = "say hello"       // write "hello\n" and exit with 0
	ExitWith3  Behaviour = "exit with 3"     // at once
	IgnoreStop Behaviour = "ignore the stop" // only SIGKILL ends it

	// Verify exits with 4 unless the variable VERIFY is "a value", else with 5 unless
	// the last argument is "an argument", else with 6 unless the working directory is
	// "/", and else with 0. Run adds all three to the container. In a shell:
	//
	//	[ "$VERIFY" = "a value" ] || exit 4; [ "$1" = "an argument" ] || exit 5; [ "$PWD" = / ] || exit 6
	Verify Behaviour = "verify what it was given"
)

// The exit codes of Verify.
const (
	wrongEnv = iota + 4
	wrongArgs
	wrongDir
)

// programOf returns what a container of a [Fake] does, by its command.
func programOf(config *agent.ContainerConfig) Program {
	p := Program{Exec: execute}
	switch behaviourOf(config.Spec.Command) {
	case Verify:
		p.Exit = &Exit{Code: verify(config)}
	case Hello:
		p.Exit = &Exit{}
	case ExitWith3:
		p.Exit = &Exit{Code: 3}
	case IgnoreStop:
		p.Stop = func() *Exit { return nil }
	}
	return p
}

// verify returns the exit code of Verify.
func verify(config *agent.ContainerConfig) int32 {
	env, err := agent.Env(config, agent.EnvSources{})
	args := agent.Expand(config.Spec.Args, env)
	switch {
	case err != nil || env["VERIFY"] != "a value":
		return wrongEnv
	case len(args) == 0 || args[len(args)-1] != "an argument":
		return wrongArgs
	case config.Spec.WorkingDir != "/":
		return wrongDir
	}
	return 0
}

func behaviourOf(command []string) Behaviour {
	if len(command) == 0 {
		return Forever
	}
	return Behaviour(command[0])
}

// execute runs a command in a container of a [Fake].
func execute(ctx context.Context, command []string) ([]byte, error) {
	switch behaviourOf(command) {
	case Hello:
		return []byte("hello\n"), nil
	case ExitWith3:
		return nil, &handler.ExitError{Command: command, Code: 3}
	case Forever, IgnoreStop:
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, nil
}
