package agent

import (
	"time"

	"github.com/benbjohnson/clock"
)

// alarm is the one timer of the loop. It wakes the loop at the first deadline, or
// up to slack later, so that deadlines shortly after one another share a wake. An
// alarm that is early is left alone: it wakes the loop once for nothing, which
// costs less than to set a timer anew for each step.
type alarm struct {
	clock clock.Clock
	slack time.Duration
	ring  func()

	timer *clock.Timer
	armed time.Time // when it rings; zero if it was never set
}

// set sees to it that the alarm rings for a deadline that is after now. If the
// clock was setBack, the timer is set anew, because it would ring too late.
func (a *alarm) set(now, deadline time.Time, setBack bool) {
	rings := !setBack && a.armed.After(now)
	if rings && !a.armed.After(deadline.Add(max(a.slack, 0))) {
		return
	}
	a.stop()
	d := max(deadline.Sub(now), a.slack)
	a.armed = now.Add(d)
	a.timer = a.clock.AfterFunc(d, a.ring)
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
