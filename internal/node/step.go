package node

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// step gives events to a pod's machine and carries out the actions that it returns.
func (n *Node) step(pod int32, events ...*lifecycle.Event) {
	p := n.pods[pod]
	if p.machine == nil {
		return
	}
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
	n.follow(pod, p, p.machine.Step(now, n.events...))
	n.reportLeaps(pod, now.Add(1))
	at, ok := p.machine.Deadline()
	n.deadline(pod, at, ok)
}

// reportLeaps makes a machine report the probe passes that it has skipped before an
// instant.
func (n *Node) reportLeaps(pod int32, before time.Time) {
	if p := n.pods[pod]; p.machine != nil {
		n.follow(pod, p, p.machine.ReportLeaps(before))
	}
}

// follow carries out the actions of a machine.
func (n *Node) follow(pod int32, p *Pod, actions []lifecycle.Action) {
	for i := range actions {
		a := &actions[i]
		if n.options.Tap != nil {
			n.options.Tap(Tap{Pod: p.Name, At: n.instant, Action: a})
		}
		p.record(n.log, n.instant, a, n.options.View)
		n.perform(pod, p, a)
	}
}

// record adds the record of an action to the timeline, if the action has one.
func (p *Pod) record(log *timeline.Timeline, now time.Time, a *lifecycle.Action, v lifecycle.View) {
	if k := lifecycle.ActionRecordKind(a); k == 0 || !log.Wants(k) {
		return
	}
	if r, ok := p.machine.ActionRecord(now, a, v); ok {
		p.track.Add(r)
	}
}

// perform begins a request.
func (n *Node) perform(pod int32, p *Pod, a *lifecycle.Action) {
	switch a.Type {
	case lifecycle.RunSandbox:
		n.runSandbox(pod, p, a)
	case lifecycle.StopSandbox:
		n.stopSandbox(pod, p, a)
	case lifecycle.InspectImage:
		n.inspectImage(pod, a)
	case lifecycle.PullImage:
		n.pullImage(pod, a)
	case lifecycle.CreateContainer:
		n.createContainer(pod, p, a)
	case lifecycle.StartContainer:
		n.startContainer(pod, p, a)
	case lifecycle.StopContainer:
		n.stopContainer(pod, p, a)
	case lifecycle.RemoveContainer:
		n.removeContainer(pod, p, a)
	case lifecycle.RemoveSandbox:
		n.removeSandbox(pod, a)
	case lifecycle.RunHook:
		n.runHook(pod, p, a)
	case lifecycle.RunProbe:
		n.runProbe(pod, p, a)
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
		n.deliver(t.pod, &t.event) // before tasks can move
		n.queue.release(slot)
		return
	}
	done := *t // a copy, since queueing others can move the tasks
	n.queue.release(slot)
	n.playOther(&done)
}

func (n *Node) playOther(t *task) {
	switch t.kind {
	case taskHappening:
		n.host.Happen(t.happening)
	case taskArrive:
		n.arrive(t.pod)
	case taskSandbox:
		n.sandboxRun(t)
	case taskNoSandbox:
		n.sandboxStopped(t)
	case taskCollapse:
		n.sandboxDies(t.pod, t.instance)
	case taskPulled:
		n.imagePulled(t)
	case taskCreated:
		n.containerCreated(t)
	case taskStarted:
		n.containerStarted(t)
	case taskExit:
		n.exit(t.pod, t.instance, &t.event)
	case taskLostEnd:
		n.endLost(t.pod, t.instance)
	case taskRemoved:
		n.pods[t.pod].forget(t.event.Instance)
		n.step(t.pod, &t.event)
	case taskNote:
		n.note(t)
	}
}

// deliver gives the answer of a probe, a hook or a plain request to the machine.
func (n *Node) deliver(pod int32, ev *lifecycle.Event) {
	p := n.pods[pod]
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
	n.step(pod, ev)
}

// arrive makes the kubelet learn of a pod.
func (n *Node) arrive(pod int32) {
	p := n.pods[pod]
	p.machine = lifecycle.New(p.Template, p.Identity, n.options.podTiming(int(pod)), n.instant)
	if p.refusal != nil {
		n.Group([]int32{pod}).Tell(*p.refusal)
		return
	}
	n.step(pod, n.finds(p)...)
}

// finds returns the facts that a pod's machine is given at its arrival.
func (n *Node) finds(p *Pod) (facts []*lifecycle.Event) {
	if p.NameTaken {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NameTaken})
	}
	if n.noNetwork != "" {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NetworkDown, Err: n.noNetwork})
	}
	return facts
}

// note records a change of an app's behaviour, unless the run has ended.
func (n *Node) note(t *task) {
	p := n.pods[t.pod]
	c := p.instance(t.instance)
	if c == nil || c.state != running || !n.log.Keeps(timeline.Fact) {
		return
	}
	p.track.Add(timeline.Record{
		At: n.instant, Kind: timeline.Fact, Container: p.Template.Container(c.container).Name,
		Run: int(c.attempt), Reason: t.note.Reason, Message: t.note.Text,
	})
}
