package status

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
)

// Refresh updates what probe passes read from the cached status. It looks instances up in
// the truth or, if the runtime no longer has them, in the snapshot.
func (c *Cache) Refresh(p *spec.Pod, truth *inventory.Truth, seen *inventory.Snapshot, adoptedBefore time.Time) {
	restarting := RestartingAll(p, seen, c.Status)
	for i := range p.Containers {
		v := probe.View{Known: true, Finished: Terminal(c.Status.Phase), Sidecar: p.IsSidecar(i)}
		if s := p.StatusIn(c.Status, i); s != nil {
			v.Instance = c.instanceOf(i, s.ContainerID, truth, seen)
			v.Started = s.Started != nil && *s.Started
			switch {
			case s.State.Running != nil:
				v.Running, v.StartedAt = true, s.State.Running.StartedAt.Time
				v.Adopted = Adopted(truth.Instance(v.Instance), adoptedBefore)
			case s.State.Terminated != nil:
				v.Terminated = true
				v.MayRestart = restarting || p.Containers[i].Policy.Restarts(s.State.Terminated.ExitCode)
			}
		}
		c.views[i] = v
	}
}

// instanceOf returns the ID of the instance with a runtime ID. It also finds one that the
// runtime no longer has. If there is none, it returns 0.
func (c *Cache) instanceOf(container int, runtimeID string, truth *inventory.Truth, seen *inventory.Snapshot) uint64 {
	if runtimeID == "" {
		return 0
	}
	for _, list := range [][]inventory.Instance{truth.Instances(), seen.Instances} {
		for i := range list {
			if list[i].RuntimeID == runtimeID {
				return list[i].ID
			}
		}
	}
	return c.views[container].Instance
}

// WithReady returns the cached status with another ready of an instance, and with the
// conditions that follow (P73). It returns nil if nothing changes or the status shows
// another instance.
func (c *Cache) WithReady(p *spec.Pod, container int, instance uint64, ready bool, generation int64) *corev1.PodStatus {
	s, entry := c.copyFor(p, container, instance)
	if entry == nil || entry.Ready == ready {
		return nil
	}
	entry.Ready = ready
	fresh := p.Rules.Conditions(nil,
		&podphase.Facts{Status: s, Previous: s.Conditions, API: s.Conditions, Generation: generation})
	for _, cond := range fresh {
		if cond.Type == corev1.PodReady || cond.Type == corev1.ContainersReady {
			s.Conditions = SetCondition(s.Conditions, cond)
		}
	}
	return s
}

// WithStarted returns the cached status with another started of an instance (P74). It
// returns nil if nothing changes or the status shows another instance.
func (c *Cache) WithStarted(p *spec.Pod, container int, instance uint64, started bool) *corev1.PodStatus {
	s, entry := c.copyFor(p, container, instance)
	if entry == nil || entry.Started != nil && *entry.Started == started {
		return nil
	}
	entry.Started = &started
	return s
}

// WithCondition returns the cached status with a condition set.
func (c *Cache) WithCondition(cond corev1.PodCondition) *corev1.PodStatus {
	s := c.Status.DeepCopy()
	s.Conditions = SetCondition(s.Conditions, cond)
	return s
}

// copyFor returns a copy of the cached status, and the entry of an instance in it. It
// returns nil if the status shows another instance.
func (c *Cache) copyFor(p *spec.Pod, container int, instance uint64) (*corev1.PodStatus, *corev1.ContainerStatus) {
	if !c.Stored || c.views[container].Instance != instance || instance == 0 {
		return nil, nil
	}
	s := c.Status.DeepCopy()
	return s, p.StatusIn(s, container)
}
