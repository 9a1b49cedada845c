package probe

import (
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
// The owner gives views: what a pass of a container's worker would read now.
// After a change of any View it calls Changed at the same instant.
type Set struct {
	layout  *Layout
	options SetOptions
	// workers has one place for each slot of the layout. A place is vacant
	// before its worker is created and after it has ended.
	workers []Worker
}

// NewSet returns a Set without workers.
func NewSet(layout *Layout, o SetOptions) Set {
	return Set{layout: layout, options: o, workers: make([]Worker, len(layout.slots))}
}

func (s *Set) lives(at int) bool {
	w := &s.workers[at]
	return w.kind != 0 && w.state != ended
}

// Create makes the workers that are missing (P31, P34). It stops at the first
// one that exists (P32). Their first passes are due now, or after sleep if it
// is not nil: the random wait of a kubelet that has just started (P39).
func (s *Set) Create(now time.Time, sleep func(Spec) time.Duration) {
	for i := range s.layout.slots {
		if s.lives(i) {
			if s.options.Quirks.CreateAll {
				continue
			}
			return // P32
		}
		s.create(i, now, sleep)
	}
}

func (s *Set) create(at int, now time.Time, sleep func(Spec) time.Duration) {
	slot := &s.layout.slots[at]
	if sleep != nil {
		now = now.Add(sleep(slot.spec))
	}
	// Numbers go on where the predecessor's ended, so that its late answers
	// stay recognisable.
	attempt := s.workers[at].attempt
	s.workers[at] = NewWorker(slot.kind, slot.spec, Options{
		Container: slot.container,
		FirstPass: now,
		PassDelay: s.options.PassDelay,
		Quirks:    s.options.Quirks,
	})
	s.workers[at].attempt = attempt
}

// StopForTermination is for the start of the terminating sync: liveness and
// startup workers of regular containers are told to stop (P35); those of
// sidecars and all readiness workers go on (P36, P37).
func (s *Set) StopForTermination(now time.Time) {
	for i := range s.workers {
		slot := &s.layout.slots[i]
		if slot.kind == Readiness || slot.sidecar && !s.options.Quirks.StopSidecars {
			continue
		}
		s.stop(i, now)
	}
}

// StopAll tells all workers to stop: all containers are stopped, or the pod is
// gone (P35).
func (s *Set) StopAll(now time.Time) {
	for i := range s.workers {
		s.stop(i, now)
	}
}

func (s *Set) stop(at int, now time.Time) {
	if s.lives(at) {
		s.workers[at].Stop(now)
	}
}

// Trigger triggers the readiness worker of a container, if there is one (P56).
func (s *Set) Trigger(now time.Time, container int) {
	if at, ok := s.layout.slot(container, Readiness); ok && s.lives(at) {
		s.workers[at].Trigger(now)
	}
}

// Break ends what a container has promised its workers (Worker.Break): it has
// stopped running.
func (s *Set) Break(now time.Time, container int) {
	for _, kind := range Kinds {
		if at, ok := s.layout.slot(container, kind); ok && s.lives(at) {
			s.workers[at].Break(now)
		}
	}
}

// Deadline is the least deadline of the workers; false if there is none.
func (s *Set) Deadline() (deadline time.Time, ok bool) {
	for i := range s.workers {
		if !s.lives(i) {
			continue
		}
		if d, has := s.workers[i].Deadline(); has && (!ok || d.Before(deadline)) {
			deadline, ok = d, true
		}
	}
	return deadline, ok
}

// Due tells whether a worker's deadline has come.
func (s *Set) Due(now time.Time) bool {
	for i := range s.workers {
		if w := &s.workers[i]; s.lives(i) && w.wake <= w.at(now) {
			return true
		}
	}
	return false
}

// Step steps the workers that are due and appends their actions to out.
func (s *Set) Step(now time.Time, views func(container int) View, out []Action) []Action {
	for i := range s.workers {
		w := &s.workers[i]
		if s.lives(i) {
			out, _ = w.turn(now, views, out)
		}
	}
	return out
}

// turn is the worker's turn among those of the Set: it is stepped if it is due,
// or if it leaps and the view has changed under it.
func (w *Worker) turn(now time.Time, views func(container int) View, out []Action) (_ []Action, stepped bool) {
	if w.wake <= w.at(now) {
		return w.Step(now, views(int(w.container)), out), true
	}
	if !w.hasTick(now) {
		return out, false
	}
	v := views(int(w.container))
	if !w.passesOver(now, &v) {
		return w.Step(now, v, out), true
	}
	return w.Settle(now.Add(time.Nanosecond), out), false
}

// StepFirst steps only the first worker that is due, for an owner who acts on
// what follows before the next one comes.
func (s *Set) StepFirst(now time.Time, views func(container int) View, out []Action) []Action {
	for i := range s.workers {
		w := &s.workers[i]
		if !s.lives(i) {
			continue
		}
		var stepped bool
		if out, stepped = w.turn(now, views, out); stepped {
			return out
		}
	}
	return out
}

// PassOver ends the ticks of this very instant that would only skip for the
// same reason as the tick before, and so are no deadlines. What comes later at
// this instant, such as the answer to an attempt that began in it, finds them
// over, as it would if each had been played.
func (s *Set) PassOver(now time.Time) {
	for i := range s.workers {
		if w := &s.workers[i]; s.lives(i) && !w.leaping {
			w.leap(w.at(now) + 1)
		}
	}
}

// Changed steps every worker, so that each sees the view as it is now.
func (s *Set) Changed(now time.Time, views func(container int) View, out []Action) []Action {
	for i := range s.workers {
		w := &s.workers[i]
		if s.lives(i) {
			out = w.Step(now, views(int(w.container)), out)
		}
	}
	return out
}

// Settle appends what the workers leapt over up to now (Worker.Settle).
func (s *Set) Settle(now time.Time, out []Action) []Action {
	for i := range s.workers {
		if s.lives(i) {
			out = s.workers[i].Settle(now, out)
		}
	}
	return out
}

// Finish hands in the end of an attempt of a container's probe. Without such a
// worker, or with another attempt under way, the answer is dropped.
func (s *Set) Finish(now time.Time, container int, kind Kind, attempt uint32, ans Answer,
	views func(container int) View, out []Action) []Action {
	if at, ok := s.layout.slot(container, kind); ok && s.lives(at) {
		return s.workers[at].Finish(now, attempt, ans, views(container), out)
	}
	return append(out, Action{Kind: ActionDropped, Probe: kind, Container: int32(container),
		Attempt: attempt, Outcome: ans.Outcome, Count: 1, First: now, Last: now})
}

// Exists tells whether the container has a live worker of that kind.
func (s *Set) Exists(container int, kind Kind) bool {
	at, ok := s.layout.slot(container, kind)
	return ok && s.lives(at)
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
