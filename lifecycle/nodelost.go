package lifecycle

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/podphase"
)

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
		p.object.missed.EvictAt = p.now.Add(d)
	}
	p.tellStatus()
}

// taintEvicted is the taint manager's deletion (S83).
func (p *Pod) taintEvicted() {
	p.object.keep()
	p.out.emitEvent(NoContainer, corev1.EventTypeNormal, "TaintManagerEviction",
		"Marking for deletion Pod "+p.id.Namespace+"/"+p.id.Name)
	p.cache.Patch(func(r *corev1.PodStatus) {
		added := []corev1.PodCondition{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
			ObservedGeneration: p.object.generation(p.t),
			Reason:             "DeletionByTaintManager", Message: "Taint manager: deleting due to NoExecute taint"}}
		podphase.Stamp(added, r.Conditions, p.now)
		r.Conditions = status.SetCondition(r.Conditions, added[0])
	})
	p.deletedUnseen(nil)
	p.tellStatus()
}

// keepPod ends the taint manager's wait for the pod.
func (p *Pod) keepPod() {
	if p.object.keep() {
		p.out.emitEvent(NoContainer, corev1.EventTypeNormal, "TaintManagerEviction",
			"Cancelling deletion of Pod "+p.id.Namespace+"/"+p.id.Name)
	}
}

// deletedUnseen takes a deletion while the node is lost. The kubelet learns of it
// when the node is back (S83).
func (p *Pod) deletedUnseen(grace *int64) {
	if p.object.deleteUnseen(p.now, grace, p.t.spec.Grace) {
		p.keepPod()
	}
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
	missed := p.object.see()
	for _, c := range p.cache.Reported.Conditions {
		if c.Type == corev1.DisruptionTarget && c.Reason == "DeletionByTaintManager" {
			p.conditionSet(c)
		}
	}
	p.report()
	p.tellStatus()
	switch {
	case !missed.Deletion.Asked:
	case missed.Deletion.Grace > 0:
		p.deletionSeen(missed.Deletion)
	case missed.Restarted:
		p.orphanFound()
	default:
		p.removed()
	}
}
