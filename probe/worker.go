package probe

import (
	"fmt"
	"math"
	"time"
)

// maxTries is how many attempts a pass makes as long as they give errors (P66).
const maxTries = 3

// instant is a time as the duration since the worker's epoch. The arithmetic of ticks is
// then arithmetic of integers.
type instant = time.Duration

// never is later than every instant.
const never instant = math.MaxInt64

// moment is the time of a call, as an instant and as a time.
type moment struct {
	at  instant
	now time.Time
}

// horizon is later than anybody simulates or waits.
const horizon instant = 150 * 365 * 24 * time.Hour

// state is the state of a worker between two calls.
type state uint8

const (
	idle    state = iota // waits for a tick, a trigger or a stop
	waiting              // a pass begins at passAt
	probing              // an attempt is under way
	ended
)

// Quirks switches off behaviour of the kubelet that is surprising but real (T33). The zero
// Quirks is the behaviour of the kubelet.
type Quirks struct {
	// ForgetCounts resets a worker's count when the instance changes. A kubelet keeps it, so
	// that a new instance may be killed after its first failure (P64).
	ForgetCounts bool
	// CreateAll creates the missing workers of all containers. A kubelet stops looking at the
	// first worker that exists (P32).
	CreateAll bool
	// StopSidecars stops the liveness and startup workers of sidecars when the pod begins to
	// terminate. A kubelet lets them probe to the end (P36).
	StopSidecars bool
}

// Options are the settings of a worker.
type Options struct {
	// Container is the owner's index of the container. Every Action has it.
	Container int32
	// FirstPass is when the ticker starts and the first pass runs. It is the creation, plus a
	// random sleep if the kubelet has just started (P39).
	FirstPass time.Time
	// PassDelay is the time from a tick, a trigger or FirstPass to the pass. If 0, the pass
	// runs at once.
	PassDelay time.Duration
	Quirks    Quirks
}

// Worker runs the passes of one probe of one container (section B of the rules). It has no
// clock. The owner calls Step at the Deadline, carries out the actions, and gives the answer
// of each attempt to Finish.
//
// When the View has changed, the owner must call Step at the same instant. Until then the
// worker relies on the View that it saw last.
//
// Invariants: An attempt is under way if and only if the state is probing. A result is held
// only for the present instance. The next tick is later than the latest call, unless it is due.
type Worker struct {
	epoch     time.Time
	spec      Spec
	passDelay time.Duration

	next       instant // the next tick of the ticker
	passAt     instant // the beginning of the pass, in state waiting
	wake       instant // the deadline, or never
	nextChange instant // the first tick that can change anything (leap.go)

	startedAt time.Time // the one that ready was computed from
	ready     instant   // the end of the initial delay

	instance   uint64
	promise    Answer
	until      instant    // the end of the promise; 0 if there is none
	run        int64      // the number of equal answers in a row (P58)
	unreported passSeries // passes answered by the promise and not reported yet

	attempt   uint32
	container int32
	tries     uint8
	kind      Kind
	state     state
	last      Result // the last answer (P58)
	result    Result
	lastSkip  SkipReason
	hasResult bool
	onHold    bool
	tick      bool // a tick came during the pass; only one is remembered (P41)
	trigger   bool // a trigger came during the pass; only one is remembered (P43)
	triggered bool // a trigger caused the present pass (P56)
	stop      bool
	leaping   bool // the promise answers the ticks before nextChange
	forget    bool // Quirks.ForgetCounts
}

// NewWorker returns a worker whose first pass is due at FirstPass. It panics if the kind,
// the period or PassDelay is not valid.
func NewWorker(kind Kind, spec Spec, o Options) Worker {
	if kind < Startup || kind > Liveness || spec.Period <= 0 || o.PassDelay < 0 {
		panic(fmt.Sprintf("probe: NewWorker(%v, period %v, delay %v): want a known kind, a positive period, no negative "+
			"delay",
			kind, spec.Period, o.PassDelay))
	}
	return newWorker(o.FirstPass, 0, kind, spec, o)
}

// newWorker returns a worker whose first pass is due at the instant first.
func newWorker(epoch time.Time, first instant, kind Kind, spec Spec, o Options) Worker {
	return Worker{
		epoch:     epoch,
		spec:      spec,
		passDelay: o.PassDelay,
		// The ticker starts before the first pass, so it counts from the same instant (P39).
		next:       first + spec.Period,
		passAt:     first + o.PassDelay,
		wake:       first + o.PassDelay,
		nextChange: first + spec.Period,
		container:  o.Container,
		kind:       kind,
		state:      waiting,
		forget:     o.Quirks.ForgetCounts,
	}
}

// Deadline returns the time at which the worker must be called with Step. It returns false
// if the worker waits for a call of another method.
func (w *Worker) Deadline() (time.Time, bool) {
	if w.wake == never {
		return time.Time{}, false
	}
	return w.epoch.Add(w.wake), true
}

// Result returns the published result and its instance (P69). It returns false if nothing is
// published.
func (w *Worker) Result() (instance uint64, r Result, ok bool) {
	return w.instance, w.result, w.hasResult
}

// Ended reports whether the worker has ended (P34).
func (w *Worker) Ended() bool { return w.state == ended }

// Trigger asks for a pass at once (P42, P56). The owner must then call Step.
func (w *Worker) Trigger(now time.Time) { w.triggerAt(w.since(now)) }

