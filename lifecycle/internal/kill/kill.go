package kill

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
)

// MinimumGrace is the shortest time, in seconds, from the stop signal to SIGKILL (C40).
const MinimumGrace = 2

// Host carries out what kills ask for.
type Host interface {
	// Killing records the kill of a container (C50). PreStopFailed records that its hook
	// failed (C44).
	Killing(container int, message string)
	PreStopFailed(container int)
	// RunPreStop begins the hook.
	RunPreStop(container int, instance uint64, hook *corev1.LifecycleHandler) HookRun
	// Stop asks the runtime to stop the instance within a number of seconds. It returns the Op
	// of the request.
	Stop(container int, instance uint64, seconds int64) uint64
	// Gone reports whether the instance no longer runs.
	Gone(instance uint64) bool
}

// HookRun is a hook that has begun. Either the shell answers the request Op, or the hook
// ends by itself at Ends, or it failed at once with Err. The zero HookRun succeeded at once.
type HookRun struct {
	Op   uint64
	Ends time.Time
	Err  string
}

// Grace returns the grace period of one container's kill, in seconds, for a pod that is not
// deleted (C41).
func Grace(p *spec.Pod, why plan.Kill) int64 {
	c := p.Containers[why.Container].Spec
	var failed *corev1.Probe
	switch why.Cause {
	case plan.CauseStartupProbe:
		failed = c.StartupProbe
	case plan.CauseLivenessProbe:
		failed = c.LivenessProbe
	}
	if failed != nil && failed.TerminationGracePeriodSeconds != nil {
		return *failed.TerminationGracePeriodSeconds
	}
	return p.Grace
}

// Kill begins the kill of one container, with a grace period in seconds. It records the
// event and then runs the preStop hook (C40).
func (g *Group) Kill(now time.Time, p *spec.Pod, host Host, why plan.Kill, grace int64) {
	message := why.Message
	if message == "" {
		message = "Stopping container " + p.Name(why.Container)
	}
	host.Killing(why.Container, message)
	g.Kills = append(g.Kills, Kill{Container: why.Container, Instance: why.Instance, Grace: grace})
	k := &g.Kills[len(g.Kills)-1]
	if h := preStop(p.Containers[why.Container].Spec); h != nil && grace > 0 { // no grace, no hook (C42)
		g.runPreStop(now, p, host, k, h)
		return
	}
	g.beginTurn(now, p, host, k)
}

func preStop(c *corev1.Container) *corev1.LifecycleHandler {
	if c.Lifecycle == nil {
		return nil
	}
	return c.Lifecycle.PreStop
}

func (g *Group) runPreStop(now time.Time, p *spec.Pod, host Host, k *Kill, h *corev1.LifecycleHandler) {
	k.Stage, k.Since = PreStop, now
	run := host.RunPreStop(k.Container, k.Instance, h)
	k.Op = run.Op
	if run.Op == 0 && run.Ends.IsZero() { // it is already over
		g.preStopDone(now, p, host, k, run.Err)
		return
	}
	k.Until = now.Add(spec.Seconds(k.Grace))
	if !run.Ends.IsZero() && run.Ends.Before(k.Until) {
		k.Until = run.Ends
	}
}

// preStopDone continues after the hook with what is left of the grace period (C42, C44).
func (g *Group) preStopDone(now time.Time, p *spec.Pod, host Host, k *Kill, err string) {
	if err != "" {
		host.PreStopFailed(k.Container)
	}
	k.Grace -= wholeSeconds(now.Sub(k.Since))
	g.beginTurn(now, p, host, k)
}

// beginTurn makes a sidecar wait for its turn. Any other container is stopped at once (C46).
func (g *Group) beginTurn(now time.Time, p *spec.Pod, host Host, k *Kill) {
	if !g.Ordered || p.Containers[k.Container].Role != restart.Sidecar || k.Grace <= 0 {
		k.stop(host)
		return
	}
	k.Stage, k.Op, k.Since, k.Until = Turn, 0, now, now.Add(spec.Seconds(k.Grace))
}

// stop asks the runtime to stop the container (C40 step 7).
func (k *Kill) stop(host Host) {
	k.Stage, k.Until = Stop, time.Time{}
	k.Grace = max(k.Grace, MinimumGrace)
	k.Op = host.Stop(k.Container, k.Instance, k.Grace)
}

// Run continues every kill whose wait is over. It returns false if there is none. A kill
// waits for its hook even if its container has ended, unless hooksEnd switches that off
// (quirk C43).
func (g *Group) Run(now time.Time, p *spec.Pod, host Host, hooksEnd bool) bool {
	moved := false
	for i := range g.Kills {
		moved = g.move(now, p, host, &g.Kills[i], hooksEnd) || moved
	}
	return moved
}

func (g *Group) move(now time.Time, p *spec.Pod, host Host, k *Kill, hooksEnd bool) bool {
	due := !k.Until.IsZero() && !k.Until.After(now)
	switch {
	case k.Stage == PreStop && due:
		if k.Op != 0 { // the hook is abandoned, not cancelled (C43)
			g.Abandoned = append(g.Abandoned, Hook{k.Op, k.Container})
		}
		g.preStopDone(now, p, host, k, "")
	case k.Stage == PreStop && hooksEnd && host.Gone(k.Instance):
		g.preStopDone(now, p, host, k, "")
	case k.Stage == Turn && (due || g.turnCome(p, k.Container)):
		k.Grace -= wholeSeconds(now.Sub(k.Since))
		k.stop(host)
	default:
		return false
	}
	return true
}

// Answered takes the answer to the request of a kill or of an abandoned hook. It returns
// false if the request is none of these.
func (g *Group) Answered(now time.Time, p *spec.Pod, host Host, op uint64, err string) bool {
	i := slices.IndexFunc(g.Kills, func(k Kill) bool { return k.Op == op && k.Stage < Done })
	if i < 0 {
		return g.hookAnswered(host, op, err)
	}
	k := &g.Kills[i]
	switch {
	case k.Stage == PreStop:
		g.preStopDone(now, p, host, k, err)
	case err != "": // the kill fails (C49)
		k.Stage, k.Err = Failed, err
	default:
		k.Stage = Done
	}
	return true
}

// hookAnswered takes the answer of an abandoned preStop hook (C43, C44).
func (g *Group) hookAnswered(host Host, op uint64, err string) bool {
	i := slices.IndexFunc(g.Abandoned, func(h Hook) bool { return h.Op == op })
	if i < 0 {
		return false
	}
	if err != "" {
		host.PreStopFailed(g.Abandoned[i].Container)
	}
	g.Abandoned = slices.Delete(g.Abandoned, i, i+1)
	return true
}

// Hurry shortens the grace period of the kills under way to a number of seconds. A kubelet
// does not do that (quirk S71).
func (g *Group) Hurry(now time.Time, host Host, grace int64) {
	for i := range g.Kills {
		k := &g.Kills[i]
		k.Grace = min(k.Grace, grace)
		switch {
		case k.Stage == Stop:
			k.Grace = max(k.Grace, MinimumGrace)
			k.Op = host.Stop(k.Container, k.Instance, k.Grace)
		case !k.Until.IsZero():
			k.Until = now.Add(min(k.Until.Sub(now), spec.Seconds(k.Grace)))
		}
	}
}

// wholeSeconds truncates a duration to seconds. The kubelet does so with the time that a
// hook or a wait took (C40).
func wholeSeconds(d time.Duration) int64 { return int64(d / time.Second) }
