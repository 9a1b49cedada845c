package agent

import (
	"time"

	"github.com/benbjohnson/clock"

	"github.com/podclock/podclock/flight"
)

// steady makes of a clock one that is never set back. The real clock's times are
// compared by their monotonic readings, so that it is steady as it is. Others,
// such as a mock, may be set back: the time then goes on from where it stood,
// and what waits for it waits no longer than it had to.
//
// The real clock's two readings are not taken at the same instant. A machine
// compares by the one or by the other, and so does who plays a recording of it
// again: therefore they pass alike, but when the wall clock is set by
// [flight.LeastJump] or more.
type steady struct {
	clock clock.Clock
	last  time.Time // of the clock
	lead  time.Duration
}

// reach lets the time be at least t.
func (s *steady) reach(t time.Time) {
	if now, _ := s.read(); t.After(now) {
		s.lead += t.Sub(now)
	}
}

// read returns the time, and whether the clock was set back since it was last
// read, so that timers stand where they will not fire in time.
func (s *steady) read() (now time.Time, setBack bool) {
	raw := s.even(s.clock.Now())
	if raw.Before(s.last) {
		s.lead += s.last.Sub(raw)
		setBack = true
	}
	s.last = raw
	if s.lead == 0 {
		return raw, setBack
	}
	return raw.Add(s.lead), setBack
}

// even corrects a wall reading that was taken a little before or after the
// monotonic one.
func (s *steady) even(raw time.Time) time.Time {
	even := s.last.Add(raw.Sub(s.last))
	if s.last.IsZero() || raw.Round(0).Sub(even.Round(0)).Abs() >= flight.LeastJump {
		return raw
	}
	return even
}
