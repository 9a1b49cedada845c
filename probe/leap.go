package probe

import "time"

// A tick is quiet if its pass changes nothing and reports nothing new. Either it would skip
// for the same reason as the pass before it, or its answer is promised and would reach no
// threshold. As long as the view stays the same, the worker can compute the first tick that
// is not quiet. It leaps over the ticks before that one and only counts them. Invariant: a
// worker goes through the same states with and without leaps.

// passSeries is a series of passes with equal answers.
type passSeries struct {
	count       int64
	first, last instant
}

// accept remembers the promise of an answer. An answer without a promise ends the previous
// promise.
func (w *Worker) accept(ans *Answer) {
	if ans.Until.IsZero() {
		if w.until != 0 {
			w.promise, w.until = Answer{}, 0
		}
		return
	}
	w.promise, w.until = *ans, w.since(ans.Until)
}

// promised reports whether the answer to an attempt at that instant is known in advance.
func (w *Worker) promised(at instant) bool {
	return at < w.until
}

// Break ends the promise of the present instance. Call it when the container has stopped
// running and the View does not show that yet. Later passes ask the app again.
func (w *Worker) Break(now time.Time) { w.breakAt(w.since(now)) }

func (w *Worker) breakAt(at instant) {
	w.leap(at)
	w.until = min(w.until, at)
	if w.leaping && w.state == idle {
		w.nextChange = w.next
		w.wake = w.next + w.passDelay
	}
}

// schedule computes the first tick that is not quiet, and the deadline.
func (w *Worker) schedule(v *View) {
	switch w.state {
	case idle:
		w.nextChange = w.firstChange(v)
		if w.wake = never; w.nextChange < never-w.passDelay {
			w.wake = w.nextChange + w.passDelay
		}
	case waiting:
		w.wake = w.passAt
	default:
		w.wake = never
	}
}

func (w *Worker) firstChange(v *View) instant {
	w.leaping = false
	at := w.next + w.passDelay
	if w.fresh(v) {
		return w.next
	}
	skip, end := w.judge(at, v)
	switch {
	case end != NotEnded:
		return w.next
	case skip == NotSkipped:
		return w.firstLoudAnswer(at)
	case skip != w.lastSkip:
		return w.next
	case skip == SkipInitialDelay:
		return w.tickFrom(w.ready - w.passDelay)
	}
	return never
}

// firstLoudAnswer returns the first tick whose answer is not promised or changes something.
func (w *Worker) firstLoudAnswer(at instant) instant {
	if !w.promised(at) {
		return w.next
	}
	w.leaping = true
	broken := w.tickFrom(w.until - w.passDelay)
	quiet := w.quietAnswers()
	if quiet > int64((never-w.next)/w.spec.Period) {
		return broken
	}
	return min(broken, w.next+instant(quiet)*w.spec.Period)
}

// quietAnswers returns how many more of the promised answers change nothing.
func (w *Worker) quietAnswers() int64 {
	if w.promise.Err != "" {
		return int64(never)
	}
	r := w.promise.Outcome.result()
	if w.hasResult && w.result == r && !w.holds(r) {
		return int64(never)
	}
	need := w.spec.threshold(r)
	if w.last == r {
		need -= w.run
	}
	return max(need-1, 0)
}

// tickFrom returns the first tick at or after an instant.
func (w *Worker) tickFrom(from instant) instant {
	if from <= w.next {
		return w.next
	}
	ticks := (from-w.next-1)/w.spec.Period + 1
	if ticks > (never-w.next)/w.spec.Period {
		return never
	}
	return w.next + ticks*w.spec.Period
}

// leap skips the quiet ticks whose passes are before at, and counts them.
func (w *Worker) leap(at instant) {
	end := min(w.nextChange, at-w.passDelay)
	if w.state != idle || w.next >= end {
		return
	}
	ticks := (end-w.next-1)/w.spec.Period + 1
	if w.leaping {
		w.lastSkip = NotSkipped
		if w.unreported.count == 0 {
			w.unreported.first = w.next + w.passDelay
		}
		w.unreported.count += int64(ticks)
		w.unreported.last = w.next + (ticks-1)*w.spec.Period + w.passDelay
		if w.promise.Err == "" {
			w.count(w.promise.Outcome.result(), int64(ticks))
		}
	}
	w.next += ticks * w.spec.Period
}

// passesOver reports whether the worker may still leap over a tick of this instant, although
// the view may have changed.
func (w *Worker) passesOver(at instant, v *View) bool {
	skip, end := w.judge(at, v)
	return skip == NotSkipped && end == NotEnded && !w.fresh(v)
}

// hasTick reports whether a leaping worker has a tick at this instant or earlier. Such a
// tick must be over before the next worker has its turn.
func (w *Worker) hasTick(at instant) bool {
	return w.leaping && w.state == idle && w.next+w.passDelay <= at
}

// appendUnreported appends the report of the passes that were leapt over.
func (w *Worker) appendUnreported(out []Action) []Action {
	if w.unreported.count == 0 {
		return out
	}
	before, last := len(out), w.when(w.unreported.last)
	out = w.tellAnswer(&last, &w.promise, out)
	for i := before; i < len(out); i++ {
		out[i].Count, out[i].First = w.unreported.count, w.epoch.Add(w.unreported.first)
	}
	w.unreported = passSeries{}
	return out
}

// tellAnswer appends the event and the count of an answer that has just been counted.
func (w *Worker) tellAnswer(m *moment, ans *Answer, out []Action) []Action {
	if ans.reports() {
		out = w.tellEvent(m, ans, out)
	}
	if ans.Err != "" {
		return out
	}
	out, a := w.add(out, ActionCounted, m)
	a.Outcome, a.Result = ans.Outcome, ans.Outcome.result()
	a.Run, a.Threshold = w.run, w.spec.threshold(a.Result)
	return out
}

func (w *Worker) tellEvent(m *moment, ans *Answer, out []Action) []Action {
	out, a := w.add(out, ActionEvent, m)
	a.Outcome, a.output = ans.Outcome, ans.Output
	if ans.Err != "" {
		a.flags, a.output = errored, ans.Err
	}
	return out
}
