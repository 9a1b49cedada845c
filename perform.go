package podclock

import (
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// step gives a happening to a pod's machine and carries out what follows.
func (s *Simulation) step(pod int32, events ...*lifecycle.Event) {
	p := s.pods[pod]
	if p.machine == nil {
		return
	}
	now := s.Now()
	s.events = s.events[:0]
	for _, ev := range events {
		if r, ok := p.machine.FactRecord(now, ev); ok {
			p.track.Add(r)
		}
		s.events = append(s.events, *ev)
	}
	if s.options.Tap != nil {
		s.options.Tap(Tap{Pod: p.name, At: now, Events: s.events})
	}
	s.follow(pod, p, p.machine.Step(now, s.events...))
	s.reportPodLeaps(pod, now.Add(1))
	if at, ok := p.machine.Deadline(); ok {
		s.deadlines.Set(pod, at.Sub(s.start), uint64(pod))
	} else {
		s.deadlines.Remove(pod)
	}
}

// reportPodLeaps lets a machine report what it has leapt over before an instant.
func (s *Simulation) reportPodLeaps(pod int32, before time.Time) {
	if p := s.pods[pod]; p.machine != nil {
		s.follow(pod, p, p.machine.ReportLeaps(before))
	}
}

// follow carries out what a machine asks for.
func (s *Simulation) follow(pod int32, p *simPod, actions []lifecycle.Action) {
	for i := range actions {
		a := &actions[i]
		if s.options.Tap != nil {
			s.options.Tap(Tap{Pod: p.name, At: s.Now(), Action: a})
		}
		s.record(p, a)
		s.perform(pod, p, a)
	}
}

// record logs an action, if it is one to be logged.
func (s *Simulation) record(p *simPod, a *lifecycle.Action) {
	if k := lifecycle.ActionRecordKind(a); k == 0 || !s.log.Wants(k) {
		return
	}
	if r, ok := p.machine.ActionRecord(s.Now(), a); ok {
		p.track.Add(r)
	}
}

// perform sets a request off.
func (s *Simulation) perform(pod int32, p *simPod, a *lifecycle.Action) {
	switch a.Type {
	case lifecycle.RunSandbox:
		s.runSandbox(pod, p, a)
	case lifecycle.StopSandbox:
		s.stopSandbox(pod, p, a)
	case lifecycle.InspectImage:
		s.inspectImage(pod, a)
	case lifecycle.PullImage:
		s.pullImage(pod, a)
	case lifecycle.CreateContainer:
		s.createContainer(pod, p, a)
	case lifecycle.StartContainer:
		s.startContainer(pod, p, a)
	case lifecycle.StopContainer:
		s.stopContainer(pod, p, a)
	case lifecycle.RemoveContainer:
		s.removeContainer(pod, p, a)
	case lifecycle.RemoveSandbox:
		s.removeSandbox(pod, a)
	case lifecycle.RunHook:
		s.runHook(pod, p, a)
	case lifecycle.RunProbe:
		s.runProbe(pod, p, a)
	}
}

// after queues the completion of a request.
func (s *Simulation) after(d time.Duration, t task) int32 {
	place, slot := s.queue.add(s.now, s.now+d, completion)
	*place = t
	return slot
}

// play does what a task says, now that its time has come.
func (s *Simulation) play(slot int32) {
	t := &s.queue.tasks[slot]
	if t.cancelled {
		s.queue.release(slot)
		return
	}
	if t.kind == taskDeliver {
		s.deliver(t.pod, &t.event) // read before the table can move
		s.queue.release(slot)
		return
	}
	done := *t // what it does may queue others and move the table
	s.queue.release(slot)
	s.playOther(&done)
}

func (s *Simulation) playOther(t *task) {
	switch t.kind {
	case taskFact:
		s.inject(t.fact)
	case taskArrive:
		s.arrive(t.pod)
	case taskSandbox:
		s.sandboxRun(t)
	case taskNoSandbox:
		s.sandboxStopped(t)
	case taskCollapse:
		s.sandboxDies(t.pod, t.instance)
	case taskPulled:
		s.imagePulled(t)
	case taskCreated:
		s.containerCreated(t)
	case taskStarted:
		s.containerStarted(t)
	case taskExit:
		s.exit(t.pod, t.instance, &t.event)
	case taskLostEnd:
		s.endLost(t.pod, t.instance)
	case taskRemoved:
		s.pods[t.pod].forget(t.event.Instance)
		s.step(t.pod, &t.event)
	case taskNote:
		s.note(t)
	case taskOutageEnd:
		s.endOutage(t.n)
	}
}

// deliver gives the answer of a probe, a hook or a plain request to the machine.
func (s *Simulation) deliver(pod int32, ev *lifecycle.Event) {
	p := s.pods[pod]
	switch ev.Type {
	case lifecycle.ProbeFinished:
		c := p.instance(ev.Instance)
		if c == nil || c.state != running {
			ev.Answer.Until = time.Time{} // it ended meanwhile, and its promise with it
		} else if len(c.inflight) > 0 {
			c.landed(ev.Op)
		}
	case lifecycle.HookFinished:
		if c := p.instance(ev.Instance); c != nil {
			c.landed(ev.Op)
		}
	}
	s.step(pod, ev)
}

// arrive tells the kubelet of a pod.
func (s *Simulation) arrive(pod int32) {
	p := s.pods[pod]
	p.machine = lifecycle.New(p.template, p.identity, s.podTiming(int(pod)), s.Now())
	if p.refused != nil {
		s.stepAll([]int32{pod}, p.refused.event())
		return
	}
	s.step(pod, s.finds(p)...)
}

// finds is what a pod finds at its arrival.
func (s *Simulation) finds(p *simPod) (facts []*lifecycle.Event) {
	if p.nameTaken {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NameTaken})
	}
	if s.noNetwork != "" {
		facts = append(facts, &lifecycle.Event{Type: lifecycle.NetworkDown, Err: s.noNetwork})
	}
	return facts
}

// note tells the timeline that an app changes its ways, if that run still runs.
func (s *Simulation) note(t *task) {
	p := s.pods[t.pod]
	c := p.instance(t.instance)
	if c == nil || c.state != running || !s.log.Keeps(timeline.Fact) {
		return
	}
	p.track.Add(timeline.Record{
		At: s.Now(), Kind: timeline.Fact, Container: p.template.Container(c.container).Name,
		Run: int(c.attempt), Reason: t.note.Reason, Message: t.note.Text,
	})
}
