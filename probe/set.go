package probe

import (
	"iter"
	"slices"
	"time"
)

// SetOptions are what a Set is made with besides its layout.
type SetOptions struct {
	// PassDelay is that of every worker (Options.PassDelay).
	PassDelay time.Duration
	Quirks    Quirks
}

// Set holds the workers of one pod. Its order is regular containers, then
// sidecars; within a container startup, readiness, liveness.
//
// The owner gives views, by container: what a pass of its workers would read
// now. After a change of any View it calls Changed at the same instant.
type Set struct {
	layout   *Layout
	options  SetOptions
	epoch    time.Time // of all workers: when the first ones were created
	latest   moment    // of the latest call: one instant brings many
	next     moment    // the deadline as it was last asked for: the next call comes then
	wake     instant   // the least deadline of the workers; never: none
	nextSkip instant   // the first pass that is to be passed over; never: none
	leaping  bool      // a worker leaps, or has not told all that it leapt over
	// workers has one place for each slot of the layout. A place is vacant
	// before its worker is created and after it has ended.
	workers []Worker
}

// NewSet returns a Set without workers.
func NewSet(layout *Layout, o SetOptions) Set {
	return Set{layout: layout, options: o, wake: never, nextSkip: never, workers: make([]Worker, len(layout.slots))}
}

func (s *Set) lives(at int) bool {
	w := &s.workers[at]
	return w.kind != 0 && w.state != ended
}

// Create makes the workers that are missing (P31, P34). It stops at the first
// one that exists (P32). Their first passes are due now, or after sleep if it
// is not nil: the random wait of a kubelet that has just started (P39).
func (s *Set) Create(now time.Time, sleep func(Spec) time.Duration) {
	if s.epoch.IsZero() {
		s.epoch, s.latest, s.next = now, moment{now: now}, moment{now: now}
	}
	at := s.moment(now).at
	defer s.schedule()
	for i := range s.layout.slots {
		if s.lives(i) {
			if s.options.Quirks.CreateAll {
				continue
			}
			return // P32
		}
		s.create(i, at, sleep)
	}
}

func (s *Set) create(i int, at instant, sleep func(Spec) time.Duration) {
	slot := &s.layout.slots[i]
	if sleep != nil {
		at += sleep(slot.spec)
	}
	// Numbers go on where the predecessor's ended, so that its late answers
	// stay recognisable.
	attempt := s.workers[i].attempt
	s.workers[i] = newWorker(s.epoch, at, slot.kind, slot.spec, Options{
		Container: slot.container,
		PassDelay: s.options.PassDelay,
		Quirks:    s.options.Quirks,
	})
	s.workers[i].attempt = attempt
}

// StopForTermination is for the start of the terminating sync: liveness and
// startup workers of regular containers stop (P35); those of
// sidecars and all readiness workers go on (P36, P37).
func (s *Set) StopForTermination(now time.Time) {
	at := s.moment(now).at
	for i := range s.workers {
		slot := &s.layout.slots[i]
		if slot.kind == Readiness || slot.sidecar && !s.options.Quirks.StopSidecars {
			continue
		}
		s.stop(i, at)
	}
	s.schedule()
}

// StopAll tells all workers to stop: all containers are stopped, or the pod is
// gone (P35).
func (s *Set) StopAll(now time.Time) {
	at := s.moment(now).at
	for i := range s.workers {
		s.stop(i, at)
	}
	s.schedule()
}

func (s *Set) stop(i int, at instant) {
	if s.lives(i) {
		s.workers[i].stopAt(at)
	}
}

// Trigger triggers the readiness worker of a container, if there is one (P56).
func (s *Set) Trigger(now time.Time, container int) {
	if i, ok := s.layout.slot(container, Readiness); ok && s.lives(i) {
		s.workers[i].triggerAt(s.moment(now).at)
		s.schedule()
	}
}

// Break ends what a container has promised its workers (Worker.Break): it has
// stopped running.
func (s *Set) Break(now time.Time, container int) {
	at := s.moment(now).at
	for _, kind := range Kinds {
		if i, ok := s.layout.slot(container, kind); ok && s.lives(i) {
			s.workers[i].breakAt(at)
		}
	}
	s.schedule()
}

// Deadline is the least deadline of the workers; false if there is none.
func (s *Set) Deadline() (time.Time, bool) {
	if s.wake == never {
		return time.Time{}, false
	}
	if s.next.at != s.wake {
		s.next = moment{s.wake, s.epoch.Add(s.wake)}
	}
	return s.next.now, true
}

// schedule finds the least deadline, after any change of a worker.
func (s *Set) schedule() {
	s.wake, s.nextSkip, s.leaping = never, never, false
	for i := range s.workers {
		if !s.lives(i) {
			continue
		}
		w := &s.workers[i]
		s.wake = min(s.wake, w.wake)
		s.leaping = s.leaping || w.leaping || w.unreported.count > 0
		if w.state == idle && w.next < w.nextChange && !w.leaping {
			s.nextSkip = min(s.nextSkip, w.next+w.passDelay)
		}
	}
}

