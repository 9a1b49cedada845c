package agent

import (
	"time"

	"github.com/benbjohnson/clock"
)

// steady makes of a clock one that is never set back. The real clock's readings
// are compared by their monotonic part, so that it is steady as it is. Others,
// such as a mock, may be set back: the time then goes on from where it stood,
// and what waits for it waits no longer than it had to.
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
	raw := s.clock.Now()
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
