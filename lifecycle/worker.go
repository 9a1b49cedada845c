package lifecycle

import (
	"time"

	"github.com/podclock/podclock/timeline"
)

// podWorker is the kubelet's worker of one pod: it runs one pass at a time and
// remembers one pending update (T20).
//
// Invariants: Finished implies Terminated, but for a pod that was refused or held
// back, and Terminated implies Terminating; none of them is taken back but by a
// new kubelet process. Grace only shrinks once it is set (S71).
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

// update hands the worker an update; a pending one is replaced. Once termination
// is requested each update carries the effective grace period, which can only
// shrink (S71): of the deletion d, an override in seconds, or the pod's own.
func (w *podWorker) update(d deletion, override *int64, own int64) {
	if w.Finished {
		return
	}
	w.Pending = &update{}
	if w.Terminating && !w.Terminated {
		w.Grace = w.effectiveGrace(d, override, own)
		w.Pending.HasGrace, w.Pending.Grace = true, w.Grace
	}
}

// effectiveGrace is the grace period from now on, in seconds (S71).
func (w *podWorker) effectiveGrace(d deletion, override *int64, own int64) int64 {
	grace, overridden := w.Grace, false
	shorten := func(to int64) {
		if grace == 0 || to < grace {
			grace, overridden = to, true
		}
	}
	if d.Asked {
		shorten(d.Grace)
	}
	if override != nil {
		shorten(*override)
	}
	if !overridden && grace == 0 {
		grace = own
	}
	return max(grace, 1)
}

// repeat makes the update of a pass that is over the next one, unless one is
// pending.
func (w *podWorker) repeat(s *pass) {
	if w.Pending == nil {
		w.Pending = &update{HasGrace: s.HasGrace, Grace: s.Grace}
	}
}

// heldBack reports whether the pod waits for its name before its first sync (S84).
func (w *podWorker) heldBack() bool { return w.Held && w.LastSync.IsZero() }

// work returns what the next pass does.
func (w *podWorker) work() work {
	switch {
	case w.Terminated:
		return workTerminated
	case w.Terminating:
		return workTerminating
	}
	return workSync
}

// remember takes over what the process before had decided about the pod's end.
func (w *podWorker) remember(old *podWorker) {
	w.Terminating = w.Terminating || old.Terminating
	w.Deleted = w.Deleted || old.Deleted
	w.Grace, w.ExceededAt, w.Removed = old.Grace, old.ExceededAt, old.Removed
}

// finish ends the worker: nothing wakes it any more.
func (w *podWorker) finish() {
	w.Finished = true
	w.RequeueAt, w.LookAt, w.ExceededAt = zeroTime, zeroTime, zeroTime
}

// schedule finds the look of the main loop that next finds something due: a
// requeue, strictly past (R33), or a passed deadline (S80); zero: there is none. A pod
// that is held back cannot end by its deadline: it is tried again, and that is all (S84).
func (w *podWorker) schedule(t *Timing, activeDeadline time.Time) {
	var d deadline
	if !w.RequeueAt.IsZero() {
		d.add(t.Chance.Look(w.RequeueAt))
	}
	if !activeDeadline.IsZero() && !w.Terminating && !w.heldBack() {
		d.add(t.lookFrom(activeDeadline))
	}
	w.LookAt = d.at
}

// requestSync asks for a pass (T20), unless the pod is gone from its source: what
// asks for passes no longer finds it.
func (k *kubelet) requestSync() {
	if !k.worker.Removed {
		k.updateWorker(nil)
	}
}

// updateWorker hands the worker an update, which may override the grace period,
// in seconds (S71).
func (k *kubelet) updateWorker(override *int64) {
	k.worker.update(k.object.deletion, override, k.t.spec.Grace)
}

// terminate turns the worker to termination; the next pass stops the pod.
func (k *kubelet) terminate(override *int64, why string) {
	if !k.worker.Terminating {
		k.worker.Terminating = true
		k.cancelExecs()
		k.out.explain(NoContainer, timeline.DecidedEnd, why)
	}
	k.updateWorker(override)
}

// requeue sets when the pod is synced next without any other trigger (R33).
func (k *kubelet) requeue(delay time.Duration) {
	k.worker.RequeueAt = k.now.Add(delay)
	k.scheduleLook()
	k.out.emit(Action{Type: Synced, Container: NoContainer, Delay: delay})
}

func (k *kubelet) scheduleLook() { k.worker.schedule(k.timing, k.activeDeadline()) }

// look is one look of the main loop at due pods (T1).
func (k *kubelet) look() {
	w := &k.worker
	w.LookAt = zeroTime
	if due(w.RequeueAt, k.now) {
		w.RequeueAt = zeroTime
		k.requestSync()
		if w.Removed && !k.timing.housekeepsAgain() {
			k.updateWorker(nil)
		}
	}
	if !due(k.activeDeadline(), k.now) {
		k.scheduleLook()
		return
	}
	k.requestSync() // seen once is enough: the sync that it asks for ends the pod
	if !w.RequeueAt.IsZero() {
		w.LookAt = k.timing.Chance.Look(w.RequeueAt)
	}
}
