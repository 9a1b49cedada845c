package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
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
	Work  work  `json:"work"` // 0: no pass is under way
	Stage stage `json:"stage"`
	// wakeAt is when a pass that waits for a snapshot goes on.
	WakeAt time.Time `json:"wakeAt,omitzero"`
	// op is the request that the pass waits for; 0: none.
	Op uint64 `json:"waitsForOp,omitempty"`
	// answer is what came back for op.
	Answer *Event `json:"-"`

	Snapshot   *inventory.Snapshot `json:"snapshot,omitempty"`
	Plan       plan.Plan           `json:"plan,omitzero"`
	RestartAll bool                `json:"restartAll,omitempty"`
	Deletion   deletion            `json:"deletion,omitzero"`        // of the pod object that the pass began with (P33)
	HasGrace   bool                `json:"overridesGrace,omitempty"` // of the terminating pass
	Grace      int64               `json:"graceSeconds,omitempty"`

	SandboxErr string `json:"sandboxError,omitempty"` // why a sandbox could not be stopped (S75)

	Next  int        `json:"next,omitempty"`  // position in the list that the stage works on
	Queue []uint64   `json:"queue,omitempty"` // instances or sandboxes of a stage that removes or stops
	Start startState `json:"start,omitzero"`
	Sync  syncResult `json:"sync,omitzero"`
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
	c.Plan.Start = append([]int(nil), s.Plan.Start...)
	c.Plan.Kill = append([]plan.Kill(nil), s.Plan.Kill...)
	c.Plan.Reset = append([]plan.Reset(nil), s.Plan.Reset...)
	c.Queue = append([]uint64(nil), s.Queue...)
	return c
}

// written is the pass as a snapshot has it; nil: none is under way.
func (s *pass) written() *pass {
	if s.Work == 0 {
		return nil
	}
	c := s.clone()
	c.Snapshot = s.Snapshot.Clone()
	return &c
}

// runPass begins a pass or takes it further; false: there is nothing to do, or
// it waits.
func (p *Pod) runPass() bool {
	switch {
	case p.pass.Work == 0:
		return p.beginPass()
	case p.pass.Op != 0 || p.kills.Busy():
		return false
	case p.pass.WakeAt.After(p.now):
		return false
	}
	p.pass.WakeAt = time.Time{}
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
	p.pass = pass{Work: workSync, Stage: stageSnapshot, Deletion: p.deletion, HasGrace: w.Pending.HasGrace,
		Grace: w.Pending.Grace}
	switch {
	case w.Terminated:
		p.pass.Work = workTerminated
	case w.Terminating:
		p.pass.Work = workTerminating
	}
	w.Pending = nil
	p.kills.Begin(false)
	return true
}

// inherited reports whether a call of an earlier kubelet process still changes
// the runtime. A new process takes so long to come up that they are over by then.
func (p *Pod) inherited() bool {
	return slices.ContainsFunc(p.out.requests, func(r openRequest) bool {
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
	switch p.pass.Stage {
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
	p.pass.Snapshot = p.pleg.Cached()
	p.pass.Stage = stageStatus
}

func (p *Pod) beginWork() {
	switch p.pass.Work {
	case workSync:
		p.syncPod()
	case workTerminating:
		p.terminatePod()
	case workTerminated:
		p.finishPod()
	}
}

// await makes the pass wait for a request's answer.
func (p *Pod) await(op uint64) { p.pass.Op = op }

// answered returns the answer that the pass waited for, once.
func (p *Pod) answered() *Event {
	ev := p.pass.Answer
	p.pass.Answer = nil
	return ev
}

// fail ends the pass with an error.
func (p *Pod) fail() {
	p.pass.Sync.Failed = true
	p.pass.Stage = stageEnd
}

// endPass completes the pass: what comes next, and when (R33, R37, T22).
func (p *Pod) endPass() {
	s := p.pass.Sync
	p.worker.LastSync = p.now
	if p.pass.Work == workSync && s.Acted && !s.Failed {
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
	case p.pass.Work == workTerminating && !s.Failed:
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
	for len(p.pass.Queue) > 0 {
		id := p.pass.Queue[0]
		p.pass.Queue = p.pass.Queue[1:]
		if op := p.removeInstance(id); op != 0 {
			p.await(op)
			return
		}
	}
	if p.pass.Stage == stagePurge {
		p.prune()
		return
	}
	p.pass.Stage = stageRunSandbox
}

// purge removes all instances of the init list (S2).
func (p *Pod) purge() {
	p.pass.Stage = stagePurge
	for i := p.t.spec.Regular; i < p.t.Containers(); i++ {
		for j := range p.pass.Snapshot.Instances {
			if c := &p.pass.Snapshot.Instances[j]; c.Container == i {
				p.pass.Queue = append(p.pass.Queue, c.ID)
			}
		}
	}
}

// prune removes all but the newest dead instance of each init container (S12).
func (p *Pod) prune() {
	p.pass.Stage = stagePrune
	for i := p.t.spec.Regular; i < p.t.Containers(); i++ {
		kept := false
		for j := range p.pass.Snapshot.Instances {
			c := &p.pass.Snapshot.Instances[j]
			dead := c.State == restart.StateExited || c.State == restart.StateUnknown
			if c.Container != i || !dead {
				continue
			}
			if kept {
				p.pass.Queue = append(p.pass.Queue, c.ID)
			}
			kept = true
		}
	}
}
