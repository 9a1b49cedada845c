package lifecycle

import (
	"time"
)

type savedWorker struct {
	Pending     *savedUpdate `json:"pending,omitempty"`
	LastSync    time.Time    `json:"lastSync,omitzero"`
	Terminating bool         `json:"terminating,omitempty"`
	Deleted     bool         `json:"deleted,omitempty"`
	Terminated  bool         `json:"terminated,omitempty"`
	Finished    bool         `json:"finished,omitempty"`
	Cancelled   bool         `json:"execsCancelled,omitempty"`
	Removed     bool         `json:"removed,omitempty"`
	OrphanAt    time.Time    `json:"orphanAt,omitzero"`
	ExceededAt  time.Time    `json:"exceededAt,omitzero"`
	Since       uint64       `json:"sinceOp,omitempty"`
	Held        bool         `json:"held,omitempty"`
	Lost        bool         `json:"nodeLost,omitempty"`
	Grace       int64        `json:"graceSeconds,omitempty"`
	RequeueAt   time.Time    `json:"requeueAt,omitzero"`
	LookAt      time.Time    `json:"lookAt,omitzero"`
}

// savedUpdate is a pending update; nil: none is.
type savedUpdate struct {
	HasGrace bool  `json:"overridesGrace,omitempty"`
	Grace    int64 `json:"graceSeconds,omitempty"`
}

func saveWorker(w *podWorker) savedWorker {
	s := savedWorker{
		LastSync: w.lastSync, Terminating: w.terminating, Deleted: w.deleted, Terminated: w.terminated, Finished: w.finished,
		Cancelled: w.cancelled, Removed: w.removed, OrphanAt: w.orphanAt, ExceededAt: w.exceededAt, Since: w.since,
		Held: w.held, Lost: w.lost, Grace: w.grace, RequeueAt: w.requeueAt, LookAt: w.lookAt,
	}
	if w.pending.set {
		s.Pending = &savedUpdate{w.pending.hasGrace, w.pending.grace}
	}
	return s
}

func (s *savedWorker) load() podWorker {
	w := podWorker{
		lastSync: s.LastSync, terminating: s.Terminating, deleted: s.Deleted, terminated: s.Terminated, finished: s.Finished,
		cancelled: s.Cancelled, removed: s.Removed, orphanAt: s.OrphanAt, exceededAt: s.ExceededAt, since: s.Since,
		held: s.Held, lost: s.Lost, grace: s.Grace, requeueAt: s.RequeueAt, lookAt: s.LookAt,
	}
	if s.Pending != nil {
		w.pending = update{true, s.Pending.HasGrace, s.Pending.Grace}
	}
	return w
}

type savedDeletion struct {
	Asked bool      `json:"asked"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"`
	Grace int64     `json:"graceSeconds"`
}

func saveDeletion(d deletion) savedDeletion { return savedDeletion{d.asked, d.at, d.until, d.grace} }
func (s savedDeletion) load() deletion      { return deletion{s.Asked, s.At, s.Until, s.Grace} }

type savedAbsence struct {
	EvictAt   time.Time     `json:"evictAt,omitzero"`
	Deletion  savedDeletion `json:"deletion,omitzero"`
	Restarted bool          `json:"kubeletRestarted,omitempty"`
}

func saveAbsence(a absence) savedAbsence {
	return savedAbsence{a.evictAt, saveDeletion(a.deletion), a.restarted}
}
func (s savedAbsence) load() absence { return absence{s.EvictAt, s.Deletion.load(), s.Restarted} }

type savedEviction struct {
	Reason      string `json:"reason,omitempty"`
	Message     string `json:"message,omitempty"`
	EventReason string `json:"eventReason,omitempty"`
	Grace       *int64 `json:"graceSeconds,omitempty"`
	Disruption  bool   `json:"disruption,omitempty"`
}

func saveEviction(e *Eviction) *savedEviction {
	if e == nil {
		return nil
	}
	s := savedEviction(*e)
	return &s
}

func (s *savedEviction) load() *Eviction {
	if s == nil {
		return nil
	}
	e := Eviction(*s)
	return &e
}

// savedPass is a pass that waits.
type savedPass struct {
	Work       work           `json:"work"`
	Stage      stage          `json:"stage"`
	WakeAt     time.Time      `json:"wakeAt,omitzero"`
	Op         uint64         `json:"waitsForOp,omitempty"`
	Snapshot   *savedSnapshot `json:"snapshot,omitempty"`
	Plan       savedPlan      `json:"plan,omitzero"`
	RestartAll bool           `json:"restartAll,omitempty"`
	Deletion   savedDeletion  `json:"deletion,omitzero"`
	HasGrace   bool           `json:"overridesGrace,omitempty"`
	Grace      int64          `json:"graceSeconds,omitempty"`
	SandboxErr string         `json:"sandboxError,omitempty"`
	Next       int            `json:"next,omitempty"`
	Queue      []uint64       `json:"queue,omitempty"`
	Start      savedStart     `json:"start,omitzero"`
	Sync       savedSync      `json:"sync,omitzero"`
}

type savedStart struct {
	Step     startStep `json:"step"`
	Instance uint64    `json:"instance,omitempty"`
	HookErr  string    `json:"hookError,omitempty"`
}

type savedSync struct {
	Acted    bool      `json:"acted,omitempty"`
	Failed   bool      `json:"failed,omitempty"`
	Refused  time.Time `json:"refusedUntil,omitzero"`
	Removed  bool      `json:"removed,omitempty"`
	Terminal bool      `json:"terminal,omitempty"`
	Network  bool      `json:"networkNotReady,omitempty"`
}

