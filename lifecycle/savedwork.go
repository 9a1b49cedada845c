package lifecycle

import (
	"time"
)

// savedPass is a pass that waits.
type savedPass struct {
	Work       work       `json:"work"`
	Stage      stage      `json:"stage"`
	WakeAt     time.Time  `json:"wakeAt,omitzero"`
	Op         uint64     `json:"waitsForOp,omitempty"`
	Snapshot   *Runtime   `json:"snapshot,omitempty"`
	Plan       savedPlan  `json:"plan,omitzero"`
	RestartAll bool       `json:"restartAll,omitempty"`
	Deletion   deletion   `json:"deletion,omitzero"`
	HasGrace   bool       `json:"overridesGrace,omitempty"`
	Grace      int64      `json:"graceSeconds,omitempty"`
	SandboxErr string     `json:"sandboxError,omitempty"`
	Next       int        `json:"next,omitempty"`
	Queue      []uint64   `json:"queue,omitempty"`
	Start      startState `json:"start,omitzero"`
	Sync       syncResult `json:"sync,omitzero"`
}

type savedPlan struct {
	KillPod       bool          `json:"killPod,omitempty"`
	CreateSandbox bool          `json:"createSandbox,omitempty"`
	Attempt       uint64        `json:"attempt,omitempty"`
	Sandbox       uint64        `json:"sandbox,omitempty"`
	Start         []int         `json:"start,omitempty"`
	Kill          []savedVictim `json:"kill,omitempty"`
	Reset         []Reset       `json:"reset,omitempty"`
}

// savedVictim is a Kill of a plan.
type savedVictim struct {
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Message   string    `json:"message,omitempty"`
	Cause     causeName `json:"cause"`
}

func savePass(p *pass) *savedPass {
	if p.work == 0 {
		return nil
	}
	return &savedPass{
		Work: p.work, Stage: p.stage, WakeAt: p.wakeAt, Op: p.op, Snapshot: p.snapshot.clone(), Plan: savePlan(&p.plan),
		RestartAll: p.restartAll, Deletion: p.deletion, HasGrace: p.hasGrace, Grace: p.grace,
		SandboxErr: p.sandboxErr, Next: p.next, Queue: append([]uint64(nil), p.queue...),
		Start: p.start, Sync: p.sync,
	}
}

func (s *savedPass) load() pass {
	if s == nil {
		return pass{}
	}
	return pass{
		work: s.Work, stage: s.Stage, wakeAt: s.WakeAt, op: s.Op, snapshot: s.Snapshot, plan: s.Plan.load(),
		restartAll: s.RestartAll, deletion: s.Deletion, hasGrace: s.HasGrace, grace: s.Grace,
		sandboxErr: s.SandboxErr, next: s.Next, queue: s.Queue,
		start: s.Start, sync: s.Sync,
	}
}

func savePlan(p *Plan) savedPlan {
	return savedPlan{
		KillPod: p.KillPod, CreateSandbox: p.CreateSandbox, Attempt: p.Attempt, Sandbox: p.Sandbox, Start: append([]int(nil), p.Start...),
		Kill:  convertAll(p.Kill, func(k Kill) savedVictim { return savedVictim{k.Container, k.Instance, k.Message, causeName(k.Cause)} }),
		Reset: append([]Reset(nil), p.Reset...),
	}
}

func (s *savedPlan) load() Plan {
	return Plan{
		KillPod: s.KillPod, CreateSandbox: s.CreateSandbox, Attempt: s.Attempt, Sandbox: s.Sandbox, Start: s.Start,
		Kill:  convertAll(s.Kill, func(k savedVictim) Kill { return Kill{k.Container, k.Instance, k.Message, KillCause(k.Cause)} }),
		Reset: s.Reset,
	}
}
