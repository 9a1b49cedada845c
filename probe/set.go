package probe

import (
	"iter"
	"slices"
	"time"
)

// SetOptions are the settings of a Set.
type SetOptions struct {
	// PassDelay is the delay of every worker's passes (Options.PassDelay).
	PassDelay time.Duration
	Quirks    Quirks
}

// Set has the workers of one pod. They run in the order of the Layout: regular containers,
// then sidecars; within a container startup, readiness, liveness.
//
// The owner passes views, one for each container index. A view is what a pass would read
// now. After any View has changed, the owner must call Changed at the same instant.
type Set struct {
	layout   *Layout
	options  SetOptions
	epoch    time.Time // the creation of the first workers; the epoch of all workers
	latest   moment    // the time of the latest call, kept because one instant brings many calls
	next     moment    // the deadline that was last asked for, kept because the next call comes then
	wake     instant   // the earliest deadline of the workers, or never
	nextSkip instant   // the first pass that PassOver can end, or never
	leaping  bool      // a worker leaps, or has not reported all of its leaps
	// workers has one place for each slot of the layout. A place is vacant before its worker
	// is created and after the worker has ended.
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

// Create creates the missing workers (P31, P34). It stops at the first worker that exists,
// as the kubelet does (P32). Their first passes are due now or, if sleep is not nil, after
// sleep: the random wait of a kubelet that has just started (P39).
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
			return // the kubelet looks no further, although others may be missing (P32)
		}
		s.create(i, at, sleep)
	}
}

func (s *Set) create(i int, at instant, sleep func(Spec) time.Duration) {
	slot := &s.layout.slots[i]
	if sleep != nil {
		at += sleep(slot.spec)
	}
	// The numbers continue those of the previous worker, so that its late answers can be
	// recognised and dropped.
	attempt := s.workers[i].attempt
	s.workers[i] = newWorker(s.epoch, at, slot.kind, slot.spec, Options{
		Container: slot.container,
		PassDelay: s.options.PassDelay,
		Quirks:    s.options.Quirks,
	})
	s.workers[i].attempt = attempt
}

// StopForTermination stops the liveness and startup workers of regular containers. Call it
// when the pod begins to terminate (P35). Sidecars' workers go on (P36), and so do all
// readiness workers, because readiness still counts while a pod terminates (P37).
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

// StopAll stops all workers. Call it when all containers are stopped or the pod is gone
// (P35).
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

// Trigger triggers the readiness worker of a container, if it has one (P56).
func (s *Set) Trigger(now time.Time, container int) {
	if i, ok := s.layout.slot(container, Readiness); ok && s.lives(i) {
		s.workers[i].triggerAt(s.moment(now).at)
		s.schedule()
	}
}

// Break ends the promises of a container that has stopped running (Worker.Break).
func (s *Set) Break(now time.Time, container int) {
	at := s.moment(now).at
	for _, kind := range Kinds {
		if i, ok := s.layout.slot(container, kind); ok && s.lives(i) {
			s.workers[i].breakAt(at)
		}
	}
	s.schedule()
}

// Deadline returns the earliest deadline of the workers. It returns false if there is none.
func (s *Set) Deadline() (time.Time, bool) {
	if s.wake == never {
		return time.Time{}, false
	}
	if s.next.at != s.wake {
		s.next = moment{s.wake, s.epoch.Add(s.wake)}
	}
	return s.next.now, true
}

// schedule finds the earliest deadline. It is called after every change of a worker.
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

// Due reports whether a worker's deadline has come.
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

// turn gives a worker its turn among the workers of its Set. It steps a worker that is due,
// and one that was leaping if the view no longer allows that.
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

// StepFirst steps only the first worker that is due. It is for an owner that carries out the
// actions before the next worker runs.
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

// PassOver ends the ticks of this instant that would only skip for the same reason as the
// tick before. Such ticks are not deadlines. Whatever comes later at this instant, such as
// the answer to an attempt that began in it, must find them over, as if each had been
// played.
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

// Changed steps every worker, so that each sees the new view.
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

// ReportLeaps appends the report of the passes that the workers have leapt over up to now
// (Worker.ReportLeaps).
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

// Finish gives the answer to an attempt to the worker of a container's probe. If there is no
// such worker, or another attempt is under way, the answer is dropped.
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

// All returns the probes of the Set, by container and kind, in its order.
func (s *Set) All() iter.Seq2[int, Kind] {
	return func(yield func(int, Kind) bool) {
		for i := range s.layout.slots {
			if !yield(int(s.layout.slots[i].container), s.layout.slots[i].kind) {
				return
			}
		}
	}
}

// Exists reports whether the container has a worker of that kind that has not ended.
func (s *Set) Exists(container int, kind Kind) bool {
	at, ok := s.layout.slot(container, kind)
	return ok && s.lives(at)
}

// UnderWay returns the attempt of a container's probe that is under way, and the instance
// that it probes. It returns false if there is none.
func (s *Set) UnderWay(container int, kind Kind) (instance uint64, attempt uint32, ok bool) {
	i, ok := s.layout.slot(container, kind)
	if !ok || s.workers[i].state != probing {
		return 0, 0, false
	}
	return s.workers[i].instance, s.workers[i].attempt, true
}

// Result returns the published result of that kind for an instance of a container (P69,
// P79). It returns false if nothing is published about it.
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

// Spec returns the timing of a container's probe. It returns false if the container has no
// probe of that kind.
func (s *Set) Spec(container int, kind Kind) (Spec, bool) { return s.layout.Spec(container, kind) }

// Clone returns an independent copy, which shares only the layout.
func (s *Set) Clone() Set {
	c := *s
	c.workers = slices.Clone(s.workers)
	return c
}
