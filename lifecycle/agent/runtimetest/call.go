package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

const (
	// patience is how long the calls of one check may take together.
	patience = 30 * time.Second
	// soon is how long after its context or its container a call may end.
	soon = 10 * time.Second
)

// call is a call of the runtime.
type call struct {
	b        *bench
	did      string // for findings
	err      error
	panicked string // with the stack
	returned bool
	ended    chan struct{} // closed once the fields above are set
}

// begin calls the runtime in a goroutine of its own. Neither a panic nor a call
// that never returns then prevents the other checks.
func (b *bench) begin(did string, do func() error) *call {
	c := &call{b: b, did: did, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		defer func() {
			if v := recover(); v != nil {
				c.panicked = panicText(v)
			}
		}()
		c.err = do()
		c.returned = true
	}()
	return c
}

// panicText returns the text of a panic with its stack. Call it where the panic
// was recovered.
func panicText(v any) string {
	return fmt.Sprintf("panic: %v\n%s", v, strings.TrimSpace(string(debug.Stack())))
}

// wait returns the call's error.
func (c *call) wait() error {
	c.b.t.Helper()
	return c.within(patience+soon, finding{
		got:  fmt.Sprintf("it has not returned after %v, though its context has ended", patience+soon),
		want: "every call returns soon after its ctx ends (agent.Runtime, rule 2)",
		look: "what it waits for without looking at ctx.Done(), and what holds a lock meanwhile",
	})
}

// within is wait with a limit. If the call has not returned by then, hangs is
// the finding.
func (c *call) within(d time.Duration, hangs finding) error {
	c.b.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(d):
		hangs.did = c.did
		c.b.fatal(hangs)
	}
	switch {
	case c.panicked != "":
		c.b.fatal(finding{c.did, c.panicked, "no call panics: an agent would end with it", "the stack"})
	case !c.returned: // the runtime has failed the test itself
		c.b.t.FailNow()
	}
	return c.err
}

// succeeds ends the check if the call fails.
func (c *call) succeeds(want, look string) {
	c.b.t.Helper()
	if err := c.wait(); err != nil {
		if c.b.ctx.Err() != nil {
			look = fmt.Sprintf("what took so long: the calls of a check have %v together, then their context ends; or: %s",
				patience, look)
		}
		c.b.fatal(finding{c.did, errorText(err), want, look})
	}
}

// fails fails the check if the call succeeds.
func (c *call) fails(want, look string) {
	c.b.t.Helper()
	if c.wait() == nil {
		c.b.report(finding{c.did, "it succeeded", want, look})
	}
}

// These are the wants and looks of findings that several checks share.
const (
	able       = "it succeeds (agent.Runtime)"
	lookAtCall = "the error; the container is the one that the test's own func made for this behaviour"
	absentGone = "a stop or removal of what is gone, or was never there, succeeds (agent.Runtime, rule 6)"
	lookAtGone = "how \"not found\" is told from other errors: a stop or removal succeeds then"
)

func (b *bench) startContainer(id, which string) *call {
	return b.begin(fmt.Sprintf("StartContainer(%q) %s", id, which),
		func() error { return b.runtime.StartContainer(b.ctx, id) })
}

func (b *bench) stopContainer(id string, grace time.Duration, which string) *call {
	return b.begin(fmt.Sprintf("StopContainer(%q, grace %v) %s", id, grace, which), func() error {
		return b.runtime.StopContainer(b.ctx, id, grace)
	})
}

func (b *bench) removeContainer(id, which string) *call {
	return b.begin(fmt.Sprintf("RemoveContainer(%q) %s", id, which),
		func() error { return b.runtime.RemoveContainer(b.ctx, id) })
}

func (b *bench) stopSandbox(id, which string) *call {
	return b.begin(fmt.Sprintf("StopSandbox(%q) %s", id, which), func() error { return b.runtime.StopSandbox(b.ctx, id) })
}

func (b *bench) removeSandbox(id, which string) *call {
	return b.begin(fmt.Sprintf("RemoveSandbox(%q) %s", id, which),
		func() error { return b.runtime.RemoveSandbox(b.ctx, id) })
}

// execution is a call of Exec. Read output after the call has ended.
type execution struct {
	*call
	output string
}

// exec runs a command with this behaviour.
func (b *bench) exec(ctx context.Context, id string, behaviour Behaviour, timeout time.Duration,
	which string) *execution {
	c := b.container(behaviour)
	command := slices.Concat(c.Command, c.Args)
	e := &execution{}
	e.call = b.begin(fmt.Sprintf("Exec(%q, command %q, timeout %v) %s", id, command, timeout, which), func() error {
		out, err := b.runtime.Exec(ctx, id, command, timeout)
		e.output = string(out)
		return err
	})
	return e
}

// exits fails the check unless the command has exited with this code.
func (e *execution) exits(code int) {
	e.b.t.Helper()
	var exit *handler.ExitError
	if err := e.wait(); !errors.As(err, &exit) || exit.Code != code {
		e.b.report(finding{
			e.did, errorText(err), fmt.Sprintf("a *handler.ExitError with Code %d (handler.Exec)", code),
			"whether the exit status of the command, and not that of what runs it, is wrapped in a *handler.ExitError: " +
				"without one a probe has an error, not a failure",
		})
	}
}

// list returns what List returns.
func (b *bench) list(did string) (have agent.Inventory) {
	b.t.Helper()
	b.begin(did, func() (err error) {
		have, err = b.runtime.List(b.ctx)
		return err
	}).succeeds(able, "the error: List needs nothing but the runtime itself")
	return have
}
