package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/restart"
)

// work is what a pass of the pod worker does.
type work uint8

const (
	workSync work = iota + 1
	workTerminating
	workTerminated
)

// stage is where a pass stands. A pass stops wherever it waits for the runtime,
// and goes on at the same stage when the answer has come.
type stage uint8

const (
	stageSnapshot   stage = iota + 1 // wait for a snapshot newer than the last pass (T12)
	stageStatus                      // build and store the status, decide (T22)
	stagePlan                        // the plan is carried out
	stageKillPod                     // all containers are being stopped
	stageSandboxes                   // sandboxes are stopped, one after another
	stagePurge                       // init container instances are removed (S2)
	stageKill                        // single containers are stopped, one after another (R40)
	stageReset                       // instances are removed for RestartAllContainers (R10)
	stagePrune                       // superfluous dead init instances are removed (S12)
	stageRunSandbox                  // a sandbox is made
	stageStart                       // containers are started, one after another
	stageEnd                         // remember and requeue
)

// pass is one run of the pod worker (a "sync"). The zero value is none.
type pass struct {
	work  work // 0: no pass is under way
	stage stage
	// wakeAt is when a pass that waits for a snapshot goes on.
	wakeAt time.Time
	// op is the request that the pass waits for; 0: none.
	op uint64
	// answer is what came back for op.
	answer *Event

	snapshot   *Runtime
	plan       Plan
	restartAll bool
	deletion   deletion // of the pod object that the pass began with (P33)
	hasGrace   bool     // of the terminating pass
	grace      int64

	sandboxErr string // why a sandbox could not be stopped (S75)

	next  int      // position in the list that the stage works on
	queue []uint64 // instances or sandboxes of a stage that removes or stops
	start startState
	sync  syncResult
}

// syncResult sums up what a sync did (R33, T22).
type syncResult struct {
	Acted    bool      `json:"acted,omitempty"`           // it did something, so that an on-demand relist follows
	Failed   bool      `json:"failed,omitempty"`          // some step failed
	Refused  time.Time `json:"refusedUntil,omitzero"`     // earliest expiry of a refused start (R28); zero: none
	Removed  bool      `json:"removed,omitempty"`         // it removed instances for RestartAllContainers
	Terminal bool      `json:"terminal,omitempty"`        // the status is terminal: the pod goes to termination
	Network  bool      `json:"networkNotReady,omitempty"` // the network was not ready (T7)
}

func (s *pass) clone() pass {
	c := *s
	c.plan.Start = slices.Clone(s.plan.Start)
	c.plan.Kill = slices.Clone(s.plan.Kill)
	c.plan.Reset = slices.Clone(s.plan.Reset)
	c.queue = slices.Clone(s.queue)
	return c
}

// runPass begins a pass or takes it further; false: there is nothing to do, or
// it waits.
func (p *Pod) runPass() bool {
	switch {
	case p.pass.work == 0:
		return p.beginPass()
	case p.pass.op != 0 || p.kills.busy():
		return false
	case p.pass.wakeAt.After(p.now):
		return false
	}
	p.pass.wakeAt = time.Time{}
	p.advance()
	return true
}

// beginPass takes up the pending update.
func (p *Pod) beginPass() bool {
	w := &p.worker
	if w.Pending == nil || w.Finished {
		return false
	}
	if w.Held && w.LastSync.IsZero() {
		p.holdBack()
		return true
	}
	if p.inherited() {
		return false
	}
	p.swapTemplate()
	p.pass = pass{work: workSync, stage: stageSnapshot, deletion: p.deletion, hasGrace: w.Pending.HasGrace, grace: w.Pending.Grace}
	switch {
	case w.Terminated:
		p.pass.work = workTerminated
	case w.Terminating:
		p.pass.work = workTerminating
	}
	w.Pending = nil
	p.kills.begin(false)
	return true
}

// inherited reports whether a call of an earlier kubelet process still changes
// the runtime. A new process takes so long to come up that they are over by then.
func (p *Pod) inherited() bool {
	return slices.ContainsFunc(p.requests, func(r openRequest) bool {
		if r.op > p.worker.Since {
			return false
		}
		switch r.request {
		case RunSandbox, CreateContainer, StartContainer, RemoveContainer:
			return true
		}
		return false
	})
}

// holdBack tries the first sync of a static pod again later: the one that had
// its name before still runs (S84). A pod that is to end by then never begins.
func (p *Pod) holdBack() {
	p.worker.Pending = nil
	if p.worker.Terminating {
		p.finish()
		return
	}
	p.requeue(p.timing.retryError(), true)
}

