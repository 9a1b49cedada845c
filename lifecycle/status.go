package lifecycle

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

// generate builds the pod's status from a snapshot, the previous status and the
// probe results (T22). podTerminal says that its containers were stopped for
// good (S21).
func (p *Pod) generate(r *inventory.Snapshot, podTerminal bool) *corev1.PodStatus {
	previous := p.previousStatus()
	s := &corev1.PodStatus{
		QOSClass: p.t.spec.QOS, HostIP: p.t.cfg.HostIP, ObservedGeneration: p.generation(),
		Resources: p.t.spec.Resources.Pod, AllocatedResources: p.t.spec.Resources.Allocated,
	}
	p.setAddresses(s, r)
	restarting := p.restartingAll(r, previous)
	b := statusBuilder{p: p, r: r, previous: previous, restarting: restarting, deleting: p.pass.Deletion.Asked}
	b.containers(s)
	p.setPhase(s, previous, p.t.spec.Rules.Phase(s, podTerminal, r.StartedInActive(p.t.spec.Regular)))
	p.setProbed(s, r)
	need, _, _ := p.t.plans.NeedsSandbox(r)
	s.Conditions = p.t.spec.Rules.Conditions(nil, &podphase.Facts{
		Status: s, Previous: previous.Conditions, API: p.apiConditions(), Generation: p.generation(),
		HasSandbox: !need, RestartingAll: restarting && len(r.Instances) > 0,
	})
	return s
}

func (b *statusBuilder) containers(s *corev1.PodStatus) {
	t := b.p.t
	s.ContainerStatuses = make([]corev1.ContainerStatus, 0, t.spec.Regular)
	for _, i := range t.spec.Sorted { // C15
		s.ContainerStatuses = append(s.ContainerStatuses, b.build(i))
	}
	for i := t.spec.Regular; i < t.Containers(); i++ {
		s.InitContainerStatuses = append(s.InitContainerStatuses, b.build(i))
	}
}

// previousStatus is the cached status, else that of the API object.
func (p *Pod) previousStatus() *corev1.PodStatus {
	if p.store.stored {
		return p.store.status
	}
	return p.apiStatus()
}

// apiConditions are the conditions of the API object, with those set since.
func (p *Pod) apiConditions() []corev1.PodCondition {
	if len(p.foreign) == 0 {
		return p.t.spec.Manifest.Status.Conditions
	}
	all := append([]corev1.PodCondition(nil), p.t.spec.Manifest.Status.Conditions...)
	for _, c := range p.foreign {
		all = setCondition(all, c)
	}
	return all
}

func setCondition(list []corev1.PodCondition, c corev1.PodCondition) []corev1.PodCondition {
	for i := range list {
		if list[i].Type == c.Type {
			list[i] = c
			return list
		}
	}
	return append(list, c)
}

func (p *Pod) setAddresses(s *corev1.PodStatus, r *inventory.Snapshot) {
	ips := r.IPs
	if s.HostIP != "" {
		s.HostIPs = []corev1.HostIP{{IP: s.HostIP}}
		if p.t.spec.HostNetwork {
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

// restartingAll reports whether RestartAllContainers is in effect (R9).
func (p *Pod) restartingAll(r *inventory.Snapshot, previous *corev1.PodStatus) bool {
	if !p.t.spec.RestartsAll {
		return false
	}
	if conditionTrue(previous, corev1.AllContainersRestarting) {
		return true
	}
	for i := range p.t.spec.Containers {
		if c := r.Newest(i); c != nil && c.State == restart.StateExited && p.t.spec.Containers[i].Policy.RestartsAll(c.ExitCode) {
			return true
		}
	}
	return false
}

// setPhase settles the phase against the past and what forces one (S23, S80).
func (p *Pod) setPhase(s, previous *corev1.PodStatus, computed corev1.PodPhase) {
	if terminal(computed) && slices.Contains(p.restartPending, true) && !p.worker.Terminating {
		computed = corev1.PodRunning // without R41 a restart is still to come
	}
	var forced podphase.Verdict
	if at, ok := p.activeDeadline(); ok && p.store.stored && !p.now.Before(at) {
		forced = podphase.Verdict{Phase: corev1.PodFailed, Reason: "DeadlineExceeded",
			Message: "Pod was active on the node longer than the specified deadline"}
		p.emitEvent(NoContainer, corev1.EventTypeNormal, forced.Reason, forced.Message)
	}
	v := podphase.Resolve(computed, podphase.VerdictOf(previous), podphase.VerdictOf(p.apiStatus()), forced)
	s.Phase, s.Reason, s.Message = v.Phase, v.Reason, v.Message
}

// setProbed sets started and ready of every container, and triggers readiness
// workers whose container is not ready yet (P56, P75, P77).
func (p *Pod) setProbed(s *corev1.PodStatus, r *inventory.Snapshot) {
	for i := range p.t.spec.Containers {
		c := p.t.spec.StatusIn(s, i)
		live := c.State.Running != nil
		newest := r.Newest(i)
		var instance uint64
		if newest != nil {
			instance = newest.ID
		}
		started := p.probes.Started(i, live, instance, c.Started != nil && *c.Started)
		c.Started = &started
		if p.t.spec.Containers[i].Role == restart.Init {
			if c.State.Terminated != nil && c.State.Terminated.ExitCode == 0 {
				c.Ready = true
			}
			continue
		}
		ready, trigger := p.probes.Ready(i, live, started, instance)
		if trigger {
			p.trigger(i)
		}
		if live && started && p.adopted(newest) {
			ready = p.probes.AdoptedReady(i, ready, instance, conditionTrue(p.apiStatus(), corev1.PodReady))
		}
		c.Ready = ready
	}
}
