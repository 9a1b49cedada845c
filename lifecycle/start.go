package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// startStep is where the start of one container stands (C30).
type startStep uint8

const (
	startCheck    startStep = iota // crash-loop back-off (R20)
	startInspect                   // waits for the runtime's word on the image
	startPull                      // waits for the pull
	startCreate                    // waits for the create call
	startRun                       // waits for the start call
	startHook                      // waits for the postStart hook (C32)
	startHookKill                  // the container is killed after a failed hook (C33)
)

// startState is the start of one container within a pass.
type startState struct {
	Step     startStep `json:"step"`
	Instance uint64    `json:"instance,omitempty"`
	HookErr  string    `json:"hookError,omitempty"`
}

// startNext starts the plan's containers one after another (C31).
func (p *Pod) startNext() {
	if p.pass.Next == len(p.pass.Plan.Start) {
		p.pass.Stage = stageEnd
		return
	}
	i := p.pass.Plan.Start[p.pass.Next]
	switch p.pass.Start.Step {
	case startCheck:
		p.checkBackoff(i)
	case startInspect:
		p.imageInspected(i)
	case startPull:
		p.imagePulled(i)
	case startCreate:
		p.containerCreated(i)
	case startRun:
		p.containerStarted(i)
	case startHook:
		p.postStartDone(i)
	case startHookKill:
		p.startFailed(i, "PostStartHookError", p.pass.Start.HookErr)
	}
}

// started ends a start that succeeded (C39).
func (p *Pod) started(i int) {
	p.waiting[i] = status.Waiting{}
	p.restartPending[i] = false
	p.nextStart()
}

func (p *Pod) nextStart() {
	p.pass.Start = startState{}
	p.pass.Next++
}

// startFailed ends a start that failed. An init container's failure ends the
// sync; nothing else stops the others (R31).
func (p *Pod) startFailed(i int, reason, message string) {
	p.waiting[i] = status.Waiting{Reason: reason, Message: message}
	p.pass.Sync.Failed = true
	p.nextStart()
	if p.t.spec.Containers[i].Role == restart.Init {
		p.pass.Stage = stageEnd
	}
}

// checkBackoff refuses the start while the container is in crash-loop back-off,
// counted from the end of its newest exited instance in the snapshot (R20–R22,
// R26).
func (p *Pod) checkBackoff(i int) {
	p.pass.Sync.Acted = true
	exited := p.lastExit(i)
	if exited == nil {
		p.ensureImage(i) // R20: no entry is made
		return
	}
	p.expireBackoff(i)
	if r, refused := p.backoff[i].Check(p.now, exited.FinishedAt, p.t.spec.Limits); refused {
		p.refuseStart(i, r)
		return
	}
	p.backoff[i].Advance(p.now, exited.FinishedAt, p.t.spec.Limits)
	p.explainRestart(i, exited)
	p.ensureImage(i)
}

// lastExit is the newest exited instance of a container, as the sync's snapshot
// has it: one that the sync itself has killed is not among them (R26).
func (p *Pod) lastExit(i int) *inventory.Instance {
	if p.t.has(QuirkR26) {
		return p.pass.Snapshot.NewestExited(i)
	}
	present := p.truth.Snapshot()
	return present.NewestExited(i)
}

// expireBackoff drops an entry that housekeeping has dropped by now (R18, R25).
func (p *Pod) expireBackoff(i int) {
	last, ok := p.backoff[i].Expires(p.t.spec.Limits)
	if ok && p.t.has(QuirkR25) && !p.timing.Chance.Housekeeping(last).After(p.now) {
		p.backoff[i] = restart.Backoff{}
	}
}

// refuseStart records a refused start (R27, R28).
func (p *Pod) refuseStart(i int, r restart.Refusal) {
	name := p.t.spec.Name(i)
	p.out.emitEvent(i, corev1.EventTypeWarning, restart.EventReasonBackOff, r.EventMessage(name, p.id.String()))
	p.out.explain(i, timeline.DecidedRefusal,
		fmt.Sprintf("restart refused: back-off %v, %v left", r.Delay, r.Left(p.now).Round(time.Millisecond)))
	until := r.Until
	if last, ok := p.backoff[i].Expires(p.t.spec.Limits); ok && p.timing.Resync == 0 && p.t.has(QuirkR25) &&
		last.Before(until) {
		until = last // R25: the ideal model syncs when the entry vanishes
	}
	p.pass.Sync.refuse(until)
	p.startFailed(i, restart.ReasonCrashLoopBackOff, r.WaitingMessage(name, p.id.String()))
}

func (p *Pod) explainRestart(i int, exited *inventory.Instance) {
	why := p.t.spec.Containers[i].Policy.OnExit(exited.ExitCode).String()
	p.out.explain(i, timeline.DecidedRestart, fmt.Sprintf("restarted: %s; the next back-off is %v", why, p.backoff[i].Delay))
}

// create asks for a new instance of the container, with its restart count (R32).
func (p *Pod) create(i int) {
	attempt := p.lastAttempt[i] + 1 // R12
	if c := p.pass.Snapshot.Newest(i); c != nil {
		attempt = c.Attempt + 1
	}
	p.pass.Start.Step = startCreate
	op := p.out.request(Action{Type: CreateContainer, Container: i, Attempt: uint64(attempt),
		Image: p.t.spec.Containers[i].Spec.Image})
	p.pass.Start.Instance = op
	p.await(op)
}

// containerCreated goes on to the runtime's start call.
func (p *Pod) containerCreated(i int) {
	if ev := p.answered(); ev.Err != "" {
		p.out.emitEvent(i, corev1.EventTypeWarning, "Failed", ev.createMessage()) // C54
		p.startFailed(i, ev.createReason(), ev.Err)
		return
	}
	c := p.truth.Instance(p.pass.Start.Instance)
	p.out.emitEvent(i, corev1.EventTypeNormal, "Created", "Container created") // C53
	p.pass.Start.Step = startRun
	p.await(p.out.request(Action{Type: StartContainer, Container: i, Instance: c.ID, Attempt: uint64(c.Attempt)}))
}

// containerStarted goes on to the postStart hook.
func (p *Pod) containerStarted(i int) {
	if ev := p.answered(); ev.Err != "" {
		p.out.emitEvent(i, corev1.EventTypeWarning, "Failed", "Error: "+ev.Err)
		p.startFailed(i, "RunContainerError", ev.Err)
		return
	}
	p.out.emitEvent(i, corev1.EventTypeNormal, "Started", "Container started")
	hook := postStart(p.t.spec.Containers[i].Spec)
	if hook == nil {
		p.started(i)
		return
	}
	p.pass.Start.Step = startHook
	h := p.runHook(i, p.pass.Start.Instance, PostStart, hook)
	p.pass.WakeAt, p.pass.Start.HookErr = h.Ends, h.Err
	p.await(h.Op)
}

// postStartDone kills the container if its hook failed (C33).
func (p *Pod) postStartDone(i int) {
	if ev := p.answered(); ev != nil {
		p.pass.Start.HookErr = ev.Err
	}
	if p.pass.Start.HookErr == "" {
		p.started(i)
		return
	}
	p.out.emitEvent(i, corev1.EventTypeWarning, "FailedPostStartHook", "PostStartHook failed")
	p.out.explain(i, timeline.DecidedKill, "postStart hook failed: "+p.pass.Start.HookErr)
	p.pass.Start.Step = startHookKill
	p.kills.Begin(false)
	p.beginKill(plan.Kill{Container: i, Instance: p.pass.Start.Instance, Message: "FailedPostStartHook"}, nil)
}
