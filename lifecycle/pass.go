package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/internal/execute"
)

// work is what a pass of the pod worker does.
type work uint8

const (
	workSync work = iota + 1
	workTerminating
	workTerminated
)

// pass is one run of the pod worker (a "sync"). The zero value is none.
type pass struct {
	Work        work `json:"work"` // 0: no pass is under way
	execute.Run      // what the pass does to the runtime, and where it stands

	RestartAll bool     `json:"restartAll,omitempty"`
	Deletion   deletion `json:"deletion,omitzero"`        // of the pod object that the pass began with (P33)
	HasGrace   bool     `json:"overridesGrace,omitempty"` // of the terminating pass
	Grace      int64    `json:"graceSeconds,omitempty"`

	Terminal  bool `json:"terminal,omitempty"`        // the status is terminal: the pod goes to termination (T22)
	NoNetwork bool `json:"networkNotReady,omitempty"` // the network was not ready (T7)
}

func (s *pass) clone() pass {
	c := *s
	c.Run = s.Run.Clone()
	return c
}

// written is the pass as a snapshot has it; nil: none is under way.
func (s *pass) written() *pass {
	if s.Work == 0 {
		return nil
	}
	c := *s
	c.Run = s.Run.Written()
	return &c
}

// runPass begins a pass or takes it further; false: there is nothing to do, or
// it waits.
func (p *Pod) runPass() bool {
	if p.pass.Work == 0 {
		return p.beginPass()
	}
	if !p.pass.Due(p.now, &p.kills) {
		return false
	}
	p.pass.Wake()
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
	if p.out.changesRuntime(w.Since) { // a new process takes so long to come up that such calls are over by then
		return false
	}
	p.swapTemplate()
	p.pass = pass{Work: w.work(), Run: execute.Begin(), Deletion: p.object.deletion, HasGrace: w.Pending.HasGrace,
		Grace: w.Pending.Grace}
	w.Pending = nil
	p.kills.Begin(false)
	return true
}

// holdBack tries the first sync of a static pod again later: the one that had
// its name before still runs (S84). A pod that is to end by then never begins.
func (p *Pod) holdBack() {
	p.worker.Pending = nil
	if p.worker.Terminating {
		p.finish()
		return
	}
	p.requeue(p.timing.Chance.Requeue(p.now, p.timing.retryError()))
}

// advance does the pass' present stage.
func (p *Pod) advance() {
	switch p.pass.Stage {
	case execute.StageSnapshot:
		if p.newerSnapshot() {
			p.pass.Read(p.pleg.Cached())
		}
	case execute.StageStatus:
		p.beginWork()
	case execute.StageEnd:
		p.endPass()
	default:
		env := p.env()
		p.pass.Advance(&env)
	}
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

// env is what the pass acts on at this instant.
func (p *Pod) env() execute.Env {
	var grace *int64
	if p.pass.Deletion.Asked {
		grace = &p.pass.Deletion.Grace
	}
	return execute.Env{
		Now: p.now, Pod: p.t.spec, ID: &p.id, Config: p.t.execute, Truth: &p.truth, Kills: &p.kills, Starts: &p.starts,
		Host: host{p}, Terminating: p.pass.Work == workTerminating, Ending: p.worker.Terminating,
		DeletionGrace: grace, KillsTime: p.timing.SyncDuration, WakesAtExpiry: p.timing.Resync == 0 && p.t.has(QuirkR25),
	}
}

// endPass completes the pass: what comes next, and when (R33, R37, T22).
func (p *Pod) endPass() {
	s := p.pass.Result
	p.worker.LastSync = p.now
	if p.pass.Work == workSync && s.Acted && !s.Failed {
		p.requestRelist()
	}
	if s.Removed && !s.Failed {
		p.requestSync() // R10
	}
	stopped := p.pass.Work == workTerminating && !s.Failed
	switch {
	case p.pass.Terminal, stopped:
		p.worker.Terminating = true
		p.worker.Terminated = p.worker.Terminated || stopped
		p.worker.repeat(&p.pass)
		p.requeue(0)
	default:
		p.requeueSync()
	}
	if stopped {
		p.report()
	}
	p.pass = pass{}
}

// requeueSync sets when the next sync comes by itself after one that changed
// nothing for good (R33).
func (p *Pod) requeueSync() {
	if base, again := p.timing.nextSync(&p.pass, p.now); again {
		p.requeue(p.timing.Chance.Requeue(p.now, base))
		return
	}
	p.worker.RequeueAt = zeroTime
	p.scheduleLook()
}
