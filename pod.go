package podclock

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// simPod is one pod of a simulation: its machine, and what the runtime has of it.
type simPod struct {
	name      string // "namespace/name"
	identity  lifecycle.Identity
	template  *lifecycle.Template
	machine   *lifecycle.Pod // nil before the kubelet is told of the pod
	track     *timeline.Track
	apps      []App // by container
	sandbox   Sandbox
	arrival   time.Duration // when the kubelet is told of it
	nameTaken bool          // at its arrival (S84)
	refused   *Refuse       // at its arrival (S82); nil: it is admitted

	instances   []instance
	runs        []int  // by container: how often it was created
	sandboxRuns int    // calls to run a sandbox
	sandboxed   bool   // a sandbox has come to be
	newest      uint64 // the Op of the newest sandbox' RunSandbox
	ready       bool   // the newest sandbox is ready; older ones never are
	ip          string
}

// present returns the sandbox that is ready; 0: there is none.
func (p *simPod) present() uint64 {
	if !p.ready {
		return 0
	}
	return p.newest
}

// instance is one container instance of the runtime.
type instance struct {
	id        uint64
	container int
	attempt   uint64
	run       int
	state     instanceState
	hung      bool // by a fact
	signalled bool
	startedAt time.Duration
	plan      Plan
	stops     []uint64 // Ops of StopContainer requests that wait for the end
	inflight  []pending
}

type instanceState uint8

const (
	created instanceState = iota
	running
	lost // the process is gone, and the runtime knows nothing of it
	exited
)

// pending is a probe or hook under way in an instance.
type pending struct {
	op    uint64
	slot  int32 // its completion; -1: it has none, and lasts as long as the instance
	event lifecycle.Event
	hook  lifecycle.HookKind // of a hook
}

// instance returns an instance that the runtime has, or nil.
func (p *simPod) instance(id uint64) *instance {
	for i := len(p.instances) - 1; i >= 0; i-- {
		if p.instances[i].id == id {
			return &p.instances[i]
		}
	}
	return nil
}

func (p *simPod) forget(id uint64) {
	p.instances = slices.DeleteFunc(p.instances, func(c instance) bool { return c.id == id })
}

// landed takes a finished probe or hook off the list.
func (c *instance) landed(op uint64) {
	for i := range c.inflight {
		if c.inflight[i].op == op {
			c.inflight = slices.Delete(c.inflight, i, i+1)
			return
		}
	}
}

// call fills in what apps are told. There is one Call, which is used again and
// again.
func (s *Simulation) call(p *simPod, c *instance) *Call {
	call := &s.calling
	*call = Call{Pod: p.name, Spec: p.template.Container(c.container), Run: c.run, Now: s.Now(), IP: p.ip, Rand: s.rand}
	if c.state == running {
		call.Since = s.now - c.startedAt
	}
	return call
}
