package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
)

// minimumGrace is the least that a stopping container gets, in seconds (C40).
const minimumGrace = 2

// killGroup is the kills that a pass waits for: one container, or all of them
// at once.
type killGroup struct {
	kills []kill
	// ordered: sidecars wait for the others (C46).
	ordered bool
}

// killStage is where the kill of one container stands (C40).
type killStage uint8

const (
	killHook killStage = iota + 1 // the preStop hook runs
	killTurn                      // a sidecar waits for its turn
	killStop                      // the runtime stops it
	killDone
	killFailed
)

// kill is the kill of one container.
type kill struct {
	container int
	instance  uint64
	stage     killStage
	grace     int64     // seconds left
	since     time.Time // when the present stage began
	until     time.Time // when it is over by itself; zero: never
	op        uint64    // the request that it waits for
	err       string    // why the runtime's stop failed
}

func (g *killGroup) clone() killGroup { return killGroup{slices.Clone(g.kills), g.ordered} }

// begin empties the group for new kills.
func (g *killGroup) begin(ordered bool) { g.kills, g.ordered = g.kills[:0], ordered }

// busy reports whether some kill is still under way.
func (g *killGroup) busy() bool {
	return slices.ContainsFunc(g.kills, func(k kill) bool { return k.stage < killDone })
}

func (g *killGroup) failed() bool {
	return slices.ContainsFunc(g.kills, func(k kill) bool { return k.stage == killFailed })
}

