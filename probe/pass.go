package probe

import "time"

// judge decides what a pass at the instant at does: skip, end, or, if both
// reasons are zero, probe.
func (w *Worker) judge(at instant, v *View) (SkipReason, EndReason) {
	switch {
	case !v.Known:
		return SkipNoStatus, NotEnded // P45
	case v.Finished:
		return NotSkipped, EndPodFinished // P46
	case v.Instance == 0:
		return SkipNoInstance, NotEnded // P47
	case w.onHold:
		return SkipOnHold, NotEnded // P49
	case !v.Running && v.Terminated && !v.MayRestart:
		return NotSkipped, EndNotRestarting // P49
	case !v.Running:
		return SkipNotRunning, NotEnded // P49
	case v.Deleting && w.kind != Readiness:
		return NotSkipped, EndPodDeleted // P51
	case at < w.ready:
		return SkipInitialDelay, NotEnded // P53
	case v.Started && w.kind == Startup:
		return SkipAlreadyStarted, NotEnded // P54
	case !v.Started && w.kind != Startup:
		return SkipNotStarted, NotEnded // P54
	}
	return NotSkipped, NotEnded
}

// see computes the first instant at which the initial delay is over. The kubelet
// compares whole seconds cut towards zero, so with no delay at all an instance
// may seem to start up to a second in the future (P53). A start is a reading of
// the wall clock, which may have been set since the epoch.
func (w *Worker) see(m *moment, v *View) {
	if v.StartedAt == w.startedAt {
		return
	}
	w.startedAt = v.StartedAt
	w.ready = m.at + v.StartedAt.Sub(m.now.Round(0)) + w.spec.InitialDelay
	if w.spec.InitialDelay == 0 {
		w.ready += 1 - time.Second
	}
}

// fresh tells that the view shows an instance that the worker has not met.
func (w *Worker) fresh(v *View) bool {
	return v.Known && !v.Finished && v.Instance != 0 && v.Instance != w.instance
}

// pass runs one pass, up to its first attempt if it probes (section B.3).
func (w *Worker) pass(m *moment, v *View, out []Action) []Action {
	if w.fresh(v) {
		out = w.meet(m, v, out)
	}
	skip, end := w.judge(m.at, v)
	switch {
	case end == EndNotRestarting:
		out = w.publish(m, Failure, out) // P49
		return w.end(m, end, out)
	case end == EndPodDeleted:
		out = w.publish(m, Success, out) // P51
		return w.end(m, end, out)
	case end != NotEnded:
		return w.end(m, end, out)
	case skip == NotSkipped:
		return w.probe(m, out)
	case skip == SkipNotRunning:
		out = w.publish(m, Failure, out) // P49
	}
	out = w.skipped(m, skip, out)
	w.passed(m.at)
	return out
}

// meet turns to a new instance (P48). The count of equal answers stays (P64).
func (w *Worker) meet(m *moment, v *View, out []Action) []Action {
	out = w.unpublish(m, out)
	w.instance = v.Instance
	w.onHold = false
	w.promise, w.until = Answer{}, 0
	if w.forget {
		w.last, w.run = Unknown, 0
	}
	if w.kind == Startup && v.Sidecar && v.Started {
		out = w.publish(m, Success, out) // P55
	}
	if !v.Adopted {
		out = w.publish(m, w.kind.initial(), out)
	}
	return out
}

func (w *Worker) skipped(m *moment, why SkipReason, out []Action) []Action {
	if why == w.lastSkip {
		return out
	}
	w.lastSkip = why
	out, a := w.add(out, ActionSkipped, m)
	a.Skip = why
	return out
}

// probe starts the attempts of a pass. A pass that is played at all asks, also
// for an answer that was promised: what it changes then comes at the same place
// among the things of its instant as without a promise.
func (w *Worker) probe(m *moment, out []Action) []Action {
	w.lastSkip = NotSkipped
	w.state = probing
	w.tries = 1
	return w.runAttempt(m, out)
}

func (w *Worker) runAttempt(m *moment, out []Action) []Action {
	w.attempt++
	w.wake = never
	out, a := w.add(out, ActionRunAttempt, m)
	a.Attempt, a.Try = w.attempt, w.tries
	return out
}

// conclude draws the consequences of a pass's decisive answer.
func (w *Worker) conclude(m *moment, ans *Answer, out []Action) []Action {
	if ans.Err != "" { // P66: discarded
		return w.tellAnswer(m, ans, out)
	}
	r := ans.Outcome.result()
	w.count(r, 1)
	out = w.tellAnswer(m, ans, out)
	if w.triggered {
		out[len(out)-1].flags = triggered
	}
	if w.run < w.spec.threshold(r) {
		return out // P59
	}
	if out = w.publish(m, r, out); w.holds(r) { // P60
		w.onHold = true
		w.run = 0
	}
	return out
}

// count adds n equal answers (P58).
func (w *Worker) count(r Result, n int64) {
	if w.last != r {
		w.last, w.run = r, 0
	}
	w.run += n
}

// holds tells whether reaching the threshold with r puts the worker on hold
// (P60).
func (w *Worker) holds(r Result) bool {
	return w.kind == Startup || w.kind == Liveness && r == Failure
}

// publish sets the result of the present instance; only a change is reported (P70).
func (w *Worker) publish(m *moment, r Result, out []Action) []Action {
	if w.hasResult && w.result == r {
		return out
	}
	w.result, w.hasResult = r, true
	out, a := w.add(out, ActionResultSet, m)
	a.Result = r
	return out
}

// unpublish forgets what was published about the present instance.
func (w *Worker) unpublish(m *moment, out []Action) []Action {
	if w.instance == 0 {
		return out
	}
	w.result, w.hasResult = Unknown, false
	out, _ = w.add(out, ActionResultRemoved, m)
	return out
}

// end is the end of the worker, which forgets its result (P34).
func (w *Worker) end(m *moment, why EndReason, out []Action) []Action {
	out = w.unpublish(m, out)
	w.state = ended
	w.wake = never
	out, a := w.add(out, ActionEnded, m)
	a.End = why
	return out
}

// add appends an action and returns where it stands, to be completed there:
// an Action is too large to be passed around on the hot path.
func (w *Worker) add(out []Action, kind ActionKind, m *moment) ([]Action, *Action) {
	out = append(out, Action{})
	a := &out[len(out)-1]
	a.Kind, a.Probe, a.Container, a.Instance = kind, w.kind, w.container, w.instance
	a.Count, a.First, a.Last = 1, m.now, m.now
	return out, a
}
