package flight

import (
	"fmt"
	"strconv"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// draw is one answer of a Chance, in nanoseconds: of an instant, those since the
// step's own time. Its text is a letter for the question, and the number.
type draw struct {
	question byte
	answer   int64
}

// The questions, in the order of the methods of [lifecycle.Chance].
const (
	askRelist       = 'r'
	askLook         = 'l'
	askHousekeeping = 'h'
	askCollect      = 'c'
	askRequeue      = 'q'
	askFirstProbe   = 'p'
)

// MarshalText implements [encoding.TextMarshaler].
func (d draw) MarshalText() ([]byte, error) {
	return strconv.AppendInt([]byte{d.question}, d.answer, 10), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *draw) UnmarshalText(text []byte) error {
	if len(text) < 2 {
		return fmt.Errorf("%q is no answer of a Chance: want a letter and nanoseconds", text)
	}
	n, err := strconv.ParseInt(string(text[1:]), 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no answer of a Chance: want a letter and nanoseconds", text)
	}
	d.question, d.answer = text[0], n
	return nil
}

// listener is a Chance that remembers what the one below answers.
type listener struct {
	lifecycle.Chance
	now   time.Time // of the step under way
	draws []draw
}

func (l *listener) instant(question byte, t time.Time) time.Time {
	l.draws = append(l.draws, draw{question, int64(t.Sub(l.now))})
	return t
}

func (l *listener) span(question byte, d time.Duration) time.Duration {
	l.draws = append(l.draws, draw{question, int64(d)})
	return d
}

func (l *listener) Relist(t time.Time, after bool) time.Time {
	return l.instant(askRelist, l.Chance.Relist(t, after))
}

func (l *listener) Look(t time.Time) time.Time { return l.instant(askLook, l.Chance.Look(t)) }

func (l *listener) Housekeeping(t time.Time) time.Time {
	return l.instant(askHousekeeping, l.Chance.Housekeeping(t))
}

func (l *listener) Collect(t time.Time) time.Time { return l.instant(askCollect, l.Chance.Collect(t)) }

func (l *listener) Requeue(now time.Time, base time.Duration) time.Duration {
	return l.span(askRequeue, l.Chance.Requeue(now, base))
}

func (l *listener) FirstProbe(now time.Time, period time.Duration) time.Duration {
	return l.span(askFirstProbe, l.Chance.FirstProbe(now, period))
}

// speaker is a Chance that answers as a recording says.
type speaker struct {
	now   time.Time // of the step under way
	draws []draw
	lost  bool // it was asked for what the recording does not have, or has no sound answer to
}

func (s *speaker) next(question byte) int64 {
	if len(s.draws) == 0 || s.draws[0].question != question {
		s.lost = true
		return int64(time.Second) // whatever: the step is refused
	}
	d := s.draws[0]
	s.draws = s.draws[1:]
	return d.answer
}

// after answers with an instant, which is never before t: a machine that was given
// one would come back to it for ever.
func (s *speaker) after(question byte, t time.Time, strictly bool) time.Time {
	at := s.now.Add(time.Duration(s.next(question)))
	if at.Before(t) || strictly && !at.After(t) {
		s.lost = true
		return t.Add(time.Second)
	}
	return at
}

// span answers with a duration, which is never negative.
func (s *speaker) span(question byte) time.Duration {
	d := time.Duration(s.next(question))
	if d < 0 {
		s.lost = true
		return time.Second
	}
	return d
}

func (s *speaker) Relist(t time.Time, after bool) time.Time { return s.after(askRelist, t, after) }
func (s *speaker) Look(t time.Time) time.Time               { return s.after(askLook, t, true) }
func (s *speaker) Housekeeping(t time.Time) time.Time       { return s.after(askHousekeeping, t, true) }
func (s *speaker) Collect(t time.Time) time.Time            { return s.after(askCollect, t, true) }
func (s *speaker) Requeue(time.Time, time.Duration) time.Duration {
	return s.span(askRequeue)
}
func (s *speaker) FirstProbe(time.Time, time.Duration) time.Duration {
	return s.span(askFirstProbe)
}
