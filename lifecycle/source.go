package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/podphase"
)

// This file is what the kubelet learns of the pod from its source, the API server
// or a manifest file, and what it decides about the pod itself.

// deleted takes a deletion, or one that shortens an earlier one (S70, S71). Of a
// static pod it is the mirror that is deleted (S84).
func (p *Pod) deleted(grace *int64) {
	if p.t.spec.Static {
		p.out.ignored(PodDeleted, "a static pod outlives its mirror, and ends by its removal")
		return
	}
	if p.worker.Lost {
		p.deletedUnseen(grace)
		p.tellStatus()
		return
	}
	if d, changed := p.object.deletion.ask(p.now, grace, p.t.spec.Grace); changed && !p.worker.Finished {
		p.deletionSeen(d)
	}
}

// deletionSeen ends the pod whose object carries a new deletion.
func (p *Pod) deletionSeen(d deletion) {
	p.object.deletion = d
	if p.worker.Finished {
		return
	}
	p.worker.Deleted = p.worker.Deleted || !p.worker.Terminating
	p.terminate(nil, fmt.Sprintf("deleted, with %v of grace", spec.Seconds(d.Grace)))
	p.explainWaits()
	if !p.t.has(QuirkS71) {
		p.kills.Hurry(p.now, host{&p.kubelet}, p.worker.Grace)
	}
}

// removed takes a removal that was not a deletion: of a static pod's manifest,
// or one whose deletion the kubelet missed (S72). From then on nothing but the
// pod's own worker knows of it.
func (p *Pod) removed() {
	if p.worker.Removed {
		return
	}
	p.keepPod()
	if !p.worker.Finished {
		p.terminate(nil, "removed from its source")
	}
	p.worker.Removed = true
	p.worker.OrphanAt = p.timing.Chance.Housekeeping(p.now)
	p.scheduleCollection()
}

// orphaned is the housekeeping that finds the pod gone from its source: it
// counts as deleted, and its cached status is dropped. A status stored after
// that is dropped by the next one. The pod's worker gets an update each time, so that
// a kill that failed is tried again.
func (p *Pod) orphaned() {
	p.worker.OrphanAt = zeroTime
	p.worker.Deleted = true
	if p.worker.Finished {
		return
	}
	if p.timing.housekeepsAgain() {
		p.worker.OrphanAt = p.timing.Chance.Housekeeping(p.now)
	}
	p.cache.Drop()
	p.probes.stale = true
	if p.worker.Pending == nil && p.pass.Work == 0 {
		p.updateWorker(nil)
	}
}

// evict ends the pod by the kubelet's own decision (S81).
func (p *Pod) evict(e *Eviction) {
	if p.worker.Finished || p.worker.Terminating {
		p.out.ignored(PodEvicted, "the pod is already ending")
		return
	}
	p.evicted = e
	if e.EventReason != "" {
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, e.EventReason, e.Message)
	}
	p.worker.ExceededAt = p.now.Add(e.patience(p.t.spec.Grace))
	p.terminate(e.Grace, e.why(p.t.spec.Grace))
}

// exceeded complains of an eviction that takes too long (S81).
func (p *Pod) exceeded() {
	p.worker.ExceededAt = zeroTime
	if !p.worker.Terminated {
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "ExceededGracePeriod",
			"Container runtime did not kill the pod within specified grace period.")
	}
}

// refuse ends a pod that was not admitted: there is a status, and nothing else
// (S82).
func (p *Pod) refuse(e *Eviction) {
	if p.cache.Stored || p.pass.Work != 0 {
		p.out.ignored(PodRefused, "the pod was admitted before")
		return
	}
	p.out.emitEvent(NoContainer, corev1.EventTypeWarning, e.Reason, e.Message)
	p.worker.Pending, p.worker.Finished, p.worker.Terminated = nil, true, true
	p.storeStatus(&corev1.PodStatus{
		Phase: corev1.PodFailed, Reason: e.Reason, Message: "Pod was rejected: " + e.Message,
		QOSClass: p.t.spec.QOS, ObservedGeneration: p.object.generation(p.t),
	}, false, true)
	p.out.emit(Action{Type: PodFinished, Container: NoContainer})
}

// updated takes a changed pod object: only images can have changed (P24).
func (p *Pod) updated(t *Template) {
	switch {
	case p.worker.Finished:
		p.out.ignored(PodUpdated, "the pod is finished")
		return
	case p.upToDate(t):
		return
	case !p.t.spec.SameContainers(t.spec):
		p.out.ignored(PodUpdated,
			"containers are never added, removed or renamed, and their probes, hooks and restart rules never changed (P24)")
		return
	}
	p.nextTemplate = t
	p.requestSync()
}

// upToDate reports whether the pod has this spec already, or is about to.
func (p *Pod) upToDate(t *Template) bool {
	return equality.Semantic.DeepEqual(p.Wanted().spec.Manifest.Spec, t.spec.Manifest.Spec)
}

// Wanted returns the template that the pod has, or will have from its next sync
// on.
func (p *Pod) Wanted() *Template {
	if p.nextTemplate != nil {
		return p.nextTemplate
	}
	return p.t
}

// conditionSet takes a condition that somebody else set in the API. It asks for
// a sync only if Ready would change (S44).
func (p *Pod) conditionSet(c corev1.PodCondition) {
	c.LastProbeTime, c.LastTransitionTime = podphase.Truncate(c.LastProbeTime), podphase.Truncate(c.LastTransitionTime)
	p.object.set(c)
	p.cache.Patch(func(r *corev1.PodStatus) { r.Conditions = status.SetCondition(r.Conditions, c) })
	p.tellStatus()
	if p.cache.Stored && p.t.spec.Rules.GatesNeedSync(p.cache.WithCondition(c)) {
		p.requestSync()
	}
}
