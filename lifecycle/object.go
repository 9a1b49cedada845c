package lifecycle

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/podphase"
)

// object is what others than the kubelet have set on the pod object in the API,
// whether the kubelet has seen it or not.
//
// Invariant: what the kubelet has not seen yet is in missed alone, and moves to
// deletion when it sees it. A deletion is never taken back, only shortened (S70).
type object struct {
	deletion deletion // as the kubelet has seen it
	missed   absence
	foreign  []corev1.PodCondition // set in the API, not the kubelet's (S40)
}

// absence is what happens to the pod object while its node does not report, and
// the kubelet does not see it (S83).
type absence struct {
	EvictAt time.Time `json:"evictAt,omitzero"` // when the taint manager deletes the pod; zero: it does not
	// Deletion was asked for meanwhile. One without grace stays, for the object does not
	// come back.
	Deletion  deletion `json:"deletion,omitzero"`
	Restarted bool     `json:"kubeletRestarted,omitempty"` // the kubelet process was replaced meanwhile
}

// deletion is what the API server has set on the pod object (S70).
type deletion struct {
	Asked bool      `json:"asked"`
	At    time.Time `json:"at"`           // when it was asked for first
	Until time.Time `json:"until"`        // metadata.deletionTimestamp
	Grace int64     `json:"graceSeconds"` // metadata.deletionGracePeriodSeconds
}

// ask returns the deletion after another one was asked for at now, with a grace
// period in seconds. If grace is nil, it is the pod's own. It is false if that
// changes nothing, since a deletion can only be shortened (S70).
func (d deletion) ask(now time.Time, grace *int64, own int64) (deletion, bool) {
	if grace != nil {
		own = *grace
	}
	if own < 0 {
		own = 1
	}
	switch {
	case !d.Asked:
		return deletion{Asked: true, At: now, Until: now.Add(spec.Seconds(own)), Grace: own}, true
	case grace == nil || own >= d.Grace:
		return d, false
	}
	d.Grace, d.Until = own, d.At.Add(spec.Seconds(own))
	if d.Until.Before(now) { // the shortened end is already past
		d.Grace, d.Until = min(own, 1), now
	}
	return d, true
}

func (o *object) clone() object {
	c := *o
	c.foreign = slices.Clone(o.foreign)
	return c
}

// carries returns the deletion that the object carries in the API.
func (o *object) carries() deletion {
	if o.missed.Deletion.Asked {
		return o.missed.Deletion
	}
	return o.deletion
}

// mark puts the deletion on a pod object.
func (o *object) mark(pod *corev1.Pod) {
	d := o.carries()
	if !d.Asked {
		return
	}
	at := metaTime(d.Until)
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &d.Grace
}

// row returns kubectl's columns for the object with a status at now.
func (o *object) row(p *spec.Pod, cache *status.Cache, s *corev1.PodStatus, now time.Time) podphase.Row {
	pod := corev1.Pod{ObjectMeta: p.Manifest.ObjectMeta, Spec: p.Manifest.Spec, Status: *s}
	pod.CreationTimestamp = cache.Created
	o.mark(&pod)
	return podphase.Columns(&pod, now)
}

// generation returns metadata.generation as the kubelet has seen it.
func (o *object) generation(t *Template) int64 { return o.deletion.generation(t) }

// generation returns metadata.generation of an object with this deletion, which adds
// one where there is an API server.
func (d deletion) generation(t *Template) int64 {
	g := t.spec.Manifest.Generation
	if g != 0 && d.Asked && !t.cfg.Standalone {
		g++
	}
	return g
}

// conditions returns the conditions of the pod as it was given, with those that
// were set in the API since.
func (o *object) conditions(given []corev1.PodCondition) []corev1.PodCondition {
	if len(o.foreign) == 0 {
		return given
	}
	all := slices.Clone(given)
	for _, c := range o.foreign {
		all = status.SetCondition(all, c)
	}
	return all
}

// set takes a condition that somebody else has set.
func (o *object) set(c corev1.PodCondition) {
	o.foreign = status.SetCondition(slices.Clone(o.foreign), c)
}

// deleteUnseen takes a deletion while the node is lost (S83). It reports whether
// the object is gone at once, which it is without a grace period (S70).
func (o *object) deleteUnseen(now time.Time, grace *int64, own int64) (gone bool) {
	d, changed := o.carries().ask(now, grace, own)
	if !changed {
		return false
	}
	o.missed.Deletion = d
	return d.Grace == 0
}

// keep ends the taint manager's wait for the pod, and reports whether it waited.
func (o *object) keep() bool {
	waited := !o.missed.EvictAt.IsZero()
	o.missed.EvictAt = time.Time{}
	return waited
}

// see returns what the kubelet has missed, and forgets it. A deletion without
// grace stays: the object does not come back.
func (o *object) see() absence {
	missed := o.missed
	o.missed = absence{}
	if missed.Deletion.Grace == 0 {
		o.missed.Deletion = missed.Deletion
	}
	return missed
}
