package agent

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// step gives a happening to a pod's machine and carries out what follows. What
// that needs is kept first.
func (a *Agent) step(p *pod, happening ...lifecycle.Event) {
	for i := range happening {
		a.recordFact(p, &happening[i])
	}
	actions := a.stepMachine(p, happening)
	a.state.keep(p, happening, actions)
	for i := range actions {
		a.record(p, &actions[i])
		a.follow(p, &actions[i])
	}
	at, ok := p.machine.Deadline()
	a.deadlines.set(p, at, ok)
	if p.leaving {
		a.letGo(p)
	}
}

func (a *Agent) stepMachine(p *pod, happening []lifecycle.Event) []lifecycle.Action {
	if p.track != nil {
		return p.track.Step(p.machine, a.now, happening...)
	}
	return p.machine.Step(a.now, happening...)
}

func (a *Agent) recordFact(p *pod, ev *lifecycle.Event) {
	if a.o.OnRecord == nil {
		return
	}
	if r, ok := p.machine.FactRecord(a.now, ev); ok {
		a.deliver(p, r)
	}
}

func (a *Agent) record(p *pod, act *lifecycle.Action) {
	if a.o.OnRecord == nil {
		return
	}
	if r, ok := p.machine.ActionRecord(a.now, act); ok {
		a.deliver(p, r)
	}
}

func (a *Agent) deliver(p *pod, r timeline.Record) {
	r.Pod = p.fullName()
	a.o.OnRecord(p.identity, r)
}

// arrive makes the machine of a pod, and tells it what it finds.
func (a *Agent) arrive(p *pod) {
	p.machine = lifecycle.New(p.template, p.identity, a.podTiming(p), a.now)
	a.step(p, a.finds(p)...)
}

// finds is what a pod finds at its arrival.
func (a *Agent) finds(p *pod) (facts []lifecycle.Event) {
	if a.o.Admit != nil {
		if refusal := a.o.Admit(p.template.Pod()); refusal != nil {
			return []lifecycle.Event{{Type: lifecycle.PodRefused, Eviction: refusal}}
		}
	}
	if p.template.Static() && a.claim(p) {
		facts = append(facts, lifecycle.Event{Type: lifecycle.NameTaken})
	}
	if a.noNetwork != "" {
		facts = append(facts, lifecycle.Event{Type: lifecycle.NetworkDown, Err: a.noNetwork})
	}
	return facts
}

// claim notes the name of a static pod, and reports whether another has it: only
// one of a name runs at a time (S84).
func (a *Agent) claim(p *pod) bool {
	name := p.fullName()
	a.static[name] = append(a.static[name], p)
	return len(a.static[name]) > 1
}

// networkChanged tells all pods.
func (a *Agent) networkChanged(ev *lifecycle.Event) {
	a.noNetwork = ev.Err
	a.mu.Lock()
	pods := slices.Clone(a.pods)
	a.mu.Unlock()
	for _, p := range pods {
		if p.machine != nil { // else it finds it so
			a.tellFact(p, ev)
		}
	}
}

// release gives the name of a finished static pod to the next one.
func (a *Agent) release(p *pod) {
	name := p.fullName()
	line := a.static[name]
	for i := range line {
		if line[i] != p {
			continue
		}
		line = append(line[:i:i], line[i+1:]...)
		if a.static[name] = line; len(line) == 0 {
			delete(a.static, name)
		} else if i == 0 {
			a.mail.post(message{pod: line[0], kind: messageEvent, ev: lifecycle.Event{Type: lifecycle.NameFree}})
		}
		return
	}
}

// tellFact gives a fact from outside to a pod's machine, and shows in the pod
// object what the fact changes there.
func (a *Agent) tellFact(p *pod, ev *lifecycle.Event) {
	if p.sweeping {
		return
	}
	static := p.template.Static() // of which only the mirror is deleted (S84)
	p.leaving = p.leaving || ev.Type == lifecycle.PodRemoved || ev.Type == lifecycle.PodDeleted && !static
	a.step(p, *ev)
	switch ev.Type {
	case lifecycle.PodDeleted:
		marked := p.machine.Object()
		if shown := p.change.Load(); !marked.DeletionTimestamp.Equal(shown.deletedAt) {
			a.publish(p, func(c *Change) { c.deletedAt, c.grace = marked.DeletionTimestamp, marked.DeletionGracePeriodSeconds })
		}
	case lifecycle.PodUpdated:
		a.publish(p, func(c *Change) { c.spec = p.machine.Wanted().Pod() })
	}
}

// follow carries out one action.
func (a *Agent) follow(p *pod, act *lifecycle.Action) {
	switch act.Type {
	case lifecycle.RecordEvent:
		a.recordEvent(p, act.Container, act.Severity, act.Reason, act.Message)
	case lifecycle.StatusChanged:
		a.publish(p, func(c *Change) { c.Status, c.Reported = act.Status, act.Reported })
	case lifecycle.PodFinished:
		a.release(p)
		a.publish(p, func(c *Change) { c.Finished = true })
	case lifecycle.ProbeCounted, lifecycle.ProbeSkipped, lifecycle.ProbeResultSet, lifecycle.Decided, lifecycle.Synced,
		lifecycle.DroppedEvent: // for the timeline alone
	default:
		p.open++
		a.perform(p, act)
	}
}

// recordEvent gives an event of a pod, or of its container, to the recorder.
func (a *Agent) recordEvent(p *pod, container int, eventType, reason, message string) {
	if a.o.EventRecorder == nil {
		return
	}
	a.o.EventRecorder.Event(&corev1.ObjectReference{
		APIVersion: "v1", Kind: "Pod", Namespace: p.identity.Namespace, Name: p.identity.Name, UID: p.identity.UID,
		FieldPath: p.machine.Template().FieldPath(container),
	}, eventType, reason, message)
}