func (s *Set) moment(now time.Time) *moment {
	switch now {
	case s.latest.now:
	case s.next.now:
		s.latest = s.next
	default:
		s.latest = moment{since(s.epoch, now), now}
	}
	return &s.latest
}

// Due tells whether a worker's deadline has come.
func (s *Set) Due(now time.Time) bool { return s.wake <= s.moment(now).at }

// Step steps the workers that are due and appends their actions to out.
func (s *Set) Step(now time.Time, views []View, out []Action) []Action {
	m := s.moment(now)
	for i := range s.workers {
		if s.lives(i) {
			out, _ = s.workers[i].turn(m, views, out)
		}
	}
	s.schedule()
	return out
}

// turn is the worker's turn among those of the Set: it is stepped if it is due,
// or if it leaps and the view has changed under it.
func (w *Worker) turn(m *moment, views []View, out []Action) (_ []Action, stepped bool) {
	v := &views[w.container]
	switch {
	case w.wake <= m.at:
		return w.step(m, v, out), true
	case !w.hasTick(m.at):
		return out, false
	case !w.passesOver(m.at, v):
		return w.step(m, v, out), true
	}
	return w.reportLeaps(m.at+1, out), false
}

// StepFirst steps only the first worker that is due, for an owner who acts on
// what follows before the next one comes.
func (s *Set) StepFirst(now time.Time, views []View, out []Action) []Action {
	m, stepped := s.moment(now), false
	for i := range s.workers {
		if !s.lives(i) {
			continue
		}
		if out, stepped = s.workers[i].turn(m, views, out); stepped {
			break
		}
	}
	s.schedule()
	return out
}

// PassOver ends the ticks of this very instant that would only skip for the
// same reason as the tick before, and so are no deadlines. What comes later at
// this instant, such as the answer to an attempt that began in it, finds them
// over, as it would if each had been played.
func (s *Set) PassOver(now time.Time) {
	if s.nextSkip == never {
		return
	}
	at := s.moment(now).at
	if at < s.nextSkip {
		return
	}
	for i := range s.workers {
		if w := &s.workers[i]; s.lives(i) && !w.leaping {
			w.leap(at + 1)
		}
	}
	s.schedule()
}

// Changed steps every worker, so that each sees the view as it is now.
func (s *Set) Changed(now time.Time, views []View, out []Action) []Action {
	m := s.moment(now)
	for i := range s.workers {
		if w := &s.workers[i]; s.lives(i) {
			out = w.step(m, &views[w.container], out)
		}
	}
	s.schedule()
	return out
}

// ReportLeaps appends what the workers leapt over up to now (Worker.ReportLeaps).
func (s *Set) ReportLeaps(now time.Time, out []Action) []Action {
	if !s.leaping {
		return out
	}
	at := s.moment(now).at
	for i := range s.workers {
		if s.lives(i) {
			out = s.workers[i].reportLeaps(at, out)
		}
	}
	s.schedule()
	return out
}

// Finish hands in the end of an attempt of a container's probe. Without such a
// worker, or with another attempt under way, the answer is dropped.
func (s *Set) Finish(now time.Time, container int, kind Kind, attempt uint32, ans Answer,
	views []View, out []Action) []Action {
	m := s.moment(now)
	i, ok := s.layout.slot(container, kind)
	if !ok || !s.lives(i) {
		return drop(m, container, kind, attempt, &ans, out)
	}
	out = s.workers[i].finish(m, attempt, &ans, &views[container], out)
	s.schedule()
	return out
}

// All is the probes that the Set runs, by container and kind, in its order.
func (s *Set) All() iter.Seq2[int, Kind] {
	return func(yield func(int, Kind) bool) {
		for i := range s.layout.slots {
			if !yield(int(s.layout.slots[i].container), s.layout.slots[i].kind) {
				return
			}
		}
	}
}

// Exists tells whether the container has a live worker of that kind.
func (s *Set) Exists(container int, kind Kind) bool {
	at, ok := s.layout.slot(container, kind)
	return ok && s.lives(at)
}

// UnderWay is the attempt of a container's probe that is under way, and the
// instance that it is about; false if there is none.
func (s *Set) UnderWay(container int, kind Kind) (instance uint64, attempt uint32, ok bool) {
	i, ok := s.layout.slot(container, kind)
	if !ok || s.workers[i].state != probing {
		return 0, 0, false
	}
	return s.workers[i].instance, s.workers[i].attempt, true
}

// Result is what is published of that kind about an instance of a container
// (P69, P79); false if nothing is.
func (s *Set) Result(container int, kind Kind, instance uint64) (Result, bool) {
	at, ok := s.layout.slot(container, kind)
	if !ok {
		return Unknown, false
	}
	about, r, ok := s.workers[at].Result()
	if !ok || about != instance {
		return Unknown, false
	}
	return r, true
}

// Spec returns the numbers of a container's probe; false if it has none of
// that kind.
func (s *Set) Spec(container int, kind Kind) (Spec, bool) { return s.layout.Spec(container, kind) }

// Clone returns an independent copy; the layout is shared.
func (s *Set) Clone() Set {
	c := *s
	c.workers = slices.Clone(s.workers)
	return c
}
