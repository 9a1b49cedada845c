package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
)

// minimumGrace is the least that a stopping container gets, in seconds (C40).
const minimumGrace = 2

// killGroup is the kills that a pass waits for: one container, or all of them
// at once.
type killGroup struct {
	Kills []kill `json:"kills,omitempty"`
	// ordered: sidecars wait for the others (C46).
	Ordered bool `json:"ordered,omitempty"`
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
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Stage     killStage `json:"stage"`
	Grace     int64     `json:"graceSeconds"`         // seconds left
	Since     time.Time `json:"since,omitzero"`       // when the present stage began
	Until     time.Time `json:"until,omitzero"`       // when it is over by itself; zero: never
	Op        uint64    `json:"waitsForOp,omitempty"` // the request that it waits for
	Err       string    `json:"error,omitempty"`      // why the runtime's stop failed
}

func (g *killGroup) clone() killGroup { return killGroup{append([]kill(nil), g.Kills...), g.Ordered} }

// begin empties the group for new kills.
func (g *killGroup) begin(ordered bool) { g.Kills, g.Ordered = g.Kills[:0], ordered }

// busy reports whether some kill is still under way.
func (g *killGroup) busy() bool {
	return slices.ContainsFunc(g.Kills, func(k kill) bool { return k.Stage < killDone })
}

func (g *killGroup) failed() bool {
	return slices.ContainsFunc(g.Kills, func(k kill) bool { return k.Stage == killFailed })
}

