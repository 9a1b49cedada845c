package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/podphase"
)

// absence is what happens to the pod object while its node does not report, and
// the kubelet does not see it (S83).
type absence struct {
	EvictAt time.Time `json:"evictAt,omitzero"` // when the taint manager deletes the pod; zero: it does not
	// Deletion was asked for meanwhile. One without grace stays, for the object does not
	// come back.
	Deletion  deletion `json:"deletion,omitzero"`
	Restarted bool     `json:"kubeletRestarted,omitempty"` // the kubelet process was replaced meanwhile
}

// nodeLost is what the node controllers do when the node stops reporting: the
// Ready condition turns False in the API, nothing that the kubelet reports
// arrives, and the pod is deleted once it does not tolerate that any longer (S83).
func (p *Pod) nodeLost() {
	if p.worker.Lost || p.worker.Finished {
		return
	}
	p.worker.Lost = true
	p.cache.Patch(func(r *corev1.PodStatus) {
		for i := range r.Conditions {
			if c := &r.Conditions[i]; c.Type == corev1.PodReady && c.Status != corev1.ConditionFalse {
				c.Status, c.LastTransitionTime = corev1.ConditionFalse, podphase.Truncate(metaTime(p.now))
			}
		}
	})
	p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "NodeNotReady", "Node is not ready")
	if d, ends := p.t.spec.ToleratesUnreachable(); ends {
		p.absence.EvictAt = p.now.Add(d)
	}
	p.tellStatus()
}

// tellStatus tells that the pod object has changed, though the kubelet's own
// status has not.
func (p *Pod) tellStatus() {
	p.out.emit(Action{Type: StatusChanged, Container: NoContainer, Status: p.cache.Status, Reported: p.cache.Reported})
}

// taintEvicted is the taint manager's deletion (S83).
func (p *Pod) taintEvicted() {
	p.absence.EvictAt = zeroTime
	p.out.emitEvent(NoContainer, corev1.EventTypeNormal, "TaintManagerEviction",
		"Marking for deletion Pod "+p.id.Namespace+"/"+p.id.Name)
	p.cache.Patch(func(r *corev1.PodStatus) {
		added := []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
			ObservedGeneration: p.generation(),
			Reason:             "DeletionByTaintManager", Message: "Taint manager: deleting due to NoExecute taint"}}
		podphase.Stamp(added, r.Conditions, p.now)
		r.Conditions = status.SetCondition(r.Conditions, added[0])
	})
	p.deletedUnseen(nil)
	p.tellStatus()
}

// keepPod ends the taint manager's wait for the pod.
func (p *Pod) keepPod() {
	if p.absence.EvictAt.IsZero() {
		return
	}
	p.absence.EvictAt = zeroTime
	p.out.emitEvent(NoContainer, corev1.EventTypeNormal, "TaintManagerEviction",
		"Cancelling deletion of Pod "+p.id.Namespace+"/"+p.id.Name)
}

// deletedUnseen takes a deletion of which the kubelet learns when the node is
// back (S83). With no grace period the object is gone from the API at once (S70).
func (p *Pod) deletedUnseen(grace *int64) {
	d, changed := p.objectDeletion().ask(p.now, grace, p.t.spec.Grace)
	if !changed {
		return
	}
	p.absence.Deletion = d
	if d.Grace == 0 {
		p.keepPod()
	}
}

// objectDeletion is the deletion that the pod object carries.
func (p *Pod) objectDeletion() deletion {
	if p.absence.Deletion.Asked {
		return p.absence.Deletion
	}
	return p.deletion
}

// nodeReturned lets reports through again, and the kubelet see what has happened
// to the pod object meanwhile (S83). One that is gone it has missed the deletion
// of (S72).
func (p *Pod) nodeReturned() {
	if !p.worker.Lost {
		return
	}
	p.worker.Lost = false
	p.keepPod()
	missed, restarted := p.absence.Deletion, p.absence.Restarted
	p.absence = absence{}
	if missed.Grace == 0 {
		p.absence.Deletion = missed
	}
	for _, c := range p.cache.Reported.Conditions {
		if c.Type == corev1.DisruptionTarget && c.Reason == "DeletionByTaintManager" {
			p.conditionSet(c)
		}
	}
	p.report()
	p.tellStatus()
	switch {
	case !missed.Asked:
	case missed.Grace > 0:
		p.deletionSeen(missed)
	case restarted:
		p.orphanFound()
	default:
		p.removed()
	}
}
