package probe

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// maxSpan is the longest duration that a saved worker may have: a hundred years. With it the
// arithmetic of instants cannot overflow.
const maxSpan = 100 * 365 * 24 * time.Hour

// checks collects the errors of something that was read.
type checks []error

func (c *checks) want(ok bool, field string, value any, want string) {
	if !ok {
		*c = append(*c, fmt.Errorf("%s: %v: must be %s", field, value, want))
	}
}

func (c *checks) span(field string, d, least time.Duration) {
	c.want(d >= least && d <= maxSpan, field, d, fmt.Sprintf("between %v and %v", least, maxSpan))
}

// check returns an error for impossible settings of a probe.
func (s *slot) check() error {
	var c checks
	c.want(s.kind >= Startup && s.kind <= Liveness, "kind", uint8(s.kind), "startup, readiness or liveness")
	c.span("spec.initialDelay", s.spec.InitialDelay, 0)
	c.span("spec.period", s.spec.Period, 1)
	c.span("spec.timeout", s.spec.Timeout, 0)
	c.want(s.spec.SuccessThreshold > 0, "spec.successThreshold", s.spec.SuccessThreshold, "positive")
	c.want(s.spec.FailureThreshold > 0, "spec.failureThreshold", s.spec.FailureThreshold, "positive")
	return errors.Join(c...)
}

// check returns an error for an impossible state of a worker. It checks the worker's
// invariants and the ranges that its arithmetic relies on.
func (w *Worker) check() error {
	var c checks
	at := slot{spec: w.spec, kind: w.kind}
	if err := at.check(); err != nil {
		c = append(c, err)
	}
	c.want(!w.epoch.IsZero(), "epoch", w.epoch, "set")
	c.want(w.container >= 0, "container", w.container, "0 or more")
	c.span("passDelay", w.passDelay, 0)
	c.span("nextTick", w.next, 1)
	c.span("passAt", w.passAt, 0)
	c.want(w.nextChange >= 0, "loudTick", w.nextChange, "0 or more")
	c.want(w.run >= 0 && w.run < math.MaxInt64/2, "run", w.run, "a count")
	c.want(w.unreported.count >= 0 && w.unreported.count < math.MaxInt64/2, "leapt.count", w.unreported.count, "a count")
	c.want(w.tries <= maxTries, "tries", w.tries, fmt.Sprintf("at most %d", maxTries))
	c.want(!w.hasResult || w.instance != 0, "instance", w.instance, "that of the result")
	c.want(w.state != waiting || w.wake == w.passAt, "wake", w.wake, "passAt, in state waiting")
	c.want(w.state < probing || w.wake == never, "wake", w.wake, "never, while probing and after the end")
	return errors.Join(c...)
}
