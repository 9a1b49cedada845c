package lifecycle

import (
	"slices"
	"time"

	"github.com/podclock/podclock/probe"
)

// probers is the pod's probe workers and what the kubelet's main loop remembers
// of them: a probe.Set whose owner tells it what to do, and when its views have
// changed.
//
// Invariant: stale is set whenever the workers may see something else than they
// saw last, and is cleared when they have looked.
type probers struct {
	probe.Set
	stale     bool           // the workers have not seen their views yet
	made      time.Time      // when workers were last made (P34)
	triggered []time.Time    // by container: the last manual trigger (T26)
	acts      []probe.Action // scratch
}

// newProbers returns the probe workers of a pod, none of which exists yet (P31).
func newProbers(t *Template, timing *Timing) probers {
	set := probe.NewSet(t.spec.Layout, probe.SetOptions{
		PassDelay: timing.ProbeDelay,
		Quirks: probe.Quirks{
			ForgetCounts: !t.has(QuirkP64),
			CreateAll:    !t.has(QuirkP32),
			StopSidecars: !t.has(QuirkP36),
		},
	})
	return probers{Set: set, triggered: make([]time.Time, t.Containers())}
}

func (p *probers) clone() probers {
	c := *p
	c.Set, c.acts = p.Set.Clone(), nil
	c.triggered = slices.Clone(p.triggered)
	return c
}

// restarted returns the probe workers of a new kubelet process: none exists, and
// nothing is remembered (P39).
func (p *probers) restarted(t *Template, timing *Timing) probers {
	c := newProbers(t, timing)
	c.stale = p.stale
	return c
}

// create makes the workers that are missing (P31).
func (p *probers) create(now time.Time, sleep func(probe.Spec) time.Duration) {
	p.made = now
	p.Create(now, sleep)
}

// stop tells workers to stop: at the start of termination, or all (P35).
func (p *probers) stop(now time.Time, terminating bool) {
	if terminating {
		p.StopForTermination(now)
	} else {
		p.StopAll(now)
	}
	p.stale = true
}

// result returns the published result of a probe (P69).
func (p *probers) result(container int, instance uint64, kind probe.Kind) (probe.Result, bool) {
	return p.Result(container, kind, instance)
}

// trigger wakes a readiness worker. Where nothing takes time, one manual pass
// per worker and instant is enough (T26).
func (p *probers) trigger(now time.Time, container int, t *Timing) {
	if t.oncePerInstant(p.triggered[container], now) {
		return
	}
	p.triggered[container] = now
	p.Trigger(now, container)
	p.stale = true
}

// reportLeaps reports the passes that workers leapt over before an instant. The
// actions are valid until the next call.
func (p *probers) reportLeaps(before time.Time) []probe.Action {
	p.acts = p.ReportLeaps(before, p.acts[:0])
	return p.acts
}

// finish takes the answer to an attempt. The actions are valid until the next call.
func (p *probers) finish(now time.Time, ev *Event, views []probe.View) []probe.Action {
	p.acts = p.Finish(now, ev.Container, ev.Probe, uint32(ev.Attempt), ev.Answer, views, p.acts[:0])
	return p.acts
}

// step steps the first worker that is due, so that what follows from its pass
// comes before the next one's; then all, if they have not seen their views yet,
// which is after everything else of this instant (T30). It is false if there is
// nothing to do. The actions are valid until the next call.
func (p *probers) step(now time.Time, views []probe.View) ([]probe.Action, bool) {
	switch {
	case p.Due(now):
		p.acts = p.StepFirst(now, views, p.acts[:0])
	case p.stale:
		p.stale = false
		p.acts = p.Changed(now, views, p.acts[:0])
	default:
		return nil, false
	}
	return p.acts, true
}
