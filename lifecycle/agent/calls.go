package agent

import (
	"context"
	"sync"

	"github.com/podclock/podclock/lifecycle"
)

// calls are the calls of the runtime, of probes and of hooks that are under way.
// They run beside the loop, for as long as they take. Each answers its request
// with one message, and requests are numbered, so that answers that arrive
// together are taken in in the order of their requests.
type calls struct {
	mail    *mailbox
	ctx     context.Context // of all calls
	running sync.WaitGroup
	issued  uint64 // the number of the last request
}

func (c *calls) init(mail *mailbox) { c.mail = mail }

// open lets calls begin. They end with ctx.
func (c *calls) open(ctx context.Context) { c.ctx = ctx }

// issue numbers a request.
func (c *calls) issue() uint64 {
	c.issued++
	return c.issued
}

// answerTo returns the answer to a request, as it is if nothing fails.
func (c *calls) answerTo(p *pod, act *lifecycle.Action, t lifecycle.EventType) message {
	return message{pod: p, kind: messageAnswer, issued: c.issue(),
		ev: lifecycle.Event{Type: t, Op: act.Op, Instance: act.Instance}}
}

// begin begins a call, which ends with the message m.
func (c *calls) begin(m message, do func(ctx context.Context, m *message) error) {
	c.run(func(ctx context.Context) {
		if err := do(ctx, &m); err != nil {
			m.ev.Err = err.Error()
		}
		c.mail.post(m)
	})
}

// run runs what takes time beside the loop.
func (c *calls) run(do func(ctx context.Context)) { c.running.Go(func() { do(c.ctx) }) }

// wait returns when nothing is under way any more.
func (c *calls) wait() { c.running.Wait() }
