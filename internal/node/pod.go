package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Pod is one pod of a node: its machine, its sandbox and its containers. The caller of
// [Node.Add] sets the exported fields, which never change.
type Pod struct {
	Name     string // "namespace/name"
	Identity lifecycle.Identity
	Template *lifecycle.Template
	Sandbox  Sandbox
	// Arrival is when the kubelet learns of it, since the start. NameTaken says that
	// another static pod has its name then (S84).
	Arrival   time.Duration
	NameTaken bool

	node   *Node
	number int32 // its place among the node's pods

	machine *lifecycle.Pod // nil before its arrival
	track   *timeline.Track
	refusal *lifecycle.Event // at its arrival (S82); nil if it is admitted

	instances   []instance
	runs        []int            // by container: how often it was created
	sandboxRuns int              // how many calls to run a sandbox
	sandboxed   bool             // one of them has succeeded
	newest      uint64           // the Op of the newest sandbox' RunSandbox
	ready       bool             // whether the newest sandbox is; older ones never are
	waits       []lifecycle.Wait // as recorded last; never changed, only replaced
	stepped     bool             // it is among Node.stepped
	ip          string
}

// Machine returns the pod's machine. Before the pod's arrival it is nil.
func (p *Pod) Machine() *lifecycle.Pod { return p.machine }

// Number returns the pod's place in [Node.Pods].
func (p *Pod) Number() int { return int(p.number) }

// IP returns the pod's address. Before it has one it is empty.
func (p *Pod) IP() string { return p.ip }

// clone returns an independent copy for another node.
func (p *Pod) clone(n *Node) *Pod {
	c := *p
	c.node, c.track = n, n.log.Track(p.Name)
	if p.machine != nil {
		c.machine = p.machine.Clone()
	}
	c.runs = slices.Clone(p.runs)
	c.instances = slices.Clone(p.instances)
	for i := range c.instances {
		c.instances[i].stops = slices.Clone(c.instances[i].stops)
		c.instances[i].inflight = slices.Clone(c.instances[i].inflight)
		c.instances[i].planned = slices.Clone(c.instances[i].planned)
	}
	return &c
}

// readySandbox returns the sandbox that is ready, or 0.
func (p *Pod) readySandbox() uint64 {
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
	hung      bool // a fact made it hang
	signalled bool
	startedAt time.Duration
	plan      Plan
	stops     []uint64 // the Ops of StopContainer requests that wait for its end
	inflight  []pending
	planned   []int32 // the slots of its queued exits and notes
}

type instanceState uint8

const (
	created instanceState = iota
	running
	lost // the process is gone, and the runtime does not know how
	exited
)

// pending is a probe or hook under way in an instance.
type pending struct {
	op    uint64
	slot  int32 // of its completion; -1 if it lasts as long as the instance
	event lifecycle.Event
	hook  lifecycle.HookKind // set for a hook only
}

// instance returns the instance with this ID, or nil if the runtime has none.
func (p *Pod) instance(id uint64) *instance {
	for i := len(p.instances) - 1; i >= 0; i-- {
		if p.instances[i].id == id {
			return &p.instances[i]
		}
	}
	return nil
}

func (p *Pod) forget(id uint64) {
	p.instances = slices.DeleteFunc(p.instances, func(c instance) bool { return c.id == id })
}

// landed removes a finished probe or hook from the list.
func (c *instance) landed(op uint64) {
	for i := range c.inflight {
		if c.inflight[i].op == op {
			c.inflight = slices.Delete(c.inflight, i, i+1)
			return
		}
	}
}

// running returns the running instances of a container. If container is empty, it
// returns those of all containers.
func (p *Pod) running(container string) (ids []uint64) {
	for i := range p.instances {
		c := &p.instances[i]
		if c.state == running && (container == "" || p.Template.Container(c.container).Name == container) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// run describes an instance for the host. The Run is the node's own and holds until the
// next question.
func (p *Pod) run(c *instance) *Run {
	r := p.noRun(c.container)
	r.Count, r.Hung = c.run, c.hung
	if c.state == running {
		r.Since = p.node.now - c.startedAt
	}
	return r
}

// noRun returns the Run for a question about a container that has none.
func (p *Pod) noRun(container int) *Run {
	r := &p.node.asking
	*r = Run{Pod: p, Container: container}
	return r
}

// after queues the completion of a request, and returns its slot.
func (p *Pod) after(d time.Duration, t task) int32 {
	t.pod = p.number
	return p.node.after(d, t)
}

// fail ends the simulation because of a mistake of an app.
func (p *Pod) fail(c *instance, method string, err error) {
	n := p.node
	if n.failed == nil {
		n.failed = fmt.Errorf("at %s, pod %s, container %q, run %d, %s: %w", timeline.FormatOffset(n.now), p.Name,
			p.Template.Container(c.container).Name, c.run, method, err)
	}
}

// note adds a fact about a container to the timeline.
func (p *Pod) note(container string, run int, reason, text string) {
	p.track.Add(timeline.Record{
		At: p.node.instant, Kind: timeline.Fact, Container: container, Run: run, Reason: reason, Message: text,
	})
}
