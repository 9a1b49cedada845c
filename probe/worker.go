package probe

import (
	"fmt"
	"math"
	"time"
)

// maxTries is how many attempts a pass makes while they error (P66).
const maxTries = 3

// instant is a time as the distance from the worker's epoch: arithmetic on
// the grid is then arithmetic on integers.
type instant = time.Duration

const never instant = math.MaxInt64

// moment is when a call happens, in both reckonings.
type moment struct {
	at  instant
	now time.Time
}

// horizon is further off than anybody plays or waits.
const horizon instant = 150 * 365 * 24 * time.Hour

// state is where a worker stands between two calls.
type state uint8

const (
	idle    state = iota // waits for a tick, a trigger or a stop
	waiting              // a pass begins at passAt
	probing              // an attempt is under way
	ended
)

// Quirks switches off behaviour of the kubelet that is surprising but real
// (T33). The zero value is the kubelet.
type Quirks struct {
	// ForgetCounts resets a worker's count when the instance changes (P64).
	ForgetCounts bool
	// CreateAll looks at every container for missing workers (P32).
	CreateAll bool
	// StopSidecars stops liveness and startup workers of sidecars, too, when
	// the pod starts to terminate (P36).
	StopSidecars bool
}

// Options are what a worker is made with besides its spec.
type Options struct {
	// Container is the owner's index; it comes back in every Action.
	Container int32
	// FirstPass is when the ticker starts and the first pass runs: creation
	// plus the random sleep of a kubelet that has just started (P39).
	FirstPass time.Time
	// PassDelay is the time from a tick, a trigger or FirstPass to the pass.
	PassDelay time.Duration
	Quirks    Quirks
}

// Worker runs the passes of one probe of one container (section B of the
// rules). It is a value with no clock: the owner calls Step at the Deadline,
// carries out the actions, and hands the end of each attempt to Finish.
//
// The owner calls Step, at the same instant, whenever the View that it would
// pass has changed: until then the worker relies on the View it saw last.
//
// Invariants: an attempt is under way exactly in state probing; a result is
// held only for the present instance; next is later than the latest call
// unless that tick is due.
type Worker struct {
	epoch     time.Time
	spec      Spec
	passDelay time.Duration

	next       instant // next tick of the ticker
	passAt     instant // in state waiting
	wake       instant // deadline; never: none
	nextChange instant // no tick before it can change anything (leap.go)

	startedAt time.Time // of the View that ready was computed for
	ready     instant   // when the initial delay is over

	instance   uint64
	promise    Answer
	until      instant    // of promise; the zero Answer has none
	run        int64      // equal answers in a row (P58)
	unreported passSeries // passes answered by the promise and not yet reported

	attempt   uint32
	container int32
	tries     uint8
	kind      Kind
	state     state
	last      Result // last answer (P58)
	result    Result
	lastSkip  SkipReason
	hasResult bool
	onHold    bool
	tick      bool // a tick came during the pass (P41)
	trigger   bool // a trigger came during the pass (P43)
	triggered bool // a trigger asked for the present pass (P56)
	stop      bool
	leaping   bool // ticks before nextChange are answered by the promise
	forget    bool // Quirks.ForgetCounts
}

// NewWorker returns a worker whose first pass is due at FirstPass. It panics
// if kind or period are not legal.
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
		// P39: the ticker starts, then the first pass runs.
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

// Deadline is when the worker next wants Step; false: not before a call of
// another method.
func (w *Worker) Deadline() (time.Time, bool) {
	if w.wake == never {
		return time.Time{}, false
	}
	return w.epoch.Add(w.wake), true
}

// Result is the published result and the instance that it is about (P69).
func (w *Worker) Result() (instance uint64, r Result, ok bool) {
	return w.instance, w.result, w.hasResult
}

// Ended tells that the worker is no more (P34).
func (w *Worker) Ended() bool { return w.state == ended }

// Trigger asks for a pass at once (P42, P56); the owner calls Step next.
func (w *Worker) Trigger(now time.Time) { w.triggerAt(w.since(now)) }

func (w *Worker) triggerAt(at instant) {
	w.rest(at)
	switch w.state {
	case ended:
	case idle:
		// P42: the ticker starts anew, whatever the pass will do.
		w.next = at + w.spec.Period
		w.expect(at)
		w.triggered = true
	default:
		w.trigger = true // P43
	}
}

// Stop tells the worker to end as soon as it is between passes (P38); the
// owner calls Step next.
func (w *Worker) Stop(now time.Time) { w.stopAt(w.since(now)) }

func (w *Worker) stopAt(at instant) {
	w.rest(at)
	w.stop = true
	if w.state == idle {
		w.wake = at
	}
}

// rest brings an idle worker to at: quiet ticks are leapt over, and a tick
// before at has been received. So has one at this very instant if passes take
// their time to begin: then there is a moment between the tick and what comes
// now. Where nothing takes time, one pass serves both (T26).
func (w *Worker) rest(at instant) {
	w.leap(at)
	if w.state == idle && (w.next < at || w.next == at && w.passDelay > 0) {
		w.receiveTick(at)
	}
}

// Step lets time pass up to now and appends what follows to out. With nothing
// due it changes nothing.
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

// ReportLeaps appends what was leapt over up to now and not reported yet. Only a reader
// who wants exact counts at some instant needs it. Ticks that would only skip
// are left: they tell nothing, and what they find may still change.
func (w *Worker) ReportLeaps(now time.Time, out []Action) []Action {
	return w.reportLeaps(w.since(now), out)
}

func (w *Worker) reportLeaps(at instant, out []Action) []Action {
	if w.leaping {
		w.leap(at)
	}
	return w.appendUnreported(out)
}

// Finish hands in the end of an attempt and appends what follows to out. An
// answer to another attempt than the one under way is dropped.
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
	// P66: an error is tried again at once.
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
			return w.end(m, EndStopped, out) // P38: before any waiting tick
		case w.state == idle && w.trigger:
			// One pass serves the trigger and a tick that waits beside it: the
			// reset discards that tick (P42).
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

// expect lets a pass begin passDelay after at.
func (w *Worker) expect(at instant) {
	w.state, w.triggered = waiting, false
	w.passAt = at + w.passDelay
	w.wake = w.passAt
}

// receiveTick takes the due tick. Ticks between it and at are lost, and the
// grid stays (P41).
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

// passed is the end of a pass: a tick that came during it is remembered, one
// at most (P41).
func (w *Worker) passed(at instant) {
	w.state = idle
	if w.next <= at {
		w.tick = true
		w.advance(at)
	}
}

func (w *Worker) moment(now time.Time) moment { return moment{w.since(now), now} }

// when is the moment of an instant.
func (w *Worker) when(at instant) moment { return moment{at, w.epoch.Add(at)} }

// since is the instant of t. What is beyond the horizon counts as the horizon,
// so that sums with a period stay in range.
func (w *Worker) since(t time.Time) instant { return since(w.epoch, t) }

func since(epoch, t time.Time) instant { return min(t.Sub(epoch), horizon) }
