package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
)

var zeroTime time.Time

func metaTime(t time.Time) metav1.Time { return metav1.Time{Time: t} }

// generate builds the pod's status from a snapshot, the previous status and the
// probe results (T22). final says that its containers were stopped for good (S21).
func (p *Pod) generate(r *inventory.Snapshot, final bool) *corev1.PodStatus {
	at := p.activeDeadline()
	need, _, _ := p.t.plans.NeedsSandbox(r)
	in := status.Input{
		Now: p.now, Snapshot: r, Previous: p.cache.Previous(p.apiStatus()), API: p.apiStatus(),
		Conditions: p.object.conditions(p.t.spec.Manifest.Status.Conditions), Generation: p.object.generation(p.t),
		Waiting: p.starts.Waiting, Probes: &p.probes.Set, AdoptedBefore: p.adoptedBefore(), Final: final,
		Deleting: p.pass.Deletion.Asked, RestartPending: p.starts.AnyPending() && !p.worker.Terminating,
		DeadlinePassed: !at.IsZero() && p.cache.Stored && !p.now.Before(at), HasSandbox: !need,
	}
	if in.DeadlinePassed {
		p.out.emitEvent(NoContainer, corev1.EventTypeNormal, status.DeadlineExceeded, status.DeadlineMessage)
	}
	s, trigger := status.Build(p.t.spec, p.t.status, &in)
	for _, i := range trigger {
		p.probes.trigger(p.now, i, p.timing)
	}
	return s
}

// apiStatus returns the status of the pod object that the kubelet works with.
func (p *Pod) apiStatus() *corev1.PodStatus {
	return p.cache.API(&p.t.spec.Manifest.Status, !p.t.cfg.Standalone)
}

// activeDeadline returns when the pod's activeDeadlineSeconds pass, counted from
// the stored start time (S80); zero: never.
func (p *Pod) activeDeadline() time.Time {
	if p.t.spec.Deadline == 0 || p.cache.Status.StartTime == nil {
		return zeroTime
	}
	return p.cache.Status.StartTime.Add(p.t.spec.Deadline)
}

// storeSynced stores a status that the present pass has made. On a pod object
// with a deletion it is stored even if it says nothing new (S61).
func (p *Pod) storeSynced(s *corev1.PodStatus) {
	deleting := p.pass.Deletion.Asked
	p.storeStatus(s, deleting, deleting)
}

// storeStatus puts a status into the cache and reports it, unless it says nothing
// new (S60, S61). The status is the cache's from then on. deleting says that the
// pod object at hand carries a deletion.
func (p *Pod) storeStatus(s *corev1.PodStatus, deleting, force bool) {
	stored, first := p.cache.Store(p.t.spec, s, p.apiStatus(), p.now, force)
	if !stored {
		return
	}
	p.refreshViews()
	if first && p.t.spec.Deadline > 0 {
		p.scheduleLook()
	}
	p.report()
	p.out.emit(Action{Type: StatusChanged, Container: NoContainer, Status: p.cache.Status, Reported: p.cache.Reported,
		Deleting: deleting, Last: p.worker.Finished})
}

// storeChanged stores what a probe result changes in the cached status, which is
// nothing if s is nil. Nobody keeps the status of a pod that is gone from its
// source.
func (p *Pod) storeChanged(s *corev1.PodStatus) {
	if s != nil && !p.worker.Removed {
		p.storeStatus(s, p.object.deletion.Asked, false)
	}
}

// readyToStart stores PodReadyToStartContainers from within the sync that made
// the sandbox (S5).
func (p *Pod) readyToStart() {
	if p.t.cfg.Gates.DisableReadyToStartCondition {
		return
	}
	p.storeSynced(p.cache.WithCondition(corev1.PodCondition{
		Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue, ObservedGeneration: p.object.generation(p.t),
	}))
}

// report sends the cached status to the API, unless the node is lost (S25, S83).
func (p *Pod) report() {
	if !p.worker.Lost {
		p.cache.Report(!p.worker.Terminated, p.object.generation(p.t), p.now)
	}
}

// refreshViews makes what probe passes read from the stored status, and lets the
// workers see it.
func (p *Pod) refreshViews() {
	p.cache.Refresh(p.t.spec, &p.truth, p.pleg.Cached(), p.adoptedBefore())
	p.probes.stale = true
}

// adoptionMargin is how much older than the kubelet process a container must be
// to count as pre-existing (P55).
const adoptionMargin = 10 * time.Second

// adoptedBefore is the instant before which an instance must have started to
// count as older than this kubelet process (P55); zero: none does.
func (p *Pod) adoptedBefore() time.Time {
	if p.kubeletStart.IsZero() || p.t.cfg.Gates.ResetOnKubeletRestart {
		return zeroTime
	}
	return p.kubeletStart.Add(-adoptionMargin)
}
