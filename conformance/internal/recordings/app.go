package recordings

import (
	"maps"
	"math"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// recordedApp plays a script. It moves the end of a run to the recorded time, if that is
// within slack of the script's. Back-offs then count from the same time as in the recording.
type recordedApp struct {
	podclock.App
	epoch time.Time
	exits []float64 // those of this container
}

// apps returns the scripts as behaviours.
func (p *Pod) apps() map[string]podclock.App {
	apps := p.Script.apps(p.Manifest)
	for _, name := range slices.Sorted(maps.Keys(apps)) {
		app := recordedApp{App: apps[name], epoch: p.Epoch}
		for _, e := range p.Entries {
			if e.Kind == "exit" && e.Call == "container" && e.Container == name {
				app.exits = append(app.exits, e.T)
			}
		}
		apps[name] = app
	}
	return apps
}

// Bind binds the script.
func (a recordedApp) Bind(pod *corev1.Pod, c *corev1.Container) (podclock.App, error) {
	bound, err := a.App.(podclock.Binder).Bind(pod, c)
	a.App = bound
	return a, err
}

// Create moves a run's own end to the recorded one.
func (a recordedApp) Create(c *podclock.Call) podclock.Plan {
	plan := a.App.Create(c)
	if plan.Exit != nil {
		exit := *plan.Exit
		exit.After = a.shift(c.Now.Add(plan.CreateDelay+plan.StartDelay), exit.After)
		plan.Exit = &exit
	}
	return plan
}

// Terminate moves the end after a stop signal to the recorded one.
func (a recordedApp) Terminate(c *podclock.Call) podclock.Term {
	term := a.App.Terminate(c)
	if !term.Ignore {
		term.After = a.shift(c.Now, term.After)
	}
	return term
}

// shift returns the time from start to the recorded exit that is nearest to the scripted
// one.
func (a recordedApp) shift(start time.Time, after time.Duration) time.Duration {
	scripted := start.Add(after).Sub(a.epoch).Seconds()
	best, near := after, Slack
	for _, t := range a.exits {
		if d := math.Abs(t - scripted); d <= near {
			best, near = secs(t)-start.Sub(a.epoch), d
		}
	}
	return max(best, 0)
}

// execOverhead returns how much longer than their time-out the timed-out execs took on
// average, up to the beginning of the next. Such passes follow each other at once, so the
// delays add up.
func (p *Pod) execOverhead() time.Duration {
	begun := make(map[string]float64)
	sum, n := 0.0, 0
	for _, e := range p.Entries {
		if e.Kind != "cri" || e.Call != "ExecSync" || e.Detail.Timeout == 0 {
			continue
		}
		limit := float64(e.Detail.Timeout)
		if over := e.T - begun[e.Detail.Command] - limit; begun[e.Detail.Command] != 0 && over > 0 && over < 0.01 {
			sum, n = sum+over, n+1
		}
		begun[e.Detail.Command] = 0
		if e.Took >= limit {
			begun[e.Detail.Command] = e.T
		}
	}
	if n == 0 {
		return 0
	}
	return secs(sum / float64(n))
}
