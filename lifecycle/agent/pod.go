package agent

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// pod is one pod of an agent. All but the first group belongs to the loop.
type pod struct {
	number   int // counts the pods as they were added
	identity lifecycle.Identity
	template *lifecycle.Template // as it was added; the machine has that of an update
	change   atomic.Pointer[Change]

	long    string // NAME_NAMESPACE(UID)
	machine *lifecycle.Pod
	track   *flight.Track // nil if nobody records the pod
	wakeAt  time.Time
	slot    int32 // in deadlines; -1 if the pod has none

	runs      []sandboxRun // oldest first; owners writes them
	instances []*instance  // owners writes them
	making    int          // calls under way that make something in the runtime; owners counts them
	open      int          // requests without an answer
	leaving   bool         // the pod is gone from its source: forget it when it is finished
	unclaimed bool         // restored, and not added since; the registry's lock guards it
	sweeping  bool         // what is left of the pod is being removed from the runtime

	starting leash        // pulls and postStart hooks
	stopping leash        // preStop hooks
	endsBy   time.Time    // when what still runs is killed; zero if Drain has not ended the pod
	overdue  *clock.Timer // for endsBy; nil if that is zero
}

// sandboxRun is a sandbox that the runtime has.
type sandboxRun struct {
	op uint64
	Sandbox
}

// instance is a container that the runtime has.
type instance struct {
	pod *pod
	op  uint64
	id  string
	// starting is true while StartContainer has not returned. early are the notices
	// that have come meanwhile.
	starting bool
	early    []*Notice
}

// beginStart keeps notices from now on, so that the start is told first.
func (c *instance) beginStart() { c.starting = true }

// keep keeps a notice if the container is starting, and reports whether it did.
func (c *instance) keep(n *Notice) bool {
	if c.starting {
		c.early = append(c.early, n)
	}
	return c.starting
}

// endStart returns the notices that were kept.
func (c *instance) endStart() []*Notice {
	early := c.early
	c.starting, c.early = false, nil
	return early
}

func (p *pod) fullName() string { return p.identity.Namespace + "/" + p.identity.Name }

// step gives a happening to the pod's machine, through its flight recording if
// there is one.
func (p *pod) step(now time.Time, happening []lifecycle.Event) []lifecycle.Action {
	if p.track != nil {
		return p.track.Step(p.machine, now, happening...)
	}
	return p.machine.Step(now, happening...)
}

// sandbox returns the sandbox that was run for an Op.
func (p *pod) sandbox(op uint64) (sandboxRun, bool) {
	i := slices.IndexFunc(p.runs, func(s sandboxRun) bool { return s.op == op })
	if i < 0 {
		return sandboxRun{}, false
	}
	return p.runs[i], true
}

// newest returns the newest sandbox, or the zero one.
func (p *pod) newest() sandboxRun {
	if len(p.runs) == 0 {
		return sandboxRun{}
	}
	return p.runs[len(p.runs)-1]
}

// instance returns the container that was created for an Op, or nil.
func (p *pod) instance(op uint64) *instance {
	for _, c := range p.instances {
		if c.op == op {
			return c
		}
	}
	return nil
}

// idOf returns the runtime's ID of the container that was created for an Op. If
// there is none, it is empty.
func (p *pod) idOf(instance uint64) string {
	if c := p.instance(instance); c != nil {
		return c.id
	}
	return ""
}

// address is where probes and hooks of the pod connect to. A pod in the host's
// network has the host's address.
func (p *pod) address(hostIP string) string {
	if p.machine.Template().HostNetwork() {
		return hostIP
	}
	return p.newest().IP
}

// target is what a probe or hook of a container goes to. Any goroutine may call
// it.
func (p *pod) target(spec *corev1.Container, ip, id string, exec handler.Exec) handler.Target {
	return handler.Target{
		Pod: p.long, Container: spec.Name, ContainerID: id, PodIP: ip, Ports: spec.Ports, Env: spec.Env, Exec: exec,
	}
}

// Change is the new state of a pod that has changed. Its statuses are shared: do
// not modify them.
type Change struct {
	// Pod is the pod that has changed.
	Pod lifecycle.Identity
	// Status is the agent's own status of the pod. Reported is the status for an
	// API server: it shows no final phase while containers may still run (S25).
	// Both are nil until the pod has a status.
	Status, Reported *corev1.PodStatus
	// Finished is true once nothing of the pod runs, and nothing ever will.
	Finished bool
	// Gone is true once the agent has forgotten the pod, and the runtime has nothing
	// of it left.
	Gone bool

	spec      *corev1.Pod
	deletedAt *metav1.Time
	grace     *int64
}

// Object returns the pod as an API server would show it: with its spec, its deletion,
// and Reported as its status. It is a copy.
func (c *Change) Object() *corev1.Pod {
	pod := c.spec.DeepCopy()
	pod.Namespace, pod.Name, pod.UID = c.Pod.Namespace, c.Pod.Name, c.Pod.UID
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = c.deletedAt, c.grace
	pod.Status = copied(c.Reported)
	return pod
}

// copied returns a copy of a status; the zero one for nil.
func copied(s *corev1.PodStatus) corev1.PodStatus {
	if s == nil {
		return corev1.PodStatus{}
	}
	return *s.DeepCopy()
}
