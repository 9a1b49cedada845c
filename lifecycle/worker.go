package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/timeline"
)

// podWorker is the kubelet's worker of one pod: it runs one pass at a time and
// remembers one pending update (T20).
type podWorker struct {
	Pending  *update   `json:"pending,omitempty"`
	LastSync time.Time `json:"lastSync,omitzero"` // end of the last pass (T12)

	Terminating bool      `json:"terminating,omitempty"`    // termination was requested or decided
	Deleted     bool      `json:"deleted,omitempty"`        // it was a deletion that ended the pod
	Terminated  bool      `json:"terminated,omitempty"`     // the containers are stopped for good
	Finished    bool      `json:"finished,omitempty"`       // nothing is left to do
	Cancelled   bool      `json:"execsCancelled,omitempty"` // exec probes err (cancelExecs)
	Removed     bool      `json:"removed,omitempty"`        // the pod is gone from its source: nothing updates it any more
	OrphanAt    time.Time `json:"orphanAt,omitzero"`        // when housekeeping finds that it is gone
	ExceededAt  time.Time `json:"exceededAt,omitzero"`      // when an eviction has taken too long; zero: never (S81)
	Since       uint64    `json:"sinceOp,omitempty"`        // requests up to this Op are an earlier process'
	Held        bool      `json:"held,omitempty"`           // another static pod has its name (S84)
	Lost        bool      `json:"nodeLost,omitempty"`       // the node does not report (S83)
	Grace       int64     `json:"graceSeconds,omitempty"`   // effective grace period in force; 0: none yet (S71)

	RequeueAt time.Time `json:"requeueAt,omitzero"` // when the next sync by itself is due; zero: never
	LookAt    time.Time `json:"lookAt,omitzero"`    // the look of the main loop that finds something due
}

// update is one request for a pass.
type update struct {
	// grace overrides the grace period of a terminating pass.
	HasGrace bool  `json:"overridesGrace,omitempty"`
	Grace    int64 `json:"graceSeconds,omitempty"`
}

// deletion is what the API server has set on the pod object (S70).
type deletion struct {
	Asked bool      `json:"asked"`
	At    time.Time `json:"at"`           // when it was asked for first
	Until time.Time `json:"until"`        // metadata.deletionTimestamp
	Grace int64     `json:"graceSeconds"` // metadata.deletionGracePeriodSeconds
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
	case !d.Asked:
		return deletion{Asked: true, At: now, Until: now.Add(seconds(own)), Grace: own}, true
	case grace == nil || own >= d.Grace:
		return d, false
	}
	d.Grace, d.Until = own, d.At.Add(seconds(own))
	if d.Until.Before(now) { // the shortened end is already past
		d.Grace, d.Until = min(own, 1), now
	}
	return d, true
}

// mark puts the deletion on a pod object.
func (d deletion) mark(pod *corev1.Pod) {
	if !d.Asked {
		return
	}
	at := metaTime(d.Until)
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &d.Grace
}

// requestSync asks for a pass (T20). A pod that is gone from its source is
// found by nobody who would ask.
func (p *Pod) requestSync() {
	if !p.worker.Removed {
		p.updateWorker(nil)
	}
}

// updateWorker hands the worker an update; a pending one is replaced. Once
// termination is requested each update carries the effective grace period, which
// can only shrink (S71).
func (p *Pod) updateWorker(override *int64) {
	w := &p.worker
	if w.Finished {
		return
	}
	w.Pending = &update{}
	if w.Terminating && !w.Terminated {
		w.Grace = p.effectiveGrace(override)
		w.Pending.HasGrace, w.Pending.Grace = true, w.Grace
	}
}

// effectiveGrace is the grace period from now on, in seconds (S71).
func (p *Pod) effectiveGrace(override *int64) int64 {
	grace, overridden := p.worker.Grace, false
	shorten := func(to int64) {
		if grace == 0 || to < grace {
			grace, overridden = to, true
		}
	}
	if p.deletion.Asked {
		shorten(p.deletion.Grace)
	}
	if override != nil {
		shorten(*override)
	}
	if !overridden && grace == 0 {
		grace = p.t.spec.Grace
	}
	return max(grace, 1)
}

// requeueLast repeats the last update as the next pass, unless one is pending.
func (p *Pod) requeueLast() {
	if p.worker.Pending == nil {
		p.worker.Pending = &update{HasGrace: p.pass.HasGrace, Grace: p.pass.Grace}
	}
}

// terminate turns the worker to termination; the next pass stops the pod.
func (p *Pod) terminate(override *int64, why string) {
	if !p.worker.Terminating {
		p.worker.Terminating = true
		p.cancelExecs()
		p.out.explain(NoContainer, timeline.DecidedEnd, why)
	}
	p.updateWorker(override)
}

// requeue sets when the pod is synced next without any other trigger (R33).
func (p *Pod) requeue(base time.Duration, jittered bool) {
	if base < 0 {
		p.worker.RequeueAt = time.Time{}
		p.scheduleLook()
		return
	}
	delay := base
	if jittered {
		delay = p.timing.Chance.Requeue(p.now, base)
	}
	p.worker.RequeueAt = p.now.Add(delay)
	p.scheduleLook()
	p.out.emit(Action{Type: Synced, Container: NoContainer, Delay: delay})
}

// scheduleLook finds the look of the main loop that next finds something due: a
// requeue, strictly past (R33), or a passed deadline (S80).
func (p *Pod) scheduleLook() {
	var d deadline
	if at := p.worker.RequeueAt; !at.IsZero() {
		d.add(p.timing.Chance.Look(at))
	}
	if at, ok := p.activeDeadline(); ok && !p.worker.Terminating {
		d.add(p.timing.lookFrom(at))
	}
	p.worker.LookAt = d.at
}

// look is one look of the main loop at due pods (T1).
func (p *Pod) look() {
	w := &p.worker
	w.LookAt = time.Time{}
	if p.due(w.RequeueAt) {
		w.RequeueAt = time.Time{}
		p.requestSync()
		if w.Removed && !p.timing.housekeepsAgain() {
			p.updateWorker(nil)
		}
	}
	if at, ok := p.activeDeadline(); ok && p.due(at) {
		p.requestSync()
		if w.RequeueAt.IsZero() {
			return // seen once is enough: the sync that it asks for ends the pod
		}
		w.LookAt = p.timing.Chance.Look(w.RequeueAt)
		return
	}
	p.scheduleLook()
}

// activeDeadline is when the pod's activeDeadlineSeconds pass, counted from the
// stored start time (S80).
func (p *Pod) activeDeadline() (time.Time, bool) {
	if p.t.spec.Deadline == 0 || p.cache.Status.StartTime == nil {
		return time.Time{}, false
	}
	return p.cache.Status.StartTime.Add(p.t.spec.Deadline), true
}
