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

// stopped reports whether the pass has stopped all containers for good.
func (s *pass) stopped() bool {
	return s.Work == workTerminating && s.Stage == execute.StageEnd && !s.Result.Failed
}

// written returns a copy for a snapshot; nil if no pass is under way.
func (s *pass) written() *pass {
	if s.Work == 0 {
		return nil
	}
	c := *s
	c.Run = s.Run.Written()
	return &c
}

// runPass begins a pass or takes it further. It is false if there is nothing to do
// or the pass waits.
func (k *kubelet) runPass() bool {
	if k.pass.Work == 0 {
		return k.beginPass()
	}
	if !k.pass.Due(k.now, &k.kills) {
		return false
	}
	k.pass.Wake()
	k.advance()
	return true
}

// beginPass takes up the pending update.
func (k *kubelet) beginPass() bool {
	w := &k.worker
	if w.Pending == nil || w.Finished {
		return false
	}
	if w.heldBack() {
		k.holdBack()
		return true
	}
	if k.out.changesRuntime(w.Since) { // a new process takes so long to come up that such calls are over by then
		return false
	}
	k.swapTemplate()
	k.pass = pass{Work: w.work(), Run: execute.Begin(), Deletion: k.object.deletion, HasGrace: w.Pending.HasGrace,
		Grace: w.Pending.Grace}
	w.Pending = nil
	k.kills.Begin(false)
	return true
}

// swapTemplate takes over a changed pod object at the start of a pass.
func (k *kubelet) swapTemplate() {
	if t := k.nextTemplate; t != nil {
		k.starts.Change(k.t.spec, t.spec)
		k.t, k.nextTemplate = t, nil
	}
}

// holdBack tries the first sync of a static pod again later: the one that had
// its name before still runs (S84). A pod that is to end by then never begins.
func (k *kubelet) holdBack() {
	k.worker.Pending = nil
	if k.worker.Terminating {
		k.finish()
		return
	}
	k.requeue(k.timing.Chance.Requeue(k.now, k.timing.retryError()))
}

// advance does the pass' present stage.
func (k *kubelet) advance() {
	switch k.pass.Stage {
	case execute.StageSnapshot:
		if k.newerSnapshot() {
			k.pass.Read(k.pleg.Cached())
		}
	case execute.StageStatus:
		k.beginWork()
	case execute.StageEnd:
		k.endPass()
	default:
		env := k.env()
		k.pass.Advance(&env)
	}
}

func (k *kubelet) beginWork() {
	switch k.pass.Work {
	case workSync:
		k.syncPod()
	case workTerminating:
		k.terminatePod()
	case workTerminated:
		k.finishPod()
	}
}

// env is what the pass acts on at this instant.
func (k *kubelet) env() execute.Env {
	var grace *int64
	if k.pass.Deletion.Asked {
		grace = &k.pass.Deletion.Grace
	}
	return execute.Env{
		Now: k.now, Pod: k.t.spec, ID: &k.id, Config: k.t.execute, Truth: &k.truth, Kills: &k.kills, Starts: &k.starts,
		Host: host{k}, Terminating: k.pass.Work == workTerminating, Ending: k.worker.Terminating,
		DeletionGrace: grace, KillsTime: k.timing.SyncDuration, WakesAtExpiry: k.timing.Resync == 0 && k.t.has(QuirkR25),
	}
}

// endPass completes the pass: what comes next, and when (R33, R37, T22).
func (k *kubelet) endPass() {
	s := k.pass.Result
	k.worker.LastSync = k.now
	if k.pass.Work == workSync && s.Acted && !s.Failed {
		k.requestRelist()
	}
	if s.Removed && !s.Failed {
		k.requestSync() // R10
	}
	stopped := k.pass.stopped()
	switch {
	case k.pass.Terminal, stopped:
		k.worker.Terminating = true
		k.worker.Terminated = k.worker.Terminated || stopped
		k.worker.repeat(&k.pass)
		k.requeue(0)
	default:
		k.requeueSync()
	}
	if stopped && k.report() {
		k.tellStatus() // what was held back while containers could run (S25)
	}
	k.pass = pass{}
}

// requeueSync sets when the next sync comes by itself after one that changed
// nothing for good (R33).
func (k *kubelet) requeueSync() {
	if base, again := k.timing.nextSync(&k.pass, k.now); again {
		k.requeue(k.timing.Chance.Requeue(k.now, base))
		return
	}
	k.worker.RequeueAt = zeroTime
	k.scheduleLook()
}
