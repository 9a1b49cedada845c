package agent

import (
	"time"

	"github.com/benbjohnson/clock"

	"github.com/podclock/podclock/flight"
)

// steady turns a clock into one that is never set back. The real clock is
// steady as it is, because its times are compared by their monotonic readings.
// Another clock, such as a mock, may be set back. The time then continues from
// where it stood, so that nobody waits longer than before.
//
// The real clock does not take its two readings, monotonic and wall, at the
// same instant. A machine compares times by the one or by the other, and so
// does the replay of its recording. steady therefore makes both pass alike,
// unless the wall clock is set by [flight.LeastJump] or more.
type steady struct {
	clock clock.Clock
	last  time.Time // what the clock showed last
	lead  time.Duration
}

// reach moves the time forwards to t, if it is not there yet. No machine may
// see time go back after a restart.
func (s *steady) reach(t time.Time) {
	if now, _ := s.read(); t.After(now) {
		s.lead += t.Sub(now)
	}
}

// read returns the time. setBack reports whether the clock was set back since
// the last read: timers that were set before will then fire too late.
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
// monotonic reading.
func (s *steady) even(raw time.Time) time.Time {
	even := s.last.Add(raw.Sub(s.last))
	if s.last.IsZero() || raw.Round(0).Sub(even.Round(0)).Abs() >= flight.LeastJump {
		return raw
	}
	return even
}
