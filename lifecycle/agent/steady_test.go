package agent

import (
	"testing"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/podclock/podclock/internal/wire/wiretest"
)

// given is a clock that shows these times.
type given struct {
	clock.Clock
	times []time.Time
}

func (g *given) Now() time.Time {
	now := g.times[0]
	g.times = g.times[1:]
	return now
}

func TestTheTwoReadingsOfAClockPassAlike(t *testing.T) {
	begin := time.Now()
	for _, test := range []struct {
		name          string
		off, want     time.Duration // of the wall reading, after a second
		offNext, next time.Duration // and after two
	}{
		{"a reading that is late", 3 * time.Millisecond, 0, -time.Millisecond, 0},
		{"a clock that is set forwards", time.Hour, time.Hour, time.Hour - time.Millisecond, time.Hour},
		{"a clock that is set back", -time.Hour, -time.Hour, -time.Hour, -time.Hour},
		{"a clock that is set bit by bit", 60 * time.Millisecond, 0, 120 * time.Millisecond, 120 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := steady{clock: &given{times: []time.Time{
				begin, wiretest.MoveWall(begin.Add(time.Second), test.off), wiretest.MoveWall(begin.Add(2*time.Second), test.offNext),
			}}}
			s.read()
			for i, want := range []time.Duration{test.want, test.next} {
				now, setBack := s.read()
				passed := time.Duration(i+1) * time.Second
				if setBack || now.Sub(begin) != passed || now.Round(0).Sub(begin.Round(0)) != passed+want {
					t.Errorf("after %v: %v by the monotonic reading, %v by the wall, set back: %v; want the wall off by %v",
						passed, now.Sub(begin), now.Round(0).Sub(begin.Round(0)), setBack, want)
				}
			}
		})
	}
}
