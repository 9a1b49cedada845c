package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
)

func TestTheAlarmIsSetAnewOnlyIfItWouldRingTooLate(t *testing.T) {
	const slack = 10 * time.Millisecond
	for _, test := range []struct {
		name    string
		at      time.Duration // the second deadline; the first is a second
		setBack bool
		rings   time.Duration
	}{
		{"a later deadline: it rings early, for nothing", 2 * time.Second, false, time.Second},
		{"a deadline within the slack before", time.Second - slack, false, time.Second},
		{"an earlier deadline", time.Second - slack - 1, false, time.Second - slack - 1},
		{"a deadline that is nearer than the slack", time.Millisecond, false, slack},
		{"the clock was set back", time.Second, true, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, rung := time.Now(), make(chan time.Duration, 2)
				a := alarm{clock: clock.New(), slack: slack, ring: func() { rung <- time.Since(begin) }}
				a.set(begin, begin.Add(time.Second), false)
				first := a.timer
				a.set(begin, begin.Add(test.at), test.setBack)
				if anew := a.timer != first; anew != (test.setBack || test.rings != time.Second) {
					t.Errorf("it was set anew: %v", anew)
				}
				if got := <-rung; got != test.rings {
					t.Errorf("it rang after %v; want %v", got, test.rings)
				}
				time.Sleep(10 * time.Second)
				if len(rung) > 0 {
					t.Error("it rang twice")
				}
			})
		})
	}
}
