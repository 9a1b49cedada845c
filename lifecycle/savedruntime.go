package lifecycle

import (
	"time"

	"github.com/podclock/podclock/restart"
)

type savedSandbox struct {
	ID      uint64 `json:"id"`
	Attempt uint64 `json:"attempt,omitempty"`
	Ready   bool   `json:"ready,omitempty"`
	IP      string `json:"ip,omitempty"`
}

func saveSandbox(s Sandbox) savedSandbox { return savedSandbox(s) }
func (s savedSandbox) load() Sandbox     { return Sandbox(s) }

type savedInstance struct {
	ID         uint64    `json:"id"`
	Container  int       `json:"container"`
	Sandbox    uint64    `json:"sandbox,omitempty"`
	Attempt    int32     `json:"attempt,omitempty"`
	State      stateName `json:"state"`
	CreatedAt  time.Time `json:"createdAt,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	ExitCode   int32     `json:"exitCode,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Message    string    `json:"message,omitempty"`
	RuntimeID  string    `json:"runtimeID,omitempty"`
	ImageID    string    `json:"imageID,omitempty"`
	Image      string    `json:"image,omitempty"`
}

func saveInstance(c Instance) savedInstance {
	return savedInstance{
		ID: c.ID, Container: c.Container, Sandbox: c.Sandbox, Attempt: c.Attempt, State: stateName(c.State),
		CreatedAt: c.CreatedAt, StartedAt: c.StartedAt, FinishedAt: c.FinishedAt,
		ExitCode: c.ExitCode, Reason: c.Reason, Message: c.Message, RuntimeID: c.RuntimeID, ImageID: c.ImageID, Image: c.Image,
	}
}

func (s savedInstance) load() Instance {
	return Instance{
		ID: s.ID, Container: s.Container, Sandbox: s.Sandbox, Attempt: s.Attempt, State: restart.State(s.State),
		CreatedAt: s.CreatedAt, StartedAt: s.StartedAt, FinishedAt: s.FinishedAt,
		ExitCode: s.ExitCode, Reason: s.Reason, Message: s.Message, RuntimeID: s.RuntimeID, ImageID: s.ImageID, Image: s.Image,
	}
}

// savedSnapshot is a Runtime as a sync sees it, newest first.
type savedSnapshot struct {
	Sandboxes []savedSandbox  `json:"sandboxes,omitempty"`
	Instances []savedInstance `json:"instances,omitempty"`
	IPs       []string        `json:"ips,omitempty"`
}

func saveSnapshot(r *Runtime) *savedSnapshot {
	if r == nil {
		return nil
	}
	return &savedSnapshot{convertAll(r.Sandboxes, saveSandbox), convertAll(r.Instances, saveInstance), append([]string(nil), r.IPs...)}
}

func (s *savedSnapshot) load() *Runtime {
	if s == nil {
		return nil
	}
	return &Runtime{convertAll(s.Sandboxes, savedSandbox.load), convertAll(s.Instances, savedInstance.load), s.IPs}
}

type savedGenerator struct {
	Seen       []savedSeen    `json:"seen,omitempty"`
	Snapshot   *savedSnapshot `json:"snapshot,omitempty"`
	Observed   time.Time      `json:"observed,omitzero"`
	RelistAt   time.Time      `json:"relistAt,omitzero"`
	TouchedAt  time.Time      `json:"touchedAt,omitzero"`
	OnDemandAt time.Time      `json:"onDemandAt,omitzero"`
	Requested  time.Time      `json:"requested,omitzero"`
	Relisted   time.Time      `json:"relisted,omitzero"`
}

type savedSeen struct {
	ID        uint64    `json:"id"`
	Container int       `json:"container"`
	State     stateName `json:"state"`
}

func saveGenerator(g *eventGenerator) savedGenerator {
	save := func(s seen) savedSeen { return savedSeen{s.id, s.container, stateName(s.state)} }
	return savedGenerator{
		Seen: convertAll(g.seen, save), Snapshot: saveSnapshot(g.snapshot), Observed: g.observed, RelistAt: g.relistAt,
		TouchedAt: g.touchedAt, OnDemandAt: g.onDemandAt, Requested: g.requested, Relisted: g.relisted,
	}
}

func (s *savedGenerator) load() eventGenerator {
	load := func(s savedSeen) seen { return seen{s.ID, s.Container, restart.State(s.State)} }
	return eventGenerator{
		seen: convertAll(s.Seen, load), snapshot: s.Snapshot.load(), observed: s.Observed, relistAt: s.RelistAt,
		touchedAt: s.TouchedAt, onDemandAt: s.OnDemandAt, requested: s.Requested, relisted: s.Relisted,
	}
}

type savedRequest struct {
	Op        uint64      `json:"op"`
	Request   requestName `json:"request"`
	Container int         `json:"container"`
	Instance  uint64      `json:"instance,omitempty"`
	Attempt   uint64      `json:"attempt,omitempty"`
	Hook      hookName    `json:"hook,omitempty"`
}

func saveRequest(r openRequest) savedRequest {
	return savedRequest{r.op, requestName(r.request), r.container, r.instance, r.attempt, hookName(r.hook)}
}

func (s savedRequest) load() openRequest {
	return openRequest{s.Op, ActionType(s.Request), s.Container, s.Instance, s.Attempt, HookKind(s.Hook)}
}