type savedPlan struct {
	KillPod       bool          `json:"killPod,omitempty"`
	CreateSandbox bool          `json:"createSandbox,omitempty"`
	Attempt       uint64        `json:"attempt,omitempty"`
	Sandbox       uint64        `json:"sandbox,omitempty"`
	Start         []int         `json:"start,omitempty"`
	Kill          []savedVictim `json:"kill,omitempty"`
	Reset         []savedReset  `json:"reset,omitempty"`
}

// savedVictim is a Kill of a plan.
type savedVictim struct {
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Message   string    `json:"message,omitempty"`
	Cause     causeName `json:"cause"`
}

type savedReset struct {
	Container int    `json:"container"`
	Instance  uint64 `json:"instance"`
	Kill      bool   `json:"kill,omitempty"`
}

func savePass(p *pass) *savedPass {
	if p.work == 0 {
		return nil
	}
	return &savedPass{
		Work: p.work, Stage: p.stage, WakeAt: p.wakeAt, Op: p.op, Snapshot: saveSnapshot(p.snapshot), Plan: savePlan(&p.plan),
		RestartAll: p.restartAll, Deletion: saveDeletion(p.deletion), HasGrace: p.hasGrace, Grace: p.grace,
		SandboxErr: p.sandboxErr, Next: p.next, Queue: append([]uint64(nil), p.queue...),
		Start: savedStart{p.start.step, p.start.instance, p.start.hookErr},
		Sync:  savedSync{p.sync.acted, p.sync.failed, p.sync.refused, p.sync.removed, p.sync.terminal, p.sync.network},
	}
}

func (s *savedPass) load() pass {
	if s == nil {
		return pass{}
	}
	return pass{
		work: s.Work, stage: s.Stage, wakeAt: s.WakeAt, op: s.Op, snapshot: s.Snapshot.load(), plan: s.Plan.load(),
		restartAll: s.RestartAll, deletion: s.Deletion.load(), hasGrace: s.HasGrace, grace: s.Grace,
		sandboxErr: s.SandboxErr, next: s.Next, queue: s.Queue,
		start: startState{s.Start.Step, s.Start.Instance, s.Start.HookErr},
		sync:  syncResult{s.Sync.Acted, s.Sync.Failed, s.Sync.Refused, s.Sync.Removed, s.Sync.Terminal, s.Sync.Network},
	}
}

func savePlan(p *Plan) savedPlan {
	return savedPlan{
		KillPod: p.KillPod, CreateSandbox: p.CreateSandbox, Attempt: p.Attempt, Sandbox: p.Sandbox, Start: append([]int(nil), p.Start...),
		Kill:  convertAll(p.Kill, func(k Kill) savedVictim { return savedVictim{k.Container, k.Instance, k.Message, causeName(k.Cause)} }),
		Reset: convertAll(p.Reset, func(r Reset) savedReset { return savedReset(r) }),
	}
}

func (s *savedPlan) load() Plan {
	return Plan{
		KillPod: s.KillPod, CreateSandbox: s.CreateSandbox, Attempt: s.Attempt, Sandbox: s.Sandbox, Start: s.Start,
		Kill:  convertAll(s.Kill, func(k savedVictim) Kill { return Kill{k.Container, k.Instance, k.Message, KillCause(k.Cause)} }),
		Reset: convertAll(s.Reset, func(r savedReset) Reset { return Reset(r) }),
	}
}

type savedKills struct {
	Ordered bool        `json:"ordered,omitempty"`
	Kills   []savedKill `json:"kills,omitempty"`
}

type savedKill struct {
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Stage     killStage `json:"stage"`
	Grace     int64     `json:"graceSeconds"`
	Since     time.Time `json:"since,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	Op        uint64    `json:"waitsForOp,omitempty"`
	Err       string    `json:"error,omitempty"`
}

func saveKills(g *killGroup) savedKills {
	return savedKills{g.ordered, convertAll(g.kills, func(k kill) savedKill {
		return savedKill{k.container, k.instance, k.stage, k.grace, k.since, k.until, k.op, k.err}
	})}
}

func (s *savedKills) load() killGroup {
	return killGroup{convertAll(s.Kills, func(k savedKill) kill {
		return kill{k.Container, k.Instance, k.Stage, k.Grace, k.Since, k.Until, k.Op, k.Err}
	}), s.Ordered}
}

type savedDeletor struct {
	Queue     []savedCorpse `json:"queue,omitempty"`
	Op        uint64        `json:"waitsForOp,omitempty"`
	Now       uint64        `json:"removes,omitempty"`
	CollectAt time.Time     `json:"collectAt,omitzero"`
}

type savedCorpse struct {
	ID      uint64 `json:"id"`
	Sandbox bool   `json:"isSandbox,omitempty"`
	Stopped bool   `json:"stopped,omitempty"`
}

func saveDeletor(d *deletor) savedDeletor {
	return savedDeletor{convertAll(d.queue, func(c corpse) savedCorpse { return savedCorpse{c.id, c.sandbox, c.stopped} }), d.op, d.now, d.collectAt}
}

func (s *savedDeletor) load() deletor {
	return deletor{convertAll(s.Queue, func(c savedCorpse) corpse { return corpse{c.ID, c.Sandbox, c.Stopped} }), s.Op, s.Now, s.CollectAt}
}

type savedHook struct {
	Op        uint64 `json:"op"`
	Container int    `json:"container"`
}

func saveHook(h strayHook) savedHook { return savedHook{h.op, h.container} }
func (s savedHook) load() strayHook  { return strayHook{s.Op, s.Container} }
