package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/benbjohnson/clock"

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
	issued  uint64    // the number of the last request
	now     time.Time // of the loop's wake

	mu       sync.Mutex
	underWay map[uint64]openCall // by number; probes are not in it
}

// request is what the machine has asked for.
type request struct {
	action    lifecycle.ActionType
	container int
	hook      lifecycle.HookKind
}

// starts reports whether the request is on the way to a running container.
func (r *request) starts() bool {
	switch r.action {
	case lifecycle.RunSandbox, lifecycle.PullImage, lifecycle.CreateContainer, lifecycle.StartContainer:
		return true
	case lifecycle.RunHook:
		return r.hook == lifecycle.PostStart
	}
	return false
}

// openCall is a call under way.
type openCall struct {
	request
	pod   *pod
	since time.Time
}

// text says what the call is, such as "StopContainer of app for 7s".
func (o *openCall) text(now time.Time) string {
	what := o.action.String()
	if o.action == lifecycle.RunHook {
		what = o.hook.String() + " hook"
	}
	if o.container != lifecycle.NoContainer {
		what += " of " + o.pod.template.Container(o.container).Name
	}
	return fmt.Sprintf("%s for %v", what, now.Sub(o.since).Round(time.Second))
}

func (c *calls) init(mail *mailbox) { c.mail, c.underWay = mail, map[uint64]openCall{} }

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
		request: request{action: act.Type, container: act.Container, hook: act.Hook},
		ev:      lifecycle.Event{Type: t, Op: act.Op, Instance: act.Instance}}
}

// begin begins a call, which ends with the message m. A call on the way to a running
// container fails at once if the agent ends the pod.
func (c *calls) begin(m message, do func(ctx context.Context, m *message) error) {
	if why := m.pod.starting.reason; why != nil && m.request.starts() {
		do = func(context.Context, *message) error { return why }
	}
	c.mu.Lock()
	c.underWay[m.issued] = openCall{request: m.request, pod: m.pod, since: c.now}
	c.mu.Unlock()
	c.run(func(ctx context.Context) {
		if err := do(ctx, &m); err != nil {
			m.ev.Err = err.Error()
		}
		c.mu.Lock()
		delete(c.underWay, m.issued)
		c.mu.Unlock()
		c.mail.post(m)
	})
}

// run runs what takes time beside the loop.
func (c *calls) run(do func(ctx context.Context)) { c.running.Go(func() { do(c.ctx) }) }

// texts says which calls are under way for a pod, the oldest first. If the pod is
// nil, it says so of all, with the pods' names.
func (c *calls) texts(now time.Time, p *pod) (texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, number := range slices.Sorted(maps.Keys(c.underWay)) {
		switch o := c.underWay[number]; {
		case p == nil:
			texts = append(texts, o.pod.fullName()+": "+o.text(now))
		case p == o.pod:
			texts = append(texts, o.text(now))
		}
	}
	return texts
}

// wait returns when nothing is under way any more. Until then it calls say every
// five seconds.
func (c *calls) wait(clock clock.Clock, say func()) {
	ended := make(chan struct{})
	go func() {
		c.running.Wait()
		close(ended)
	}()
	for {
		rings := make(chan struct{})
		timer := clock.AfterFunc(sayEvery, func() { close(rings) })
		select {
		case <-ended:
			timer.Stop()
			return
		case <-rings:
			say()
		}
	}
}
