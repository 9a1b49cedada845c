package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/benbjohnson/clock"
)

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
	killed := make(chan []string, 1)
	defer context.AfterFunc(ctx, func() { a.mail.post(message{kind: messageKill, killed: killed}) })()
	for {
		select {
		case names := <-killed: // before whether any pod is left, since the kill may have ended the last
			return fmt.Errorf("agent: Drain: %w: killed: %s", context.Cause(ctx), strings.Join(names, ", "))
		default:
		}
		switch {
		case a.pods.empty():
			return nil
		case a.pods.isClosed():
			return errStopped
		}
		select {
		case <-w.wake:
		case names := <-killed:
			killed <- names
		}
	}
}

// drain ends all pods, each within its time.
type drain struct {
	o     *Options
	mail  *mailbox
	pods  *registry
	calls *calls

	begun bool
	say   *clock.Timer // for sayWhatIsLeft; nil before the first time
}

// begin ends all pods. remove tells the machine of a pod that it is gone from its source.
func (d *drain) begin(now time.Time, remove func(p *pod)) {
	if d.begun {
		return
	}
	d.begun = true
	for _, p := range d.pods.all() {
		d.end(now, p)
		if !p.leaving {
			remove(p)
		}
	}
	d.sayLater()
}

// end limits how long a pod may take to end.
func (d *drain) end(now time.Time, p *pod) {
	p.starting.cut(errDraining)
	limit := p.machine.StopsWithin()
	p.endsBy = now.Add(limit)
	p.overdue = d.o.Clock.AfterFunc(limit, func() { d.mail.post(message{pod: p, kind: messageOverdue}) })
}

// killAll kills what still runs, of all pods, and sends their names when nothing does.
func (d *drain) killAll(now time.Time, killed chan<- []string) {
	var kills sync.WaitGroup
	var names []string
	for _, p := range d.pods.all() {
		names = append(names, p.fullName())
		d.kill(now, p, &kills)
	}
	d.calls.run(func(context.Context) {
		kills.Wait()
		killed <- names
	})
}

// kill kills what still runs of a pod whose time is over.
func (d *drain) kill(now time.Time, p *pod, kills *sync.WaitGroup) {
	p.endsBy = now
	p.stopping.cut(errOverdue)
	for _, c := range p.instances {
		kills.Add(1)
		d.calls.run(func(ctx context.Context) {
			defer kills.Done()
			if err := d.o.Runtime.StopContainer(ctx, c.id, 0); err != nil {
				d.o.Logger.Warn("a container cannot be killed", "pod", p.long, "id", c.id, "err", err)
			}
		})
	}
}

func (d *drain) sayLater() {
	d.say = d.o.Clock.AfterFunc(sayEvery, func() { d.mail.post(message{kind: messageSay}) })
}

// sayWhatIsLeft says which pods are left, and what each waits for.
func (d *drain) sayWhatIsLeft(now time.Time) {
	pods := d.pods.all()
	if len(pods) == 0 {
		return
	}
	var left []string
	for _, p := range pods {
		left = append(left, fmt.Sprintf("%s: %s", p.fullName(), strings.Join(d.waitsFor(now, p), ", ")))
	}
	d.o.Logger.Info("waiting for pods to end", "pods", left)
	d.sayLater()
}

// waitsFor says what a pod that is ending waits for.
func (d *drain) waitsFor(now time.Time, p *pod) []string {
	waits := d.calls.texts(now, p)
	if left := p.endsBy.Sub(now); left > 0 {
		waits = append(waits, fmt.Sprintf("is killed in %v at the latest", left.Round(time.Second)))
	}
	if len(waits) == 0 {
		waits = []string{"its end"}
	}
	return waits
}

// stop stops the timers.
func (d *drain) stop() {
	if d.say != nil {
		d.say.Stop()
	}
	for _, p := range d.pods.all() {
		p.stopTimer()
	}
}

// within shortens the grace period of a stop to what is left of the pod's time.
func (p *pod) within(now time.Time, grace time.Duration) time.Duration {
	if p.endsBy.IsZero() {
		return grace
	}
	return max(0, min(grace, p.endsBy.Sub(now)))
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
