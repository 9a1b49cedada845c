package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// step gives events to a pod's machine and carries out the actions that it returns.
func (p *Pod) step(events ...*lifecycle.Event) {
	if p.machine == nil {
		return
	}
	n := p.node
	now := n.instant
	n.events = n.events[:0]
	for _, ev := range events {
		if r, ok := p.machine.FactRecord(now, ev); ok {
			p.track.Add(r)
		}
		n.events = append(n.events, *ev)
	}
	if n.options.Tap != nil {
		n.options.Tap(Tap{Pod: p.Name, At: now, Events: n.events})
	}
	p.follow(p.machine.Step(now, n.events...))
	p.reportLeaps(now.Add(1))
	if n.options.Explain && !p.stepped {
		p.stepped = true
		n.stepped = append(n.stepped, p.number)
	}
	at, ok := p.machine.Deadline()
	n.deadline(p.number, at, ok)
}

// reportLeaps makes a machine report the probe passes that it has skipped before an
// instant.
func (p *Pod) reportLeaps(before time.Time) {
	if p.machine != nil {
		p.follow(p.machine.ReportLeaps(before))
	}
}

// follow carries out the actions of a machine.
func (p *Pod) follow(actions []lifecycle.Action) {
	for i := range actions {
		a := &actions[i]
		if p.node.options.Tap != nil {
			p.node.options.Tap(Tap{Pod: p.Name, At: p.node.instant, Action: a})
		}
		p.record(a)
		p.perform(a)
	}
}

// record adds the record of an action to the timeline, if the action has one.
func (p *Pod) record(a *lifecycle.Action) {
	n := p.node
	if k := lifecycle.ActionRecordKind(a); k == 0 || !n.log.Wants(k) {
		return
	}
	if r, ok := p.machine.ActionRecord(n.instant, a, n.options.View); ok {
		p.track.Add(r)
	}
}

// perform begins a request.
func (p *Pod) perform(a *lifecycle.Action) {
	switch a.Type {
	case lifecycle.RunSandbox:
		p.runSandbox(a)
	case lifecycle.StopSandbox:
		p.stopSandbox(a)
	case lifecycle.InspectImage:
		p.inspectImage(a)
	case lifecycle.PullImage:
		p.pullImage(a)
	case lifecycle.CreateContainer:
		p.createContainer(a)
	case lifecycle.StartContainer:
		p.startContainer(a)
	case lifecycle.StopContainer:
		p.stopContainer(a)
	case lifecycle.RemoveContainer:
		p.removeContainer(a)
	case lifecycle.RemoveSandbox:
		p.removeSandbox(a)
	case lifecycle.RunHook:
		p.runHook(a)
	case lifecycle.RunProbe:
		p.runProbe(a)
	default:
		if a.Type.IsRequest() {
			panic("node: no way to perform " + a.Type.String())
		}
	}
}

// play does a task that is due.
func (n *Node) play(slot int32) {
	t := &n.queue.tasks[slot]
	if t.cancelled {
		n.queue.release(slot)
		return
	}
	if t.kind == taskDeliver {
		n.pods[t.pod].deliver(&t.event) // before tasks can move
		n.queue.release(slot)
		return
	}
	done := *t // a copy, since queueing others can move the tasks
	n.unplan(&done, slot)
	n.queue.release(slot)
	n.playOther(&done)
}

// unplan takes a task that is played off the list of what is planned for its instance: its
// slot is somebody else's from now on.
func (n *Node) unplan(t *task, slot int32) {
	if t.kind != taskExit && t.kind != taskNote {
		return
	}
	if c := n.pods[t.pod].instance(t.instance); c != nil {
		c.planned = slices.DeleteFunc(c.planned, func(s int32) bool { return s == slot })
	}
}

func (n *Node) playOther(t *task) {
	if t.kind == taskHappening {
		n.host.Happen(t.happening)
		return
	}
	n.pods[t.pod].play(t)
}

// play does a task of the pod that is due.
func (p *Pod) play(t *task) {
	switch t.kind {
	case taskArrive:
		p.arrive()
	case taskSandbox:
		p.sandboxRun(t)
	case taskSandboxStopped:
		p.sandboxStopped(t)
	case taskSandboxDies:
		p.sandboxDies(t.instance)
	case taskPulled:
		p.imagePulled(t)
	case taskCreated:
		p.containerCreated(t)
	case taskStarted:
		p.containerStarted(t)
	case taskExit:
		p.exit(t.instance, &t.event)
	case taskLostEnd:
		p.endLost(t.instance)
	case taskRemoved:
		if t.event.Err == "" {
			p.forget(t.event.Instance)
		}
		p.step(&t.event)
	case taskNote:
		p.noteDue(t)
	default:
		panic(fmt.Sprintf("node: no way to play task kind %d", t.kind))
	}
}

// deliver gives the answer of a probe, a hook or a plain request to the machine.
func (p *Pod) deliver(ev *lifecycle.Event) {
	switch ev.Type {
	case lifecycle.ProbeFinished:
		c := p.instance(ev.Instance)
		if c == nil || c.state != running {
			ev.Answer.Until = time.Time{} // the instance has ended, and its promise with it
		} else if len(c.inflight) > 0 {
			c.landed(ev.Op)
		}
	case lifecycle.HookFinished:
		if c := p.instance(ev.Instance); c != nil {
			c.landed(ev.Op)
		}
	}
	p.step(ev)
}

// arrive makes the kubelet learn of a pod.
func (p *Pod) arrive() {
	p.machine = lifecycle.New(p.Template, p.Identity, p.node.options.podTiming(int(p.number)), p.node.instant)
	if p.refusal != nil {
		Group{p}.Tell(*p.refusal)
		return
	}
	p.step(p.finds()...)
}

// finds returns the facts that a pod's machine is given at its arrival.
func (p *Pod) finds() (facts []*lifecycle.Event) {
	if p.NameTaken {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NameTaken})
	}
	if p.node.noNetwork != "" {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NetworkDown, Err: p.node.noNetwork})
	}
	return facts
}

// noteDue records a change of an app's behaviour, unless the run has ended.
func (p *Pod) noteDue(t *task) {
	c := p.instance(t.instance)
	if c == nil || c.state != running || !p.node.log.Keeps(timeline.Fact) {
		return
	}
	p.note(p.Template.Container(c.container).Name, int(c.attempt), t.note.Reason, t.note.Text)
}
