package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/podclock/podclock/lifecycle"
)

// Agent runs pods. Make one with [New] and start it with [Agent.Run]. Call all
// other methods at any time and from any goroutine: they do not block. Once the
// agent runs, it does what they ask for in the order of the calls.
type Agent struct {
	o     Options
	mail  mailbox
	pods  registry
	begun atomic.Bool

	// The rest belongs to the loop. Each part has its own state and rules, and
	// takes the time as an argument: the agent only wires them.

	// When it wakes.
	time      steady
	now       time.Time // read once for each wake
	deadlines deadlines
	alarm     alarm
	late      *clock.Timer // for listLate

	// What it knows.
	state     stateDir
	restored  []*pod // from the state directory, until they are adopted
	owners    owners
	static    staticNames
	noNetwork string // why there is no network; empty if there is one

	// What it sets off.
	calls    calls
	pulls    pullQueue
	probes   probePool
	drain    drain
	recorder recorder
}

// New returns an agent. It starts with the pods saved in Options.StateDir, and
// holds a lock on that directory until Run returns or its process ends. New
// fails if there is no Runtime, if the configuration is invalid, and if the
// directory cannot be read, belongs to another agent, or is open to other users.
func New(o Options) (*Agent, error) {
	if o.Runtime == nil {
		return nil, errors.New("agent: Options.Runtime: there is none; give what runs the containers")
	}
	if _, err := o.Config.Restart.Limits(); err != nil {
		return nil, fmt.Errorf("agent: Options.Config: %w", err)
	}
	o = o.filled()
	a := &Agent{
		o: o, mail: newMailbox(), time: steady{clock: o.Clock},
		owners: newOwners(), static: staticNames{}, pulls: pullQueue{parallel: o.ParallelPulls},
		recorder: recorder{onRecord: o.OnRecord, events: o.EventRecorder},
	}
	a.pods = newRegistry(&a.mail, o.OnStatus)
	a.alarm = alarm{clock: o.Clock, slack: o.Slack, ring: a.mail.poke}
	a.calls.init(&a.mail)
	a.probes.init(&a.calls, o.Prober, o.Runtime)
	a.drain = drain{o: &a.o, mail: &a.mail, pods: &a.pods, calls: &a.calls}
	var err error
	if a.state, err = openStateDir(o.StateDir, o.Logger); err != nil {
		return nil, err
	}
	if err := a.load(); err != nil {
		a.state.close()
		return nil, err
	}
	return a, nil
}

// load reads the pods of the state directory.
func (a *Agent) load() (err error) {
	if a.restored, err = a.state.load(a.restore); err != nil {
		return err
	}
	a.pods.restore(a.restored)
	return nil
}

// restore makes a pod of its written form.
func (a *Agent) restore(s *savedPod) (*pod, error) {
	p := s.pod()
	machine, err := lifecycle.Restore(s.Machine, a.o.Config, a.podTiming(p))
	if err != nil {
		return nil, err
	}
	p.continueAs(machine)
	return p, nil
}

// Run runs the pods until ctx ends. Call it once. It adopts what an earlier
// agent left in the runtime if Options.StateDir knows of it, and stops and
// removes the rest. It returns when all calls under way have returned, which takes
// as long as the runtime needs after their context has ended: every five seconds
// the Logger says what Run waits for. It fails if the runtime cannot be listed.
//
// Containers keep running after Run, as they do when a kubelet stops. To end
// them, call Drain first.
func (a *Agent) Run(ctx context.Context) error {
	if a.begun.Swap(true) {
		return errors.New("agent: Run was called before: make a new agent")
	}
	defer a.state.close()
	defer a.end() // before the lock goes: calls under way still change the runtime
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.calls.open(ctx)
	a.o.Runtime.Subscribe(func(n Notice) { a.mail.post(message{kind: messageNotice, notice: &n}) })
	if err := a.adopt(ctx); err != nil {
		return err
	}
	a.loop(ctx)
	return nil
}

// end refuses new work, and waits for the calls under way, whose context has
// ended.
func (a *Agent) end() {
	a.alarm.stop()
	if a.late != nil {
		a.late.Stop()
	}
	a.drain.stop()
	a.pods.close()
	a.probes.close()
	a.calls.wait(a.o.Clock, a.sayWhatGoesOn)
}

// sayWhatGoesOn says which calls have not returned though their context has ended.
func (a *Agent) sayWhatGoesOn() {
	now, _ := a.time.read()
	a.o.Logger.Warn("waiting for calls that go on though their context has ended; those not named are probes", "calls",
		a.calls.texts(now, nil))
}

// loop is the goroutine that owns the machines. A wake is only a hint: it looks
// for messages, then for machines that are due, and sleeps when there is none.
// At one instant messages come before deadlines, including messages that follow
// from others at once. A machine that is already late does not wait for the
// mailbox to be empty.
func (a *Agent) loop(ctx context.Context) {
	var batch []message
	for ctx.Err() == nil {
		var setBack bool
		a.now, setBack = a.time.read()
		a.calls.now = a.now
		batch = a.mail.take(batch)
		a.owners.gather(batch)
		for i := range batch {
			a.takeIn(&batch[i])
		}
		for a.wake(a.now.Add(-1)) {
		}
		if len(batch) > 0 || a.wake(a.now) || !a.sleep(setBack) {
			continue
		}
		select {
		case <-a.mail.wake:
		case <-ctx.Done():
		}
	}
}

// wake steps the first machine whose deadline is not after t, and reports whether
// there is one. After a step a machine's deadline is later than now.
func (a *Agent) wake(t time.Time) bool {
	p, ok := a.deadlines.next()
	if !ok || p.wakeAt.After(t) {
		return false
	}
	a.step(p)
	return true
}

// sleep sets the alarm to the first deadline. It reports false if that has passed
// meanwhile: a mock clock would not fire a timer that is due at once.
func (a *Agent) sleep(setBack bool) bool {
	p, ok := a.deadlines.next()
	if !ok {
		return true
	}
	now, back := a.time.read()
	if !p.wakeAt.After(now) {
		return false
	}
	a.alarm.set(now, p.wakeAt, setBack || back)
	return true
}

// takeIn handles one message.
func (a *Agent) takeIn(m *message) {
	switch m.kind {
	case messageAdd:
		a.arrive(m.pod)
	case messageEvent:
		a.tellFact(m.pod, &m.ev)
	case messageNetwork:
		a.networkChanged(&m.ev)
	case messageAnswer:
		a.answered(m)
	case messageNotice:
		a.noticed(m)
	case messageSwept:
		a.forget(m.pod)
	case messageLate:
		a.listLate()
	case messageListed:
		a.remove(a.owners.unowned(m.have, a.pods.get))
	case messageDrain:
		a.drain.begin(a.now, func(p *pod) { a.tellFact(p, &lifecycle.Event{Type: lifecycle.PodRemoved}) })
	case messageKill:
		a.drain.killAll(a.now, m.killed)
	case messageOverdue:
		a.drain.kill(a.now, m.pod, new(sync.WaitGroup))
	case messageSay:
		a.drain.sayWhatIsLeft(a.now)
	}
}
