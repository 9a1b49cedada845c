package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/timeline"
)

var zeroTime time.Time

func metaTime(t time.Time) metav1.Time { return metav1.Time{Time: t} }

// generate builds the pod's status from a snapshot, the previous status and the
// probe results (T22). final says that its containers were stopped for good (S21).
func (k *kubelet) generate(r *inventory.Snapshot, final bool) *corev1.PodStatus {
	at := k.activeDeadline()
	need, _, _ := k.t.plans.NeedsSandbox(r)
	in := status.Input{
		Now: k.now, Snapshot: r, Previous: k.cache.Previous(k.apiStatus()), API: k.apiStatus(),
		Conditions: k.object.conditions(k.t.spec.Manifest.Status.Conditions), Generation: k.pass.Deletion.generation(k.t),
		Waiting: k.starts.Waiting, Probes: &k.probes.Set, AdoptedBefore: k.adoptedBefore(), Final: final,
		Deleting: k.pass.Deletion.Asked, RestartPending: k.starts.AnyPending() && !k.worker.Terminating,
		DeadlinePassed: !at.IsZero() && k.cache.Stored && !k.now.Before(at), HasSandbox: !need,
	}
	if in.DeadlinePassed {
		k.out.emitEvent(NoContainer, corev1.EventTypeNormal, status.DeadlineExceeded, status.DeadlineMessage)
	}
	s, notes := status.Build(k.t.spec, k.t.status, &in)
	for _, i := range notes.Trigger {
		k.probes.trigger(k.now, i, k.timing)
	}
	for _, c := range notes.Copied {
		k.out.explain(c.Container, timeline.DecidedQuirk, fmt.Sprintf(
			"still counts as started: copied from run %d (P76); liveness does not wait for its startup probe", c.Run))
	}
	for _, i := range notes.Opened {
		k.out.explain(i, timeline.DecidedQuirk, "counts as started, since the new kubelet process has no worker for its "+
			"startup probe yet (P75); liveness and readiness do not wait for it")
	}
	return s
}

// apiStatus returns the status of the pod object that the kubelet works with.
func (k *kubelet) apiStatus() *corev1.PodStatus {
	return k.cache.API(&k.t.spec.Manifest.Status, !k.t.cfg.Standalone)
}

// activeDeadline returns when the pod's activeDeadlineSeconds pass, counted from
// the stored start time (S80); zero: never.
func (k *kubelet) activeDeadline() time.Time {
	if k.t.spec.Deadline == 0 || k.cache.Status.StartTime == nil {
		return zeroTime
	}
	return k.cache.Status.StartTime.Add(k.t.spec.Deadline)
}

// storeSynced stores a status that the present pass has made. On a pod object
// with a deletion it is stored even if it says nothing new (S61).
func (k *kubelet) storeSynced(s *corev1.PodStatus) {
	deleting := k.pass.Deletion.Asked
	k.storeStatus(s, deleting, deleting)
}

// storeStatus puts a status into the cache and reports it, unless it says nothing
// new (S60, S61). The status is the cache's from then on. deleting says that the
// pod object at hand carries a deletion.
func (k *kubelet) storeStatus(s *corev1.PodStatus, deleting, force bool) {
	stored, first := k.cache.Store(k.t.spec, s, k.apiStatus(), k.now, force)
	if !stored {
		return
	}
	k.refreshViews()
	if first && k.t.spec.Deadline > 0 {
		k.scheduleLook()
	}
	k.report()
	k.out.emit(Action{Type: StatusChanged, Container: NoContainer, Status: k.cache.Status, Reported: k.cache.Reported,
		Deleting: deleting, Last: k.worker.Finished})
}

// storeChanged stores what a probe result changes in the cached status, which is
// nothing if s is nil. Nobody keeps the status of a pod that is gone from its
// source.
func (k *kubelet) storeChanged(s *corev1.PodStatus) {
	if s != nil && !k.worker.Removed {
		k.storeStatus(s, k.object.deletion.Asked, false)
	}
}

// readyToStart stores PodReadyToStartContainers from within the sync that made
// the sandbox (S5).
func (k *kubelet) readyToStart() {
	if k.t.cfg.Gates.DisableReadyToStartCondition {
		return
	}
	k.storeSynced(k.cache.WithCondition(corev1.PodCondition{
		Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue,
		ObservedGeneration: k.pass.Deletion.generation(k.t), // of the object that the sync began with
	}))
}

// report sends the cached status to the API, unless the node is lost (S25, S83),
// and reports whether that says anything new there. A kubelet reads the object
// before it sends: by then the pass that has stopped the containers is over, so
// that its status is sent with the terminal phase.
func (k *kubelet) report() bool {
	mayRun := !k.worker.Terminated && !k.pass.stopped()
	return !k.worker.Lost && k.cache.Report(mayRun, k.object.generation(k.t), k.now)
}

// tellStatus tells that the pod object has changed, though the kubelet's own
// status has not.
func (k *kubelet) tellStatus() {
	k.out.emit(Action{Type: StatusChanged, Container: NoContainer, Status: k.cache.Status, Reported: k.cache.Reported})
}

// refreshViews makes what probe passes read from the stored status, and lets the
// workers see it.
func (k *kubelet) refreshViews() {
	k.cache.Refresh(k.t.spec, &k.truth, k.pleg.Cached(), k.adoptedBefore())
	k.probes.stale = true
}

// adoptionMargin is how much older than the kubelet process a container must be
// to count as pre-existing (P55).
const adoptionMargin = 10 * time.Second

// adoptedBefore is the instant before which an instance must have started to
// count as older than this kubelet process (P55); zero: none does.
func (k *kubelet) adoptedBefore() time.Time {
	if k.start.IsZero() || k.t.cfg.Gates.ResetOnKubeletRestart {
		return zeroTime
	}
	return k.start.Add(-adoptionMargin)
}
