package probe

import "time"

// judge decides what a pass at an instant does: skip or end. If it returns neither reason,
// the pass probes. The cases are in the kubelet's order.
func (w *Worker) judge(at instant, v *View) (SkipReason, EndReason) {
	switch {
	case !v.Known:
		return SkipNoStatus, NotEnded // the pod has no status yet (P45)
	case v.Finished:
		return NotSkipped, EndPodFinished // nothing of a finished pod is probed (P46)
	case v.Instance == 0:
		return SkipNoInstance, NotEnded // the status shows no container ID yet (P47)
	case w.onHold:
		return SkipOnHold, NotEnded // the kill of this instance is already decided, or its startup is over (P49)
	case !v.Running && v.Terminated && !v.MayRestart:
		return NotSkipped, EndNotRestarting // it will never run again (P49)
	case !v.Running:
		return SkipNotRunning, NotEnded // it may run again (P49)
	case v.Deleting && w.kind != Readiness:
		return NotSkipped, EndPodDeleted // it is being stopped anyway; readiness still matters (P51)
	case at < w.ready:
		return SkipInitialDelay, NotEnded // initialDelaySeconds are not over (P53)
	case v.Started && w.kind == Startup:
		return SkipAlreadyStarted, NotEnded // startup is over (P54)
	case !v.Started && w.kind != Startup:
		return SkipNotStarted, NotEnded // the other probes wait for startup (P54)
	}
	return NotSkipped, NotEnded
}

// see computes the first instant at which the initial delay is over. The kubelet compares
// whole seconds, truncated towards zero. Without a delay it therefore probes even an instance
// that seems to start up to a second in the future (P53). StartedAt is a time of the wall
// clock, which may have been set since the epoch. It is compared with the wall clock's
// present time.
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

// fresh reports whether the view shows an instance that the worker has not met.
func (w *Worker) fresh(v *View) bool {
	return v.Known && !v.Finished && v.Instance != 0 && v.Instance != w.instance
}

// pass runs one pass, up to its first attempt if it probes (section B.3 of the rules).
func (w *Worker) pass(m *moment, v *View, out []Action) []Action {
	if w.fresh(v) {
		out = w.meet(m, v, out)
	}
	skip, end := w.judge(m.at, v)
	switch {
	case end == EndNotRestarting:
		out = w.publish(m, Failure, out) // a container that does not run has failed, whatever the kind (P49)
		return w.end(m, end, out)
	case end == EndPodDeleted:
		out = w.publish(m, Success, out) // so that no failure remains for a container that is being stopped (P51)
		return w.end(m, end, out)
	case end != NotEnded:
		return w.end(m, end, out)
	case skip == NotSkipped:
		return w.probe(m, out)
	case skip == SkipNotRunning:
		out = w.publish(m, Failure, out) // a container that does not run has failed, whatever the kind (P49)
	}
	out = w.skipped(m, skip, out)
	w.passed(m.at)
	return out
}

// meet begins with a new instance, whose result is the initial one (P48). The count of equal
// answers stays: a restart does not reset it (P64).
func (w *Worker) meet(m *moment, v *View, out []Action) []Action {
	out = w.unpublish(m, out)
	w.instance = v.Instance
	w.onHold = false
	w.promise, w.until = Answer{}, 0
	if w.forget {
		w.last, w.run = Unknown, 0
	}
	if w.kind == Startup && v.Sidecar && v.Started {
		out = w.publish(m, Success, out) // it has started already: its startup probe is not run again (P55)
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

// probe begins the attempts of a pass. It asks the app even if the answer is promised. The
// changes then come at the same place among the events of this instant as without a promise.
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

// conclude counts the decisive answer of a pass and publishes what follows.
func (w *Worker) conclude(m *moment, ans *Answer, out []Action) []Action {
	if ans.Err != "" { // errors are discarded: they count for nothing (P66)
		return w.tellAnswer(m, ans, out)
	}
	r := ans.Outcome.result()
	w.count(r, 1)
	out = w.tellAnswer(m, ans, out)
	if w.triggered {
		out[len(out)-1].flags = triggered
	}
	if w.run < w.spec.threshold(r) {
		return out // below the threshold the result stays (P59)
	}
	if out = w.publish(m, r, out); w.holds(r) { // nothing more can be learnt about this instance (P60)
		w.onHold = true
		w.run = 0
	}
	return out
}

// count adds n equal answers. A different answer starts the count again (P58).
func (w *Worker) count(r Result, n int64) {
	if w.last != r {
		w.last, w.run = r, 0
	}
	w.run += n
}

// holds reports whether the worker goes on hold when r reaches its threshold. Startup is
// decided once for an instance, and a failed liveness probe has the instance killed (P60).
func (w *Worker) holds(r Result) bool {
	return w.kind == Startup || w.kind == Liveness && r == Failure
}

// publish sets the result of the present instance. Only a change is reported (P70).
func (w *Worker) publish(m *moment, r Result, out []Action) []Action {
	if w.hasResult && w.result == r {
		return out
	}
	w.result, w.hasResult = r, true
	out, a := w.add(out, ActionResultSet, m)
	a.Result = r
	return out
}

// unpublish removes what was published about the present instance.
func (w *Worker) unpublish(m *moment, out []Action) []Action {
	if w.instance == 0 {
		return out
	}
	w.result, w.hasResult = Unknown, false
	out, _ = w.add(out, ActionResultRemoved, m)
	return out
}

// end ends the worker and removes its result (P34).
func (w *Worker) end(m *moment, why EndReason, out []Action) []Action {
	out = w.unpublish(m, out)
	w.state = ended
	w.wake = never
	out, a := w.add(out, ActionEnded, m)
	a.End = why
	return out
}

// add appends an action and returns a pointer to it, to be completed there. An Action is too
// large to be copied on the hot path.
func (w *Worker) add(out []Action, kind ActionKind, m *moment) ([]Action, *Action) {
	out = append(out, Action{})
	a := &out[len(out)-1]
	a.Kind, a.Probe, a.Container, a.Instance = kind, w.kind, w.container, w.instance
	a.Count, a.First, a.Last = 1, m.now, m.now
	return out, a
}