func (w *Worker) triggerAt(at instant) {
	w.rest(at)
	switch w.state {
	case ended:
	case idle:
		// The ticker starts again, even if the pass skips (P42).
		w.next = at + w.spec.Period
		w.expect(at)
		w.triggered = true
	default:
		w.trigger = true // only one is remembered (P43)
	}
}

// Stop tells the worker to end. It ends when no pass runs: an attempt that is under way is
// finished first (P38). The owner must then call Step.
func (w *Worker) Stop(now time.Time) { w.stopAt(w.since(now)) }

func (w *Worker) stopAt(at instant) {
	w.rest(at)
	w.stop = true
	if w.state == idle {
		w.wake = at
	}
}

// rest brings an idle worker to an instant. It leaps over quiet ticks and receives a tick
// before the instant. It also receives a tick at the instant if passes need time to begin,
// because then the tick has come before this call. If nothing takes time, one pass serves
// both (T26).
func (w *Worker) rest(at instant) {
	w.leap(at)
	if w.state == idle && (w.next < at || w.next == at && w.passDelay > 0) {
		w.receiveTick(at)
	}
}

// Step moves the worker to now and appends its actions to out. If nothing is due, it changes
// nothing.
func (w *Worker) Step(now time.Time, v View, out []Action) []Action {
	m := w.moment(now)
	return w.step(&m, &v, out)
}

func (w *Worker) step(m *moment, v *View, out []Action) []Action {
	w.see(m, v)
	w.leap(m.at)
	out = w.appendUnreported(out)
	out = w.proceed(m, v, out)
	w.schedule(v)
	return out
}

// ReportLeaps appends the report of the passes leapt over up to now. Only a reader of exact
// counts at some instant needs it. It leaves out passes that would only skip: they have
// nothing to report, and the view may still change for them.
func (w *Worker) ReportLeaps(now time.Time, out []Action) []Action {
	return w.reportLeaps(w.since(now), out)
}

func (w *Worker) reportLeaps(at instant, out []Action) []Action {
	if w.leaping {
		w.leap(at)
	}
	return w.appendUnreported(out)
}

// Finish gives the worker the answer to an attempt and appends its actions to out. An answer
// to an attempt that is not under way is dropped.
func (w *Worker) Finish(now time.Time, attempt uint32, ans Answer, v View, out []Action) []Action {
	m := w.moment(now)
	return w.finish(&m, attempt, &ans, &v, out)
}

func (w *Worker) finish(m *moment, attempt uint32, ans *Answer, v *View, out []Action) []Action {
	if w.state != probing || attempt != w.attempt {
		return drop(m, int(w.container), w.kind, attempt, ans, out)
	}
	w.see(m, v)
	w.accept(ans)
	// An error is tried again at once, without delay (P66).
	if ans.Err != "" && w.tries < maxTries {
		w.tries++
		return w.runAttempt(m, out)
	}
	out = w.conclude(m, ans, out)
	w.passed(m.at)
	out = w.proceed(m, v, out)
	w.schedule(v)
	return out
}

// drop reports an answer to an attempt that is not under way.
func drop(m *moment, container int, kind Kind, attempt uint32, ans *Answer, out []Action) []Action {
	return append(out, Action{Kind: ActionDropped, Probe: kind, Container: int32(container),
		Attempt: attempt, Outcome: ans.Outcome, Count: 1, First: m.now, Last: m.now})
}

// proceed runs every pass that is due.
func (w *Worker) proceed(m *moment, v *View, out []Action) []Action {
	at := m.at
	for {
		switch {
		case w.state == idle && w.stop:
			return w.end(m, EndStopped, out) // before a tick that waits; the kubelet chooses at random (P38)
		case w.state == idle && w.trigger:
			// One pass serves the trigger and a tick that waits beside it. Restarting the ticker
			// discards that tick (P42).
			w.trigger, w.tick = false, false
			w.next = at + w.spec.Period
			w.expect(at)
			w.triggered = true
		case w.state == idle && w.tick:
			w.tick = false
			w.expect(at)
		case w.state == idle && w.next <= at:
			w.receiveTick(at)
		case w.state == waiting && w.passAt <= at:
			out = w.pass(m, v, out)
		default:
			return out
		}
	}
}

// expect makes a pass begin passDelay after at.
func (w *Worker) expect(at instant) {
	w.state, w.triggered = waiting, false
	w.passAt = at + w.passDelay
	w.wake = w.passAt
}

// receiveTick takes the tick that is due. Ticks between it and at are lost. The grid of
// ticks stays (P41).
func (w *Worker) receiveTick(at instant) {
	w.expect(w.next)
	w.advance(at)
}

// advance moves next to the first tick after at.
func (w *Worker) advance(at instant) {
	w.next += w.spec.Period
	if w.next <= at {
		w.next += ((at-w.next)/w.spec.Period + 1) * w.spec.Period
	}
}

// passed ends a pass. It remembers a tick that came during the pass, one at most (P41).
func (w *Worker) passed(at instant) {
	w.state = idle
	if w.next <= at {
		w.tick = true
		w.advance(at)
	}
}

func (w *Worker) moment(now time.Time) moment { return moment{w.since(now), now} }

// when returns the moment of an instant.
func (w *Worker) when(at instant) moment { return moment{at, w.epoch.Add(at)} }

// since returns the instant of t. A time beyond the horizon counts as the horizon, so that
// sums with a period do not overflow.
func (w *Worker) since(t time.Time) instant { return since(w.epoch, t) }

func since(epoch, t time.Time) instant { return min(t.Sub(epoch), horizon) }
