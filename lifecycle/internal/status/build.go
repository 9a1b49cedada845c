package status

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Config is what of a kubelet's configuration shows in a status.
type Config struct {
	// HostIP is the node's address; empty: it has none.
	HostIP string
	// ResetOnKubeletRestart forgets that a container was started (F6).
	ResetOnKubeletRestart bool
	// StartedByInstance switches quirk P76 off: that a container was started is
	// copied for the same instance only.
	StartedByInstance bool
}

// Input is what a status is built from. Nothing in it is modified.
type Input struct {
	Now      time.Time
	Snapshot *inventory.Snapshot
	// Previous is the cached status, else that of the API object, API the latter.
	Previous, API *corev1.PodStatus
	// Conditions are those of the API object, which the kubelet does not own (S40).
	Conditions []corev1.PodCondition
	Generation int64
	// Waiting tells by container why its last start failed (R30).
	Waiting []Waiting
	Probes  *probe.Set
	// AdoptedBefore: instances that started before are older than the kubelet (P55).
	// If zero, none is.
	AdoptedBefore time.Time
	// Final tells that the containers were stopped for good (S21), Deleting that the
	// pod object carries a deletion.
	Final, Deleting bool
	// RestartPending tells that a container that was killed is still to be started
	// again, though its exit code says otherwise (R39, without quirk R41).
	RestartPending bool
	// DeadlinePassed tells that activeDeadlineSeconds have passed (S80).
	DeadlinePassed bool
	// HasSandbox tells that the pod needs no new sandbox (S1).
	HasSandbox bool
}

// Waiting is why a container waits. The zero Waiting is no reason.
type Waiting struct{ Reason, Message string }

// What a status and its event say of a pod whose activeDeadlineSeconds have passed
// (S80).
const (
	DeadlineExceeded = "DeadlineExceeded"                                              // the reason
	DeadlineMessage  = "Pod was active on the node longer than the specified deadline" // the message
)

// Notes are what a status says beside itself.
type Notes struct {
	// Trigger are the containers whose readiness workers are to be triggered, because
	// the container is not ready yet (T22, P56).
	Trigger []int
	// Copied are the containers that count as started though their startup probe has
	// not succeeded (P76).
	Copied []Copied
}

// Copied is a container that counts as started because an earlier run of it did,
// and the restart count of that run.
type Copied struct {
	Container int
	Run       int32
}

// Build returns the pod's status.
func Build(p *spec.Pod, cfg Config, in *Input) (s *corev1.PodStatus, notes Notes) {
	s = &corev1.PodStatus{
		QOSClass: p.QOS, HostIP: cfg.HostIP, ObservedGeneration: in.Generation,
		Resources: p.Resources.Pod, AllocatedResources: p.Resources.Allocated,
	}
	b := builder{p: p, cfg: cfg, in: in, restarting: RestartingAll(p, in.Snapshot, in.Previous)}
	b.addresses(s)
	b.containers(s)
	b.phase(s)
	notes.Trigger = b.probed(s)
	notes.Copied = b.copied
	s.Conditions = p.Rules.Conditions(nil, &podphase.Facts{
		Status: s, Previous: in.Previous.Conditions, API: in.Conditions, Generation: in.Generation,
		HasSandbox: in.HasSandbox, RestartingAll: b.restarting && len(in.Snapshot.Instances) > 0,
	})
	return s, notes
}

// builder holds the inputs of one status.
type builder struct {
	copied     []Copied
	p          *spec.Pod
	cfg        Config
	in         *Input
	restarting bool // RestartAllContainers is in effect (R9)
}

func (b *builder) addresses(s *corev1.PodStatus) {
	ips := b.in.Snapshot.IPs
	if s.HostIP != "" {
		s.HostIPs = []corev1.HostIP{{IP: s.HostIP}}
		if b.p.HostNetwork {
			ips = []string{s.HostIP}
		}
	}
	if len(ips) == 0 {
		return
	}
	s.PodIP = ips[0]
	for _, ip := range ips {
		s.PodIPs = append(s.PodIPs, corev1.PodIP{IP: ip})
	}
}

func (b *builder) containers(s *corev1.PodStatus) {
	s.ContainerStatuses = make([]corev1.ContainerStatus, 0, b.p.Regular)
	for _, i := range b.p.Sorted { // C15
		s.ContainerStatuses = append(s.ContainerStatuses, b.container(i))
	}
	for i := b.p.Regular; i < len(b.p.Containers); i++ {
		s.InitContainerStatuses = append(s.InitContainerStatuses, b.container(i))
	}
}

// phase settles the phase against the past and what forces one (S23, S80).
func (b *builder) phase(s *corev1.PodStatus) {
	computed := b.p.Rules.Phase(s, b.in.Final, b.in.Snapshot.StartedInActive(b.p.Regular))
	if Terminal(computed) && b.in.RestartPending {
		computed = corev1.PodRunning
	}
	var forced podphase.Verdict
	if b.in.DeadlinePassed {
		forced = podphase.Verdict{Phase: corev1.PodFailed, Reason: DeadlineExceeded, Message: DeadlineMessage}
	}
	v := podphase.Resolve(computed, podphase.VerdictOf(b.in.Previous), podphase.VerdictOf(b.in.API), forced)
	s.Phase, s.Reason, s.Message = v.Phase, v.Reason, v.Message
}

// probed sets started and ready of every container (P75, P77), and returns those
// whose readiness worker is to be triggered (P56).
func (b *builder) probed(s *corev1.PodStatus) (trigger []int) {
	for i := range b.p.Containers {
		c := b.p.StatusIn(s, i)
		live := c.State.Running != nil
		newest := b.in.Snapshot.Newest(i)
		var instance uint64
		if newest != nil {
			instance = newest.ID
		}
		started := b.in.Probes.Started(i, live, instance, c.Started != nil && *c.Started)
		c.Started = &started
		if b.p.Containers[i].Role == restart.Init {
			if c.State.Terminated != nil && c.State.Terminated.ExitCode == 0 {
				c.Ready = true
			}
			continue
		}
		ready, unready := b.in.Probes.Ready(i, live, started, instance)
		if unready {
			trigger = append(trigger, i)
		}
		if live && started && Adopted(newest, b.in.AdoptedBefore) {
			ready = b.in.Probes.AdoptedReady(i, ready, instance, ConditionTrue(b.in.API, corev1.PodReady))
		}
		c.Ready = ready
	}
	return trigger
}

// RestartingAll reports whether RestartAllContainers is in effect (R9).
func RestartingAll(p *spec.Pod, r *inventory.Snapshot, previous *corev1.PodStatus) bool {
	if !p.RestartsAll {
		return false
	}
	if ConditionTrue(previous, corev1.AllContainersRestarting) {
		return true
	}
	for i := range p.Containers {
		if c := r.Newest(i); c != nil && c.State == restart.StateExited && p.Containers[i].Policy.RestartsAll(c.ExitCode) {
			return true
		}
	}
	return false
}

// Adopted reports that an instance was started so long before this kubelet
// process that it counts as pre-existing (P55). If before is zero, none was.
func Adopted(c *inventory.Instance, before time.Time) bool {
	return c != nil && !before.IsZero() && c.StartedAt.Before(before)
}
