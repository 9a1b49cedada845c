package agent

import (
	"slices"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// pod is one pod of an agent. All but the first group belongs to the loop.
type pod struct {
	number   int // in the order in which they were added
	identity lifecycle.Identity
	template *lifecycle.Template // at first
	change   atomic.Pointer[Change]

	long    string // NAME_NAMESPACE(UID)
	machine *lifecycle.Pod
	track   *flight.Track // nil: nobody records it
	wakeAt  time.Time
	slot    int32 // in deadlines; -1: it is not there

	runs      []sandboxRun // oldest first
	instances []*instance
	open      int  // requests that are not answered
	making    int  // those of them that make something in the runtime
	leaving   bool // it is to be forgotten when it is finished
	unclaimed bool // it is from the state directory, and was not added since; the registry's
	sweeping  bool
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

// sandbox returns the sandbox of an Op.
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

// instance returns the container of an Op, or nil.
func (p *pod) instance(op uint64) *instance {
	for _, c := range p.instances {
		if c.op == op {
			return c
		}
	}
	return nil
}

// idOf is the runtime's ID of a pod's container, or empty.
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

// Change is a pod as it has become. The statuses are shared and must not be
// modified.
type Change struct {
	Pod lifecycle.Identity
	// Status is the agent's own status of the pod, Reported what an API server is
	// sent of it (S25). nil: there is none yet.
	Status, Reported *corev1.PodStatus
	// Finished: the pod is done with for good: nothing of it runs.
	Finished bool
	// Gone: the agent has forgotten the pod, and the runtime has nothing of it.
	Gone bool

	spec      *corev1.Pod
	deletedAt *metav1.Time
	grace     *int64
}

// object returns the pod with its status, as a copy.
func (c *Change) object() *corev1.Pod {
	pod := c.spec.DeepCopy()
	pod.Namespace, pod.Name, pod.UID = c.Pod.Namespace, c.Pod.Name, c.Pod.UID
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = c.deletedAt, c.grace
	pod.Status = c.status()
	return pod
}

func (c *Change) status() corev1.PodStatus {
	if c.Status == nil {
		return corev1.PodStatus{}
	}
	return *c.Status.DeepCopy()
}
