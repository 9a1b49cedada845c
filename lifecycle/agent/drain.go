package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// leastGrace is what a container gets between its stop signal and SIGKILL, also if
// its preStop hook has used up the grace period (C42).
const leastGrace = 2 * time.Second

// sayEvery is how often the agent says what it waits for.
const sayEvery = 5 * time.Second

// Why calls on a pod's leashes end.
var (
	errDraining = errors.New("the agent ends all pods")
	errOverdue  = errors.New("the pod's grace period is over")
	errFinished = errors.New("the pod is finished")
)

// Drain ends all pods, and returns once the agent has forgotten them. It takes no
// pods from then on. Run must be running.
//
// Each pod has its grace period, and the two seconds that a container gets at least
// (C42). Then what still runs of it is killed, whatever its hooks do. A postStart
// hook is cut short at once, unlike in a kubelet, whose pod waits for it for ever
// (C32): so are pulls, and nothing else is started. Every five seconds the Logger
// says what Drain waits for.
//
// When ctx ends, Drain kills everything at once, and returns an error that names the
// pods. An agent that starts with the same Options.StateDir removes what is left of
// them. Drain also fails if Run returns first.
func (a *Agent) Drain(ctx context.Context) error {
	w := a.pods.watch()
	defer a.pods.unwatch(w)
	if err := a.pods.drain(); err != nil {
		return err
	}
	killed := make(chan struct{})
	defer context.AfterFunc(ctx, func() { a.mail.post(message{kind: messageKill, done: killed}) })()
	for {
		left := a.pods.all()
		switch {
		case len(left) == 0:
			return nil
		case a.pods.isClosed():
			return errStopped
		}
		select {
		case <-w.wake:
		case <-killed:
			return fmt.Errorf("agent: Drain: %w: killed: %s", context.Cause(ctx), namesOf(left))
		}
	}
}

func namesOf(pods []*pod) string {
	var names []string
	for _, p := range pods {
		names = append(names, p.fullName())
	}
	return strings.Join(names, ", ")
}

// beginDrain ends all pods.
func (a *Agent) beginDrain() {
	if a.draining {
		return
	}
	a.draining = true
	for _, p := range a.pods.all() {
		a.endPod(p)
	}
	a.sayLater()
}

// endPod ends a pod, and limits how long that takes.
func (a *Agent) endPod(p *pod) {
	p.starting.cut(errDraining)
	limit := p.grace() + leastGrace
	p.endsBy = a.now.Add(limit)
	p.overdue = a.o.Clock.AfterFunc(limit, func() { a.mail.post(message{pod: p, kind: messageOverdue}) })
	if !p.leaving {
		a.tellFact(p, &lifecycle.Event{Type: lifecycle.PodRemoved})
	}
}

// grace is the pod's grace period: that of its deletion, or its own.
func (p *pod) grace() time.Duration {
	spec := p.machine.Template().Pod().Spec.TerminationGracePeriodSeconds
	seconds := p.machine.Object().DeletionGracePeriodSeconds
	if seconds == nil {
		seconds = spec
	}
	return time.Duration(*seconds) * time.Second
}

// killAll kills what still runs, of all pods. It closes done when nothing does.
func (a *Agent) killAll(done chan struct{}) {
	var kills sync.WaitGroup
	for _, p := range a.pods.all() {
		a.killPod(p, &kills)
	}
	a.calls.run(func(context.Context) {
		kills.Wait()
		close(done)
	})
}

// killPod kills what still runs of a pod whose time is over.
func (a *Agent) killPod(p *pod, kills *sync.WaitGroup) {
	p.endsBy = a.now
	p.stopping.cut(errOverdue)
	for _, c := range p.instances {
		kills.Add(1)
		a.calls.run(func(ctx context.Context) {
			defer kills.Done()
			if err := a.o.Runtime.StopContainer(ctx, c.id, 0); err != nil {
				a.o.Logger.Warn("a container cannot be killed", "pod", p.long, "id", c.id, "err", err)
			}
		})
	}
}

// release ends what is on the way for a pod that is gone.
func (p *pod) release() {
	p.starting.cut(errFinished)
	p.stopping.cut(errFinished)
	p.stopTimer()
}

func (p *pod) stopTimer() {
	if p.overdue != nil {
		p.overdue.Stop()
	}
}

// within shortens the grace period of a stop to what is left of the pod's time.
func (a *Agent) within(p *pod, grace time.Duration) time.Duration {
	if p.endsBy.IsZero() {
		return grace
	}
	return max(0, min(grace, p.endsBy.Sub(a.now)))
}

func (a *Agent) sayLater() {
	a.say = a.o.Clock.AfterFunc(sayEvery, func() { a.mail.post(message{kind: messageSay}) })
}

// sayWhatIsLeft says what Drain waits for.
func (a *Agent) sayWhatIsLeft() {
	pods := a.pods.all()
	if len(pods) == 0 {
		return
	}
	var left []string
	for _, p := range pods {
		left = append(left, fmt.Sprintf("%s: %s", p.fullName(), strings.Join(a.waitsFor(p), ", ")))
	}
	a.o.Logger.Info("waiting for pods to end", "pods", left)
	a.sayLater()
}

// waitsFor says what a pod that is ending waits for.
func (a *Agent) waitsFor(p *pod) []string {
	waits := a.calls.texts(a.now, p)
	if left := p.endsBy.Sub(a.now); left > 0 {
		waits = append(waits, fmt.Sprintf("is killed in %v at the latest", left.Round(time.Second)))
	}
	if len(waits) == 0 {
		waits = []string{"its end"}
	}
	return waits
}