// advance does the pass' present stage.
func (p *Pod) advance() {
	switch p.pass.stage {
	case stageSnapshot:
		p.takeSnapshot()
	case stageStatus:
		p.beginWork()
	case stagePlan:
		p.carryOut()
	case stageKillPod:
		p.podKilled()
	case stageSandboxes:
		p.stopSandboxes()
	case stagePurge, stagePrune:
		p.removeQueued()
	case stageKill:
		p.killNext()
	case stageReset:
		p.resetNext()
	case stageRunSandbox:
		p.runSandbox()
	case stageStart:
		p.startNext()
	case stageEnd:
		p.endPass()
	default:
		panic("lifecycle: pass in no stage")
	}
}

func (p *Pod) takeSnapshot() {
	if !p.newerSnapshot() {
		return // wakeAt is set
	}
	p.pass.snapshot = p.snapshot()
	p.pass.stage = stageStatus
}

func (p *Pod) beginWork() {
	switch p.pass.work {
	case workSync:
		p.syncPod()
	case workTerminating:
		p.terminatePod()
	case workTerminated:
		p.finishPod()
	}
}

// await makes the pass wait for a request's answer.
func (p *Pod) await(op uint64) { p.pass.op = op }

// answered returns the answer that the pass waited for, once.
func (p *Pod) answered() *Event {
	ev := p.pass.answer
	p.pass.answer = nil
	return ev
}

// fail ends the pass with an error.
func (p *Pod) fail() {
	p.pass.sync.Failed = true
	p.pass.stage = stageEnd
}

// endPass completes the pass: what comes next, and when (R33, R37, T22).
func (p *Pod) endPass() {
	s := p.pass.sync
	p.worker.LastSync = p.now
	if p.pass.work == workSync && s.Acted && !s.Failed {
		p.requestRelist()
	}
	if s.Removed && !s.Failed {
		p.requestSync() // R10
	}
	switch {
	case s.Terminal:
		p.worker.Terminating = true
		p.requeueLast()
		p.requeue(0, false)
	case p.pass.work == workTerminating && !s.Failed:
		p.worker.Terminated = true
		p.requeueLast()
		p.requeue(0, false)
		p.report()
	default:
		p.requeueSync(s)
	}
	p.pass = pass{}
}

// requeueSync sets the next sync after one that changed nothing for good (R33).
func (p *Pod) requeueSync(s syncResult) {
	switch {
	case !s.Failed && p.timing.Resync == 0:
		p.requeue(-1, false)
	case !s.Failed:
		p.requeue(p.timing.Resync, true)
	case s.Network:
		p.requeue(p.timing.retryNetwork(), true)
	case !s.Refused.IsZero():
		p.requeue(p.timing.retryRefused(s.Refused.Sub(p.now)), true)
	default:
		p.requeue(p.timing.retryError(), true)
	}
}

// refuse notes the expiry of a refused start.
func (s *syncResult) refuse(until time.Time) {
	s.Failed = true
	if s.Refused.IsZero() || until.Before(s.Refused) {
		s.Refused = until
	}
}

// removeQueued removes the queued instances one after another; failures are
// the runtime's to log (S2, S12).
func (p *Pod) removeQueued() {
	p.answered()
	for len(p.pass.queue) > 0 {
		id := p.pass.queue[0]
		p.pass.queue = p.pass.queue[1:]
		if op := p.removeInstance(id); op != 0 {
			p.await(op)
			return
		}
	}
	if p.pass.stage == stagePurge {
		p.prune()
		return
	}
	p.pass.stage = stageRunSandbox
}

// purge removes all instances of the init list (S2).
func (p *Pod) purge() {
	p.pass.stage = stagePurge
	for i := p.t.regular(); i < p.t.Containers(); i++ {
		for j := range p.pass.snapshot.Instances {
			if c := &p.pass.snapshot.Instances[j]; c.Container == i {
				p.pass.queue = append(p.pass.queue, c.ID)
			}
		}
	}
}

// prune removes all but the newest dead instance of each init container (S12).
func (p *Pod) prune() {
	p.pass.stage = stagePrune
	for i := p.t.regular(); i < p.t.Containers(); i++ {
		kept := false
		for j := range p.pass.snapshot.Instances {
			c := &p.pass.snapshot.Instances[j]
			dead := c.State == restart.StateExited || c.State == restart.StateUnknown
			if c.Container != i || !dead {
				continue
			}
			if kept {
				p.pass.queue = append(p.pass.queue, c.ID)
			}
			kept = true
		}
	}
}
