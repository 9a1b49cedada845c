package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/restart"
)

// Backoff is the crash-loop back-off of one container.
var Backoff = corpus.Kind{Name: "backoff", Recorded: []string{"steps"}, Replay: corpus.Exact(replayBackoff)}

// backoffRecord is one container that is restarted for ever.
type backoffRecord struct {
	ID     int           `json:"id"`
	Config backoffConfig `json:"config"`
	Runs   []backoffRun  `json:"runs"`
	Steps  []backoffStep `json:"steps"`
}

type backoffConfig struct {
	FeatureGates              corpus.FeatureGates `json:"featureGates"`
	MaxContainerRestartPeriod string              `json:"maxContainerRestartPeriod"`
	GC                        bool                `json:"gc"`
	BaseUs                    int64               `json:"baseUs"` // recorded
	MaxUs                     int64               `json:"maxUs"`  // recorded
}

type backoffRun struct {
	RunUs   int64   `json:"runUs"`
	End     string  `json:"end"`
	StopUs  int64   `json:"stopUs"`
	PollsUs []int64 `json:"pollsUs"`
	SyncUs  int64   `json:"syncUs"`
}

type backoffStep struct {
	Run       int            `json:"run"`
	StartedUs int64          `json:"startedUs"`
	EndedUs   int64          `json:"endedUs"`
	Checks    []backoffCheck `json:"checks"`
	RestartUs int64          `json:"restartUs"`
}

type backoffCheck struct {
	T         int64  `json:"t"`
	InBackOff bool   `json:"inBackOff"`
	Message   string `json:"message"`
	UntilUs   int64  `json:"untilUs"`
	EntryUs   int64  `json:"entryUs"`
}

func replayBackoff(record []byte) (string, error) {
	var r backoffRecord
	if err := corpus.DecodeStrictly(record, &r); err != nil {
		return "", err
	}
	limits, err := r.Config.limits()
	if err != nil {
		return "", err
	}
	if limits.Initial.Microseconds() != r.Config.BaseUs || limits.Max.Microseconds() != r.Config.MaxUs {
		return fmt.Sprintf("config: want base %dus max %dus, got %+v", r.Config.BaseUs, r.Config.MaxUs, limits), nil
	}
	loop := crashLoop{limits: limits, gc: r.Config.GC, lastEnd: -1}
	got := make([]backoffStep, 0, len(r.Runs))
	for i, run := range r.Runs {
		step, err := loop.step(i, run)
		if err != nil {
			return "", err
		}
		got = append(got, step)
	}
	return diff(r.Steps, got), nil
}

func (c backoffConfig) limits() (restart.Limits, error) {
	gates, err := c.FeatureGates.Restart()
	if err != nil {
		return restart.Limits{}, err
	}
	config := restart.Config{Gates: gates}
	if c.MaxContainerRestartPeriod != "" {
		if config.MaxContainerRestartPeriod, err = time.ParseDuration(c.MaxContainerRestartPeriod); err != nil {
			return restart.Limits{}, err
		}
	}
	return config.Limits()
}

// crashLoop plays the kubelet's part of a record: when it asks, and what it then sees of the
// container. Times are microseconds since the start of the scenario.
type crashLoop struct {
	limits  restart.Limits
	gc      bool
	entry   restart.Backoff
	now     int64
	lastEnd int64 // the end of the newest instance that ended, or -1
}

// gcPeriodUs is the period of the housekeeping that deletes expired entries.
const gcPeriodUs = 2_000_000

func (c *crashLoop) step(i int, run backoffRun) (backoffStep, error) {
	s := backoffStep{Run: i, StartedUs: c.now, EndedUs: c.now + run.RunUs + run.StopUs}
	polls := run.PollsUs
	c.now = s.EndedUs
	switch run.End {
	case "exit":
		c.lastEnd = s.EndedUs
		c.now += run.SyncUs
	case "kill": // the check at its end sees the previous instance (R26)
		refused := c.check(&s)
		c.lastEnd = s.EndedUs
		if !refused {
			return s, nil
		}
		c.now += run.SyncUs
	default:
		return s, fmt.Errorf("unknown end %q", run.End)
	}
	for c.check(&s) {
		for len(polls) > 0 && s.EndedUs+polls[0] <= c.now {
			polls = polls[1:]
		}
		c.now = s.Checks[len(s.Checks)-1].UntilUs
		if len(polls) > 0 {
			c.now = s.EndedUs + polls[0]
		}
	}
	return s, nil
}

// check asks whether the container may be started now, and reports a refusal.
func (c *crashLoop) check(s *backoffStep) (refused bool) {
	if c.gc && c.now > 0 { // housekeeping at the instant of a check comes after it
		c.entry.Expire(backoffAt((c.now-1)/gcPeriodUs*gcPeriodUs), c.limits)
	}
	got := backoffCheck{T: c.now}
	if c.lastEnd >= 0 { // without an exited instance there is no check (R20)
		var refusal restart.Refusal
		refusal, refused = c.entry.Check(backoffAt(c.now), backoffAt(c.lastEnd), c.limits)
		if refused {
			got.InBackOff = true
			got.Message, _, _ = strings.Cut(refusal.WaitingMessage("app", "p"), " failed")
			got.UntilUs = backoffUs(refusal.Until)
		} else {
			c.entry.Advance(backoffAt(c.now), backoffAt(c.lastEnd), c.limits)
		}
	}
	got.EntryUs = c.entry.Delay.Microseconds()
	s.Checks = append(s.Checks, got)
	s.RestartUs = c.now
	return refused
}

// backoffZero is the start of the scenarios.
var backoffZero = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func backoffAt(us int64) time.Time { return backoffZero.Add(time.Duration(us) * time.Microsecond) }

func backoffUs(t time.Time) int64 { return t.Sub(backoffZero).Microseconds() }

// diff describes how got differs from the recorded value. If it does not, it returns "".
func diff(recorded, got any) string {
	if d := cmp.Diff(recorded, got); d != "" {
		return "(-recorded +got)\n" + d
	}
	return ""
}
