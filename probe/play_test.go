package probe

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// play drives one worker through a written story. Its verbs move time and change the view.
// It collects what the worker reports in said, each line with its second.
type play struct {
	t      *testing.T
	w      Worker
	view   View
	now    time.Duration
	answer Answer        // the app's answer now
	takes  time.Duration // the duration of an attempt
	ends   time.Duration // the end of the attempt under way
	try    *Action
	said   []string
	// quiet has the kinds of actions that are not collected.
	quiet []ActionKind
}

func newPlay(t *testing.T, kind Kind, spec Spec, o Options) *play {
	o.FirstPass = start.Add(o.FirstPass.Sub(time.Time{}))
	return &play{t: t, w: NewWorker(kind, spec, o), answer: Answer{Outcome: OutcomeSuccess}, view: View{Known: true, MayRestart: true}}
}

// every returns a spec with a period in seconds.
func every(period int, success, failure int32) Spec {
	return Spec{Period: time.Duration(period) * time.Second, Timeout: time.Second, SuccessThreshold: success, FailureThreshold: failure}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// until moves time up to a second and keeps every deadline until then, also one at that
// second.
func (p *play) until(s float64) *play {
	to := seconds(s)
	for {
		deadline, ok := p.w.Deadline()
		next := deadline.Sub(start)
		switch {
		case p.try != nil && p.ends <= to && (!ok || p.ends <= next):
			p.now = p.ends
			a := *p.try
			p.try = nil
			p.take(p.w.Finish(start.Add(p.now), a.Attempt, p.answer, p.view, nil))
		case ok && next <= to:
			p.now = next
			p.step()
		default:
			p.now = to
			return p
		}
	}
}

func (p *play) step() { p.take(p.w.Step(start.Add(p.now), p.view, nil)) }

func (p *play) take(actions []Action) {
	for i := range actions {
		a := &actions[i]
		if !slices.Contains(p.quiet, a.Kind) {
			p.said = append(p.said, fmt.Sprintf("%v %s", p.now, a.Explain()))
		}
		if a.Kind != ActionRunAttempt {
			continue
		}
		if p.takes > 0 {
			p.try, p.ends = a, p.now+p.takes
			continue
		}
		p.take(p.w.Finish(start.Add(p.now), a.Attempt, p.answer, p.view, nil))
	}
}

// runs makes the view show instance id running and started since that second.
func (p *play) runs(id uint64, since float64) *play {
	p.view.Instance, p.view.Running, p.view.Terminated, p.view.Started = id, true, false, true
	p.view.StartedAt = start.Add(seconds(since).Truncate(time.Second))
	p.step()
	return p
}

// exits makes the view show the instance terminated.
func (p *play) exits() *play {
	p.view.Running, p.view.Terminated, p.view.Started = false, true, false
	p.step()
	return p
}

// sees changes the view.
func (p *play) sees(change func(*View)) *play {
	change(&p.view)
	p.step()
	return p
}

func (p *play) answers(o Outcome) *play {
	p.answer = Answer{Outcome: o}
	return p
}

func (p *play) errs(text string) *play {
	p.answer = Answer{Err: text}
	return p
}

func (p *play) triggers() *play {
	p.w.Trigger(start.Add(p.now))
	p.step()
	return p
}

func (p *play) stops() *play {
	p.w.Stop(start.Add(p.now))
	p.step()
	return p
}

// hush leaves out some kinds of actions.
func (p *play) hush(kinds ...ActionKind) *play {
	p.quiet = kinds
	return p
}

// onlyRuns leaves out everything but attempts.
func (p *play) onlyRuns() *play {
	return p.hush(ActionSkipped, ActionEvent, ActionCounted, ActionResultSet, ActionResultRemoved, ActionDropped, ActionEnded)
}

func (p *play) want(lines ...string) {
	p.t.Helper()
	if !slices.Equal(p.said, lines) {
		p.t.Errorf("said\n\t%q\nwant\n\t%q", p.said, lines)
	}
}

// wantRuns checks that there were attempts at these seconds, and no other actions.
func (p *play) wantRuns(at ...float64) {
	p.t.Helper()
	var lines []string
	for i, s := range at {
		lines = append(lines, fmt.Sprintf("%v run attempt %d (try 1)", seconds(s), i+1))
	}
	p.want(lines...)
}
