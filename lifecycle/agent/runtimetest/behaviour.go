package runtimetest

import (
	"context"

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
)

// programOf returns what a [Fake] does for a command.
func programOf(command []string) Program {
	p := Program{Exec: execute}
	switch behaviourOf(command) {
	case Hello:
		p.Exit = &Exit{}
	case ExitWith3:
		p.Exit = &Exit{Code: 3}
	case IgnoreStop:
		p.Stop = func() *Exit { return nil }
	}
	return p
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
