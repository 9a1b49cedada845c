package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// podWorker is the kubelet's worker of one pod: it runs one pass at a time and
// remembers one pending update (T20).
type podWorker struct {
	pending  update
	lastSync time.Time // end of the last pass (T12)

	terminating bool      // termination was requested or decided
	deleted     bool      // it was a deletion that ended the pod
	terminated  bool      // the containers are stopped for good
	finished    bool      // nothing is left to do
	cancelled   bool      // exec probes err (cancelExecs)
	removed     bool      // the pod is gone from its source: nothing updates it any more
	orphanAt    time.Time // when housekeeping finds that it is gone
	exceededAt  time.Time // when an eviction has taken too long; zero: never (S81)
	since       uint64    // requests up to this Op are an earlier process'
	held        bool      // another static pod has its name (S84)
	lost        bool      // the node does not report (S83)
	grace       int64     // effective grace period in force; 0: none yet (S71)

	requeueAt time.Time // when the next sync by itself is due; zero: never
	lookAt    time.Time // the look of the main loop that finds something due
}

// update is one pending request for a pass.
type update struct {
	set bool
	// grace overrides the grace period of a terminating pass.
	hasGrace bool
	grace    int64
}

// deletion is what the API server has set on the pod object (S70).
type deletion struct {
	asked bool
	at    time.Time // when it was asked for first
	until time.Time // metadata.deletionTimestamp
	grace int64     // metadata.deletionGracePeriodSeconds
}

// ask is the deletion after it was asked for at now, in seconds or nil for the
// pod's own; false: that changes nothing, since it can only be shortened (S70).
func (d deletion) ask(now time.Time, grace *int64, own int64) (deletion, bool) {
	if grace != nil {
		own = *grace
	}
	if own < 0 {
		own = 1
	}
	switch {
	case !d.asked:
		return deletion{asked: true, at: now, until: now.Add(seconds(own)), grace: own}, true
	case grace == nil || own >= d.grace:
		return d, false
	}
	d.grace, d.until = own, d.at.Add(seconds(own))
	if d.until.Before(now) { // the shortened end is already past
		d.grace, d.until = min(own, 1), now
	}
	return d, true
}

// mark puts the deletion on a pod object.
func (d deletion) mark(pod *corev1.Pod) {
	if !d.asked {
		return
	}
	at := metaTime(d.until)
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &d.grace
}

// requestSync asks for a pass (T20). A pod that is gone from its source is
// found by nobody who would ask.
func (p *Pod) requestSync() {
	if !p.worker.removed {
		p.updateWorker(nil)
	}
}

// updateWorker hands the worker an update; a pending one is replaced. Once
// termination is requested each update carries the effective grace period, which
// can only shrink (S71).
func (p *Pod) updateWorker(override *int64) {
	w := &p.worker
	if w.finished {
		return
	}
	w.pending = update{set: true}
	if w.terminating && !w.terminated {
		w.grace = p.effectiveGrace(override)
		w.pending.hasGrace, w.pending.grace = true, w.grace
	}
}

// effectiveGrace is the grace period from now on, in seconds (S71).
func (p *Pod) effectiveGrace(override *int64) int64 {
	grace, overridden := p.worker.grace, false
	shorten := func(to int64) {
		if grace == 0 || to < grace {
			grace, overridden = to, true
		}
	}
	if p.deletion.asked {
		shorten(p.deletion.grace)
	}
	if override != nil {
		shorten(*override)
	}
	if !overridden && grace == 0 {
		grace = p.t.grace
	}
	return max(grace, 1)
}

// requeueLast repeats the last update as the next pass, unless one is pending.
func (p *Pod) requeueLast() {
	if !p.worker.pending.set {
		p.worker.pending = update{set: true, hasGrace: p.pass.hasGrace, grace: p.pass.grace}
	}
}

// terminate turns the worker to termination; the next pass stops the pod.
func (p *Pod) terminate(override *int64, why string) {
	if !p.worker.terminating {
		p.worker.terminating = true
		p.cancelExecs()
		p.explain(NoContainer, DecidedEnd, why)
	}
	p.updateWorker(override)
}

// requeue sets when the pod is synced next without any other trigger (R33).
func (p *Pod) requeue(base time.Duration, jittered bool) {
	if base < 0 {
		p.worker.requeueAt = time.Time{}
		p.scheduleLook()
		return
	}
	delay := base
	if jittered {
		delay = p.timing.Chance.Requeue(p.now, base)
	}
	p.worker.requeueAt = p.now.Add(delay)
	p.scheduleLook()
	p.emit(Action{Type: Synced, Container: NoContainer, Delay: delay})
}

// scheduleLook finds the look of the main loop that next finds something due: a
// requeue, strictly past (R33), or a passed deadline (S80).
func (p *Pod) scheduleLook() {
	var d deadline
	if at := p.worker.requeueAt; !at.IsZero() {
		d.add(p.timing.Chance.Look(at))
	}
	if at, ok := p.activeDeadline(); ok && !p.worker.terminating {
		d.add(p.timing.lookFrom(at))
	}
	p.worker.lookAt = d.at
}

// look is one look of the main loop at due pods (T1).
func (p *Pod) look() {
	w := &p.worker
	w.lookAt = time.Time{}
	if p.due(w.requeueAt) {
		w.requeueAt = time.Time{}
		p.requestSync()
		if w.removed && !p.timing.housekeepsAgain() {
			p.updateWorker(nil)
		}
	}
	if at, ok := p.activeDeadline(); ok && p.due(at) {
		p.requestSync()
		if w.requeueAt.IsZero() {
			return // seen once is enough: the sync that it asks for ends the pod
		}
		w.lookAt = p.timing.Chance.Look(w.requeueAt)
		return
	}
	p.scheduleLook()
}

// activeDeadline is when the pod's activeDeadlineSeconds pass, counted from the
// stored start time (S80).
func (p *Pod) activeDeadline() (time.Time, bool) {
	if p.t.deadline == 0 || p.store.status.StartTime == nil {
		return time.Time{}, false
	}
	return p.store.status.StartTime.Add(p.t.deadline), true
}