// killErrors words what of a whole-pod kill has failed: each container, in the
// order of the kills, and the sandboxes, of which the last one tells (S75).
func (p *Pod) killErrors() string {
	var all []string
	for _, k := range p.kills.Kills {
		if k.Stage == killFailed {
			all = append(all, fmt.Sprintf("failed to %q for %q with KillContainerError: %q", "KillContainer", p.t.spec.Name(k.Container), k.Err))
		}
	}
	if err := p.pass.SandboxErr; err != "" {
		all = append(all, fmt.Sprintf("failed to %q for %q with KillPodSandboxError: %q", "KillPodSandbox", p.id.UID, err))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// did reports whether the group has killed this instance.
func (g *killGroup) did(instance uint64) bool {
	return slices.ContainsFunc(g.Kills, func(k kill) bool { return k.Instance == instance && k.Stage == killDone })
}

// stopped reports whether a container is not among those still being killed.
// Containers that were not running count as stopped (C46).
func (g *killGroup) stopped(container int) bool {
	return !slices.ContainsFunc(g.Kills, func(k kill) bool { return k.Container == container && k.Stage != killDone })
}

// beginKill starts the kill of one container: event, then its preStop hook
// (C40). An override replaces the grace period (C41).
func (p *Pod) beginKill(why plan.Kill, override *int64) {
	grace := p.killGrace(why)
	message := why.Message
	if message == "" {
		message = "Stopping container " + p.t.spec.Name(why.Container)
	}
	p.out.emitEvent(why.Container, corev1.EventTypeNormal, "Killing", message) // C50
	if override != nil {
		grace = *override
	}
	p.kills.Kills = append(p.kills.Kills, kill{Container: why.Container, Instance: why.Instance, Grace: grace})
	k := &p.kills.Kills[len(p.kills.Kills)-1]
	if h := preStop(p.t.spec.Containers[why.Container].Spec); h != nil && grace > 0 { // C42
		p.runPreStop(k, h)
		return
	}
	p.beginTurn(k)
}

// killGrace is the grace period of one container's kill, in seconds (C41).
func (p *Pod) killGrace(why plan.Kill) int64 {
	if p.pass.Deletion.Asked {
		return p.pass.Deletion.Grace
	}
	c := p.t.spec.Containers[why.Container].Spec
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
	return p.t.spec.Grace
}

func (p *Pod) runPreStop(k *kill, h *corev1.LifecycleHandler) {
	k.Stage, k.Since = killHook, p.now
	run := p.runHook(k.Container, k.Instance, PreStop, h)
	k.Op = run.op
	if run.op == 0 && run.ends.IsZero() { // over at once
		p.preStopDone(k, run.err)
		return
	}
	k.Until = p.now.Add(seconds(k.Grace))
	if !run.ends.IsZero() && run.ends.Before(k.Until) {
		k.Until = run.ends
	}
}

// preStopDone goes on after the hook, with what is left of the grace period
// (C42, C44).
func (p *Pod) preStopDone(k *kill, err string) {
	if err != "" {
		p.out.emitEvent(k.Container, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
	}
	k.Grace -= wholeSeconds(p.now.Sub(k.Since))
	p.beginTurn(k)
}

// beginTurn makes a sidecar wait for its turn; all others stop at once (C46).
func (p *Pod) beginTurn(k *kill) {
	if !p.kills.Ordered || p.t.spec.Containers[k.Container].Role != restart.Sidecar || k.Grace <= 0 {
		p.stop(k)
		return
	}
	k.Stage, k.Op, k.Since, k.Until = killTurn, 0, p.now, p.now.Add(seconds(k.Grace))
}

// turnCome reports whether all regular containers and the next later sidecar
// have stopped (C46).
func (p *Pod) turnCome(container int) bool {
	for i := range p.t.spec.Regular {
		if !p.kills.stopped(i) {
			return false
		}
	}
	for i := container + 1; i < p.t.Containers(); i++ {
		if p.t.spec.Containers[i].Role == restart.Sidecar {
			return p.kills.stopped(i)
		}
	}
	return true
}

// stop asks the runtime to stop the container (C40 step 7).
func (p *Pod) stop(k *kill) {
	k.Stage, k.Until = killStop, time.Time{}
	k.Grace = max(k.Grace, minimumGrace)
	k.Op = p.requestStop(k)
}

func (p *Pod) requestStop(k *kill) uint64 {
	var attempt int32
	if c := p.truth.Instance(k.Instance); c != nil {
		attempt = c.Attempt
	}
	return p.out.request(Action{Type: StopContainer, Container: k.Container, Instance: k.Instance,
		Attempt: uint64(attempt), Grace: seconds(k.Grace)})
}

// runKills takes every kill further whose wait is over; false: none is.
func (p *Pod) runKills() bool {
	moved := false
	for i := range p.kills.Kills {
		if k := &p.kills.Kills[i]; p.killMoves(k) {
			moved = true
		}
	}
	return moved
}

func (p *Pod) killMoves(k *kill) bool {
	switch {
	case k.Stage == killHook && p.due(k.Until):
		if k.Op != 0 { // C43: abandoned, not cancelled
			p.hooks = append(p.hooks, strayHook{k.Op, k.Container})
		}
		p.preStopDone(k, "")
	case k.Stage == killHook && !p.t.has(QuirkC43) && p.gone(k.Instance):
		p.preStopDone(k, "")
	case k.Stage == killTurn && (p.due(k.Until) || p.turnCome(k.Container)):
		k.Grace -= wholeSeconds(p.now.Sub(k.Since))
		p.stop(k)
	default:
		return false
	}
	return true
}

func (p *Pod) gone(instance uint64) bool {
	c := p.truth.Instance(instance)
	return c == nil || c.State == restart.StateExited
}

// killAnswered takes the answer to a kill's request; false: it is none's.
func (p *Pod) killAnswered(ev *Event) bool {
	i := slices.IndexFunc(p.kills.Kills, func(k kill) bool { return k.Op == ev.Op && k.Stage < killDone })
	if i < 0 {
		return false
	}
	k := &p.kills.Kills[i]
	switch {
	case k.Stage == killHook:
		p.preStopDone(k, ev.Err)
	case ev.Err != "": // C49
		k.Stage, k.Err = killFailed, ev.Err
	default:
		k.Stage = killDone
	}
	return true
}

// hurry shortens the grace period of the kills under way, which a kubelet does
// not (S71).
func (p *Pod) hurry() {
	for i := range p.kills.Kills {
		k := &p.kills.Kills[i]
		k.Grace = min(k.Grace, p.worker.Grace)
		switch {
		case k.Stage == killStop:
			k.Grace = max(k.Grace, minimumGrace)
			k.Op = p.requestStop(k)
		case !k.Until.IsZero():
			k.Until = p.now.Add(min(k.Until.Sub(p.now), seconds(k.Grace)))
		}
	}
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// wholeSeconds cuts a duration to seconds, as the kubelet counts what a hook or
// a wait took (C40).
func wholeSeconds(d time.Duration) int64 { return int64(d / time.Second) }
