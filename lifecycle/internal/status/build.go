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

// Config is the part of a kubelet's configuration that shows in a status.
type Config struct {
	// HostIP is the node's address. If empty, it has none.
	HostIP string
	// ResetOnKubeletRestart forgets, when the kubelet restarts, that a container has started
	// (F6).
	ResetOnKubeletRestart bool
	// StartedByInstance switches quirk P76 off. Started is then copied only for the same
	// instance.
	StartedByInstance bool
}

// Input is the input of a status. Build does not modify it.
type Input struct {
	Now      time.Time
	Snapshot *inventory.Snapshot
	// Previous is the cached status or, if there is none, that of the API object. API is that
	// of the API object.
	Previous, API *corev1.PodStatus
	// Conditions are those conditions of the API object that the kubelet does not own (S40).
	Conditions []corev1.PodCondition
	Generation int64
	// Waiting says, by container, why its last start failed (R30).
	Waiting []Waiting
	Probes  *probe.Set
	// AdoptedBefore is the time before which an instance must have started to count as older
	// than the kubelet (P55). If zero, no instance does.
	AdoptedBefore time.Time
	// Final says that the containers were stopped for good (S21). Deleting says that the pod
	// object has a deletion timestamp.
	Final, Deleting bool
	// RestartPending says that a killed container must still be started again, although its
	// exit code says otherwise (R39, only without quirk R41).
	RestartPending bool
	// DeadlinePassed says that activeDeadlineSeconds have passed (S80).
	DeadlinePassed bool
	// HasSandbox says that the pod needs no new sandbox (S1).
	HasSandbox bool
}

// Waiting is the reason why a container waits. The zero Waiting is no reason.
type Waiting struct{ Reason, Message string }

// These are the texts, in the status and the event, for a pod whose activeDeadlineSeconds have
// passed (S80).
const (
	// DeadlineExceeded is the reason.
	DeadlineExceeded = "DeadlineExceeded"
	// DeadlineMessage is the message.
	DeadlineMessage = "Pod was active on the node longer than the specified deadline"
)

// Notes are additional results of Build.
type Notes struct {
	// Trigger has the containers that are not ready yet. Their readiness workers must be
	// triggered (T22, P56).
	Trigger []int
	// Copied has the containers that count as started although their startup probe has not
	// succeeded (P76).
	Copied []Copied
	// Opened are the containers that count as started only because a new kubelet process
	// has no worker for their startup probe yet (P75 step 5).
	Opened []int
}

// Copied is a container that counts as started because a previous run was started. Run is
// the restart count of that run.
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
	notes.Copied, notes.Opened = b.copied, b.opened
	s.Conditions = p.Rules.Conditions(nil, &podphase.Facts{
		Status: s, Previous: in.Previous.Conditions, API: in.Conditions, Generation: in.Generation,
		HasSandbox: in.HasSandbox, RestartingAll: b.restarting && len(in.Snapshot.Instances) > 0,
	})
	return s, notes
}

// builder builds one status.
type builder struct {
	copied     []Copied
	opened     []int
	p          *spec.Pod
	cfg        Config
	in         *Input
	restarting bool // all containers are being restarted (R9)
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
	for _, i := range b.p.Sorted { // statuses are sorted by name (C15)
		s.ContainerStatuses = append(s.ContainerStatuses, b.container(i))
	}
	for i := b.p.Regular; i < len(b.p.Containers); i++ {
		s.InitContainerStatuses = append(s.InitContainerStatuses, b.container(i))
	}
}

// phase sets the phase. The previous phase, a passed deadline and the API can override the
// computed one (S23, S80).
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

// probed sets started and ready of every container (P75, P77). It returns the containers
// whose readiness worker must be triggered (P56).
func (b *builder) probed(s *corev1.PodStatus) (trigger []int) {
	for i := range b.p.Containers {
		c := b.p.StatusIn(s, i)
		live := c.State.Running != nil
		newest := b.in.Snapshot.Newest(i)
		var instance uint64
		if newest != nil {
			instance = newest.ID
		}
		was := c.Started != nil && *c.Started
		started := b.in.Probes.Started(i, live, instance, was)
		if started && !was && b.p.Containers[i].Spec.StartupProbe != nil && !b.in.Probes.Exists(i, probe.Startup) {
			b.opened = append(b.opened, i)
		}
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

// RestartingAll reports whether all containers are being restarted (R9).
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

// Adopted reports whether an instance counts as older than this kubelet process (P55),
// because it was started before the given time. If before is zero, it does not.
func Adopted(c *inventory.Instance, before time.Time) bool {
	return c != nil && !before.IsZero() && c.StartedAt.Before(before)
}
