package flight

import (
	"fmt"
	"strconv"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// draw is one answer of a Chance in nanoseconds. An answer that is an instant is kept
// as its distance from the step's own time. The text of a draw is a letter for the
// question, and the number.
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

// recordingChance is a Chance that passes each question on and keeps the answer.
type recordingChance struct {
	lifecycle.Chance
	now   time.Time // of the step under way
	draws []draw
}

func (l *recordingChance) instant(question byte, t time.Time) time.Time {
	l.draws = append(l.draws, draw{question, int64(t.Sub(l.now))})
	return t
}

func (l *recordingChance) span(question byte, d time.Duration) time.Duration {
	l.draws = append(l.draws, draw{question, int64(d)})
	return d
}

func (l *recordingChance) Relist(t time.Time, after bool) time.Time {
	return l.instant(askRelist, l.Chance.Relist(t, after))
}

func (l *recordingChance) Look(t time.Time) time.Time { return l.instant(askLook, l.Chance.Look(t)) }

func (l *recordingChance) Housekeeping(t time.Time) time.Time {
	return l.instant(askHousekeeping, l.Chance.Housekeeping(t))
}

func (l *recordingChance) Collect(t time.Time) time.Time {
	return l.instant(askCollect, l.Chance.Collect(t))
}

func (l *recordingChance) Requeue(now time.Time, base time.Duration) time.Duration {
	return l.span(askRequeue, l.Chance.Requeue(now, base))
}

func (l *recordingChance) FirstProbe(now time.Time, period time.Duration) time.Duration {
	return l.span(askFirstProbe, l.Chance.FirstProbe(now, period))
}

// replayedChance is a Chance that gives the answers of a recording.
type replayedChance struct {
	now   time.Time // of the step under way
	draws []draw
	// diverged says that the machine asked another question than the recording has an
	// answer to, or that the answer is not possible. The step is then an error.
	diverged bool
}

func (s *replayedChance) next(question byte) int64 {
	if len(s.draws) == 0 || s.draws[0].question != question {
		s.diverged = true
		return int64(time.Second) // any possible answer: the step is refused
	}
	d := s.draws[0]
	s.draws = s.draws[1:]
	return d.answer
}

// after answers with an instant that is never before t. With an earlier one, the
// machine would ask for ever.
func (s *replayedChance) after(question byte, t time.Time, strictly bool) time.Time {
	at := s.now.Add(time.Duration(s.next(question)))
	if at.Before(t) || strictly && !at.After(t) {
		s.diverged = true
		return t.Add(time.Second)
	}
	return at
}

// span answers with a duration that is never negative.
func (s *replayedChance) span(question byte) time.Duration {
	d := time.Duration(s.next(question))
	if d < 0 {
		s.diverged = true
		return time.Second
	}
	return d
}

func (s *replayedChance) Relist(t time.Time, after bool) time.Time {
	return s.after(askRelist, t, after)
}
func (s *replayedChance) Look(t time.Time) time.Time { return s.after(askLook, t, true) }
func (s *replayedChance) Housekeeping(t time.Time) time.Time {
	return s.after(askHousekeeping, t, true)
}
func (s *replayedChance) Collect(t time.Time) time.Time { return s.after(askCollect, t, true) }
func (s *replayedChance) Requeue(time.Time, time.Duration) time.Duration {
	return s.span(askRequeue)
}
func (s *replayedChance) FirstProbe(time.Time, time.Duration) time.Duration {
	return s.span(askFirstProbe)
}
