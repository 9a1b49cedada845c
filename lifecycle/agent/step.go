package agent

import (
	"github.com/podclock/podclock/lifecycle"
)

// step gives a happening to a pod's machine and carries out what follows. It
// first saves what a restarted agent needs to know of that.
func (a *Agent) step(p *pod, happening ...lifecycle.Event) {
	for i := range happening {
		a.recorder.fact(a.now, p, &happening[i])
	}
	actions := p.step(a.now, happening)
	a.state.keep(p, happening, actions)
	for i := range actions {
		a.recorder.action(a.now, p, &actions[i])
		a.follow(p, &actions[i])
	}
	at, ok := p.machine.Deadline()
	a.deadlines.set(p, at, ok)
	if p.leaving {
		a.letGo(p)
	}
}

// arrive makes the machine of a new pod, and tells it what it finds.
func (a *Agent) arrive(p *pod) {
	p.machine = lifecycle.New(p.template, p.identity, a.podTiming(p), a.now)
	a.step(p, a.finds(p)...)
}

// finds returns what a new pod finds: that it is refused, that its name is
// taken, or that there is no network.
func (a *Agent) finds(p *pod) (facts []lifecycle.Event) {
	if a.o.Admit != nil {
		if refusal := a.o.Admit(p.template.Pod()); refusal != nil {
			return []lifecycle.Event{{Type: lifecycle.PodRefused, Eviction: refusal}}
		}
	}
	if p.template.Static() && a.static.claim(p) {
		facts = append(facts, lifecycle.Event{Type: lifecycle.NameTaken})
	}
	if a.noNetwork != "" {
		facts = append(facts, lifecycle.Event{Type: lifecycle.NetworkDown, Err: a.noNetwork})
	}
	return facts
}

// networkChanged tells all pods, and remembers it for those that are added
// later.
func (a *Agent) networkChanged(ev *lifecycle.Event) {
	a.noNetwork = ev.Err
	for _, p := range a.pods.all() {
		if p.machine != nil { // otherwise its arrival is still in the mailbox
			a.tellFact(p, ev)
		}
	}
}

// tellFact gives a fact from outside to a pod's machine, and publishes what the
// fact changes in the pod object.
func (a *Agent) tellFact(p *pod, ev *lifecycle.Event) {
	if p.sweeping {
		return
	}
	static := p.template.Static() // deleting it deletes only its mirror pod (S84)
	p.leaving = p.leaving || ev.Type == lifecycle.PodRemoved || ev.Type == lifecycle.PodDeleted && !static
	a.step(p, *ev)
	switch ev.Type {
	case lifecycle.PodDeleted:
		marked := p.machine.Object()
		if shown := p.change.Load(); !marked.DeletionTimestamp.Equal(shown.deletedAt) {
			a.pods.publish(p, func(c *Change) {
				c.deletedAt, c.grace = marked.DeletionTimestamp, marked.DeletionGracePeriodSeconds
			})
		}
	case lifecycle.PodUpdated:
		a.pods.publish(p, func(c *Change) { c.spec = p.machine.Wanted().Pod() })
	}
}

// follow carries out one action.
func (a *Agent) follow(p *pod, act *lifecycle.Action) {
	switch act.Type {
	case lifecycle.RecordEvent:
		a.recorder.event(p, act)
	case lifecycle.StatusChanged:
		a.pods.publish(p, func(c *Change) { c.Status, c.Reported = act.Status, act.Reported })
	case lifecycle.PodFinished:
		if next := a.static.release(p); next != nil {
			a.mail.post(message{pod: next, kind: messageEvent, ev: lifecycle.Event{Type: lifecycle.NameFree}})
		}
		a.pods.publish(p, func(c *Change) { c.Finished = true })
	case lifecycle.ProbeCounted, lifecycle.ProbeSkipped, lifecycle.ProbeResultSet, lifecycle.Decided, lifecycle.Synced,
		lifecycle.DroppedEvent: // for the timeline alone
	default:
		p.open++
		a.perform(p, act)
	}
}