// killErrors words what of a whole-pod kill has failed: each container, in the
// order of the kills, and the sandboxes, of which the last one tells (S75).
func (p *Pod) killErrors() string {
	var all []string
	for _, k := range p.kills.kills {
		if k.stage == killFailed {
			all = append(all, fmt.Sprintf("failed to %q for %q with KillContainerError: %q", "KillContainer", p.t.name(k.container), k.err))
		}
	}
	if err := p.pass.sandboxErr; err != "" {
		all = append(all, fmt.Sprintf("failed to %q for %q with KillPodSandboxError: %q", "KillPodSandbox", p.id.UID, err))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// did reports whether the group has killed this instance.
func (g *killGroup) did(instance uint64) bool {
	return slices.ContainsFunc(g.kills, func(k kill) bool { return k.instance == instance && k.stage == killDone })
}

// stopped reports whether a container is not among those still being killed.
// Containers that were not running count as stopped (C46).
func (g *killGroup) stopped(container int) bool {
	return !slices.ContainsFunc(g.kills, func(k kill) bool { return k.container == container && k.stage != killDone })
}

// beginKill starts the kill of one container: event, then its preStop hook
// (C40). An override replaces the grace period (C41).
func (p *Pod) beginKill(why Kill, override *int64) {
	grace := p.killGrace(why)
	message := why.Message
	if message == "" {
		message = "Stopping container " + p.t.name(why.Container)
	}
	p.emitEvent(why.Container, corev1.EventTypeNormal, "Killing", message) // C50
	if override != nil {
		grace = *override
	}
	p.kills.kills = append(p.kills.kills, kill{container: why.Container, instance: why.Instance, grace: grace})
	k := &p.kills.kills[len(p.kills.kills)-1]
	if h := preStop(p.t.containers[why.Container].spec); h != nil && grace > 0 { // C42
		p.runPreStop(k, h)
		return
	}
	p.beginTurn(k)
}

// killGrace is the grace period of one container's kill, in seconds (C41).
func (p *Pod) killGrace(why Kill) int64 {
	if p.pass.deletion.asked {
		return p.pass.deletion.grace
	}
	c := p.t.containers[why.Container].spec
	var failed *corev1.Probe
	switch why.Cause {
	case KillStartupProbe:
		failed = c.StartupProbe
	case KillLivenessProbe:
		failed = c.LivenessProbe
	}
	if failed != nil && failed.TerminationGracePeriodSeconds != nil {
		return *failed.TerminationGracePeriodSeconds
	}
	return p.t.grace
}

func (p *Pod) runPreStop(k *kill, h *corev1.LifecycleHandler) {
	k.stage, k.since = killHook, p.now
	run := p.runHook(k.container, k.instance, PreStop, h)
	k.op = run.op
	if run.op == 0 && run.ends.IsZero() { // over at once
		p.preStopDone(k, run.err)
		return
	}
	k.until = p.now.Add(seconds(k.grace))
	if !run.ends.IsZero() && run.ends.Before(k.until) {
		k.until = run.ends
	}
}

// preStopDone goes on after the hook, with what is left of the grace period
// (C42, C44).
func (p *Pod) preStopDone(k *kill, err string) {
	if err != "" {
		p.emitEvent(k.container, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
	}
	k.grace -= wholeSeconds(p.now.Sub(k.since))
	p.beginTurn(k)
}

// beginTurn makes a sidecar wait for its turn; all others stop at once (C46).
func (p *Pod) beginTurn(k *kill) {
	if !p.kills.ordered || p.t.containers[k.container].role != restart.Sidecar || k.grace <= 0 {
		p.stop(k)
		return
	}
	k.stage, k.op, k.since, k.until = killTurn, 0, p.now, p.now.Add(seconds(k.grace))
}

// turnCome reports whether all regular containers and the next later sidecar
// have stopped (C46).
func (p *Pod) turnCome(container int) bool {
	for i := range p.t.regular() {
		if !p.kills.stopped(i) {
			return false
		}
	}
	for i := container + 1; i < p.t.Containers(); i++ {
		if p.t.containers[i].role == restart.Sidecar {
			return p.kills.stopped(i)
		}
	}
	return true
}

// stop asks the runtime to stop the container (C40 step 7).
func (p *Pod) stop(k *kill) {
	k.stage, k.until = killStop, time.Time{}
	k.grace = max(k.grace, minimumGrace)
	k.op = p.requestStop(k)
}

func (p *Pod) requestStop(k *kill) uint64 {
	var attempt int32
	if c := p.world.instance(k.instance); c != nil {
		attempt = c.Attempt
	}
	return p.request(Action{Type: StopContainer, Container: k.container, Instance: k.instance,
		Attempt: uint64(attempt), Grace: seconds(k.grace)})
}

// runKills takes every kill further whose wait is over; false: none is.
func (p *Pod) runKills() bool {
	moved := false
	for i := range p.kills.kills {
		if k := &p.kills.kills[i]; p.killMoves(k) {
			moved = true
		}
	}
	return moved
}

func (p *Pod) killMoves(k *kill) bool {
	switch {
	case k.stage == killHook && p.due(k.until):
		if k.op != 0 { // C43: abandoned, not cancelled
			p.hooks = append(p.hooks, strayHook{k.op, k.container})
		}
		p.preStopDone(k, "")
	case k.stage == killHook && !p.t.has(QuirkC43) && p.gone(k.instance):
		p.preStopDone(k, "")
	case k.stage == killTurn && (p.due(k.until) || p.turnCome(k.container)):
		k.grace -= wholeSeconds(p.now.Sub(k.since))
		p.stop(k)
	default:
		return false
	}
	return true
}

func (p *Pod) gone(instance uint64) bool {
	c := p.world.instance(instance)
	return c == nil || c.State == restart.StateExited
}

// killAnswered takes the answer to a kill's request; false: it is none's.
func (p *Pod) killAnswered(ev *Event) bool {
	i := slices.IndexFunc(p.kills.kills, func(k kill) bool { return k.op == ev.Op && k.stage < killDone })
	if i < 0 {
		return false
	}
	k := &p.kills.kills[i]
	switch {
	case k.stage == killHook:
		p.preStopDone(k, ev.Err)
	case ev.Err != "": // C49
		k.stage, k.err = killFailed, ev.Err
	default:
		k.stage = killDone
	}
	return true
}

// hurry shortens the grace period of the kills under way, which a kubelet does
// not (S71).
func (p *Pod) hurry() {
	for i := range p.kills.kills {
		k := &p.kills.kills[i]
		k.grace = min(k.grace, p.worker.grace)
		switch {
		case k.stage == killStop:
			k.grace = max(k.grace, minimumGrace)
			k.op = p.requestStop(k)
		case !k.until.IsZero():
			k.until = p.now.Add(min(k.until.Sub(p.now), seconds(k.grace)))
		}
	}
}

func running(c *Instance) bool { return c.State == restart.StateRunning }

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// wholeSeconds cuts a duration to seconds, as the kubelet counts what a hook or
// a wait took (C40).
func wholeSeconds(d time.Duration) int64 { return int64(d / time.Second) }
