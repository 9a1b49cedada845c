package main

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// instance is the number of the only instance that each container has here.
const instance = 1

// watch runs the probes of some containers on the real clock. It is a shell: package probe
// decides, package handler probes.
//
// The goroutine that calls run owns all fields. Each attempt has a goroutine of its own,
// which sends one value on ends.
type watch struct {
	once   bool
	length time.Duration // 0 for no end

	subjects []subject
	handler  handler.Handler
	report   report

	start    time.Time
	set      probe.Set
	views    []probe.View
	stale    bool // a view has changed, or a worker was triggered: the workers must step
	begun    bool // the first passes have begun, and the initial results are set (P48)
	tallies  []map[probe.Kind]*tally
	ends     chan ended
	inFlight int
	running  sync.WaitGroup
}

// ended is an attempt that has ended.
type ended struct {
	action probe.Action // the one that requested it
	answer probe.Answer
	took   time.Duration
}

func newWatch(subjects []subject, h handler.Handler, out io.Writer) *watch {
	return &watch{subjects: subjects, handler: h, report: report{out: out}}
}

// run probes until ctx ends, the time is over, or nothing is left to do. It returns the
// first error of the output. No attempt is under way when it returns.
func (w *watch) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	w.begin(ctx, time.Now())
	why := w.loop(ctx)
	cancel()
	w.running.Wait()
	w.report.end(time.Now(), why)
	w.summarise()
	return w.report.err
}

func (w *watch) begin(ctx context.Context, now time.Time) {
	if w.once {
		w.subjects = apart(w.subjects)
	}
	w.start = now
	w.report.begin(now, w.subjects)
	w.set = probe.NewSet(w.layout(), probe.SetOptions{})
	w.set.Create(now, nil)
	w.views = make([]probe.View, len(w.subjects))
	for i := range w.views {
		w.views[i] = w.firstView(now, i)
	}
	w.perform(ctx, now, w.set.Step(now, w.views, nil))
	w.begun = true
	if w.once {
		w.set.StopAll(now) // each ends after the pass that is under way (P38)
	}
}

// apart makes one subject of each probe. Without the others, no probe waits for the
// startup probe (P54).
func apart(subjects []subject) []subject {
	var alone []subject
	for _, s := range subjects {
		for _, kind := range s.probes() {
			one := s
			one.keep(func(k probe.Kind) bool { return k == kind })
			alone = append(alone, one)
		}
	}
	return alone
}

// layout returns the containers with their probes, and makes room for the tallies and for
// the ends of attempts. At most one attempt of each probe is under way (P44), so that with
// one place for each none has to wait.
func (w *watch) layout() *probe.Layout {
	containers := make([]probe.Container, len(w.subjects))
	w.tallies = make([]map[probe.Kind]*tally, len(w.subjects))
	probes := 0
	for i := range w.subjects {
		s := &w.subjects[i]
		containers[i] = probe.Container{Spec: &s.spec, Index: i, Sidecar: s.sidecar}
		w.tallies[i] = map[probe.Kind]*tally{}
		for _, kind := range s.probes() {
			w.tallies[i][kind] = &tally{}
			probes++
		}
	}
	w.ends = make(chan ended, probes)
	return probe.NewLayout(containers)
}

// firstView returns the view of a container that runs since now. For a single pass, it has
// run for longer than any initial delay (P53).
func (w *watch) firstView(now time.Time, container int) probe.View {
	since := now
	if w.once {
		since = now.AddDate(-100, 0, 0)
	}
	return probe.View{
		Known: true, Instance: instance, Running: true,
		StartedAt: since.Truncate(time.Second),
		Started:   w.set.Started(container, true, instance, false),
		Sidecar:   w.subjects[container].sidecar,
	}
}

// loop steps the workers until the end, and returns its reason.
func (w *watch) loop(ctx context.Context) string {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if why := w.done(); why != "" {
			return why
		}
		if deadline, ok := w.deadline(); ok {
			timer.Reset(time.Until(deadline))
		} else {
			timer.Stop()
		}
		var end *ended
		select {
		case <-ctx.Done():
		case e := <-w.ends:
			end = &e
		case <-timer.C:
		}
		now := time.Now()
		switch {
		case ctx.Err() != nil: // attempts that ended because of it do not count
			return "interrupted"
		case w.length > 0 && now.Sub(w.start) >= w.length:
			return "the time is over"
		case end != nil:
			w.finish(ctx, now, end)
		default:
			w.perform(ctx, now, w.set.Step(now, w.views, nil))
		}
	}
}

// done returns why there is nothing to wait for. If there is something, it returns "".
func (w *watch) done() string {
	_, ok := w.set.Deadline()
	switch {
	case w.report.err != nil:
		return "the output is closed"
	case ok || w.inFlight > 0:
		return ""
	case w.once:
		return "each probe has had its pass"
	}
	return "nothing is left to probe before a restart"
}

// deadline returns the earlier of the workers' deadline and the end of the time. It returns
// false if there is neither.
func (w *watch) deadline() (time.Time, bool) {
	at, ok := w.set.Deadline()
	if w.length == 0 {
		return at, ok
	}
	if end := w.start.Add(w.length); !ok || end.Before(at) {
		return end, true
	}
	return at, ok
}

// attempt starts one attempt. Its end is sent on ends.
func (w *watch) attempt(ctx context.Context, a probe.Action) {
	s := &w.subjects[a.Container]
	w.inFlight++
	w.running.Go(func() {
		began := time.Now()
		answer := w.handler.Probe(ctx, s.target, probe.Of(&s.spec, a.Probe))
		w.ends <- ended{action: a, answer: answer, took: time.Since(began)}
	})
}

func (w *watch) finish(ctx context.Context, now time.Time, e *ended) {
	w.inFlight--
	a := &e.action
	w.report.attempt(now, &w.subjects[a.Container], e)
	acts := w.set.Finish(now, int(a.Container), a.Probe, a.Attempt, e.answer, w.views, nil)
	w.tallies[a.Container][a.Probe].add(acts)
	w.perform(ctx, now, acts)
}

// perform carries out the actions of the workers, and those that follow at this instant.
func (w *watch) perform(ctx context.Context, now time.Time, acts []probe.Action) {
	for len(acts) > 0 {
		for i := range acts {
			w.act(ctx, now, &acts[i])
		}
		acts = acts[:0]
		if w.stale {
			w.stale = false
			acts = w.set.Changed(now, w.views, acts)
		}
	}
}

func (w *watch) act(ctx context.Context, now time.Time, a *probe.Action) {
	switch a.Kind {
	case probe.ActionRunAttempt:
		w.attempt(ctx, *a)
	case probe.ActionEvent:
		e := a.Event()
		w.tell(now, a, "event "+e.Type+" "+e.Reason+": "+e.Message)
	case probe.ActionCounted:
		w.tell(now, a, counted(a))
	case probe.ActionSkipped:
		w.tell(now, a, a.Explain())
	case probe.ActionResultSet:
		w.resultSet(now, a)
	case probe.ActionResultRemoved, probe.ActionDropped, probe.ActionEnded:
		// Only --once stops workers, and attempts end in order.
	}
}

func (w *watch) tell(now time.Time, a *probe.Action, what string) {
	w.report.line(now, w.subjects[a.Container].spec.Name, a.Probe.String(), what)
}
