package execute

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

// These are the waiting reasons of the kubelet's internal hooks (C2).
const (
	ReasonPreCreateHook = "PreCreateHookError" // the hook before the create call failed
	ReasonPreStartHook  = "PreStartHookError"  // the hook before the start call failed
)

// Start is the start of one container.
type Start struct {
	Step     Step   `json:"step"`
	Instance uint64 `json:"instance,omitempty"`
	HookErr  string `json:"hookError,omitempty"`
}

// startNext continues with the plan's containers, which are started one after another (C31).
func (r *Run) startNext(e *Env) {
	if r.Next == len(r.Plan.Start) {
		r.End()
		return
	}
	i := r.Plan.Start[r.Next]
	switch r.Start.Step {
	case StepCheck:
		r.checkBackoff(e, i)
	case StepInspect:
		r.imageInspected(e, i)
	case StepPull:
		r.imagePulled(e, i)
	case StepCreate:
		r.containerCreated(e, i)
	case StepRun:
		r.containerStarted(e, i)
	case StepHook:
		r.postStartDone(e, i)
	case StepHookKill:
		r.startFailed(e, i, "PostStartHookError", r.Start.HookErr)
	}
}

// started ends a successful start, which clears the remembered waiting reason (C39).
func (r *Run) started(e *Env, i int) {
	e.Starts.Waiting[i] = status.Waiting{}
	e.Starts.Containers[i].RestartPending = false
	r.nextStart()
}

func (r *Run) nextStart() {
	r.Start = Start{}
	r.Next++
}

// startFailed ends a failed start. The failure of an init container ends the sync, because
// nothing may start before it. Any other failure does not stop the other starts (R31).
func (r *Run) startFailed(e *Env, i int, reason, message string) {
	e.Starts.Waiting[i] = status.Waiting{Reason: reason, Message: message}
	r.Result.Failed = true
	r.nextStart()
	if e.Pod.Containers[i].Role == restart.Init {
		r.End()
	}
}

// checkBackoff refuses the start during the crash-loop back-off. The back-off counts from
// the end of the newest exited instance in the snapshot (R20 to R22, R26).
func (r *Run) checkBackoff(e *Env, i int) {
	r.Result.Acted = true
	exited := r.lastExit(e, i)
	if exited == nil { // there is no end to count from, and no entry is made (R20)
		if c := r.Snapshot.Newest(i); c != nil && c.State != restart.StateCreated && r.Plan.Why(i) != plan.RestartExit {
			e.Host.Explain(i, timeline.DecidedRestart,
				"restarted: "+r.whyStarted(e, i, nil)+"; no back-off: it counts from the end of the run before, and "+
					"there is none (R26)")
		}
		r.ensureImage(e, i)
		return
	}
	b := &e.Starts.Containers[i].Backoff
	e.expire(b)
	if refusal, refused := b.Check(e.Now, exited.FinishedAt, e.Pod.Limits); refused {
		r.refuseStart(e, i, refusal, exited)
		return
	}
	b.Advance(e.Now, exited.FinishedAt, e.Pod.Limits)
	why := r.whyStarted(e, i, exited) + r.countedFrom(i, exited)
	e.Host.Explain(i, timeline.DecidedRestart, fmt.Sprintf("restarted: %s; the next back-off is %v", why, b.Delay))
	r.ensureImage(e, i)
}

// countedFrom says from the end of which run the back-off counts. If it is the last run, it
// returns "" (R26).
func (r *Run) countedFrom(i int, exited *inventory.Instance) string {
	if last := r.Snapshot.Newest(i); last.Attempt == exited.Attempt {
		return ""
	}
	return fmt.Sprintf("; back-off counts from the end of run %d (R26)", exited.Attempt)
}

// whyStarted describes the rule that decided about a restart. If no other rule did, it is
// the one for the exit code of exited.
func (r *Run) whyStarted(e *Env, i int, exited *inventory.Instance) string {
	switch r.Plan.Why(i) {
	case plan.RestartOOM:
		return "OOMKilled counts as failed, whatever the code (R7)"
	case plan.RestartUnknown:
		return "its state is unknown (R8)"
	case plan.RestartLiveness:
		return "killed for its liveness probe, whatever the code (R39)"
	case plan.RestartStartup:
		return "killed for its startup probe, whatever the code (R39)"
	case plan.RestartPending:
		return "it was killed to be started again"
	case plan.RestartImage:
		return "new image, whatever the policy (C50)"
	case plan.RestartSandbox:
		return "the pod starts over in a new sandbox, whatever the code (S2)"
	}
	return e.Pod.Containers[i].Policy.OnExit(exited.ExitCode).String()
}

// lastExit returns the newest exited instance of a container in the sync's snapshot. An
// instance that this sync has killed is still running there (R26).
func (r *Run) lastExit(e *Env, i int) *inventory.Instance {
	if !e.Config.SeesOwnKills {
		return r.Snapshot.NewestExited(i)
	}
	present := e.Truth.Snapshot()
	return present.NewestExited(i)
}

// expire deletes an entry that the kubelet's housekeeping has already deleted (R18, R25).
func (e *Env) expire(b *restart.Backoff) {
	last, ok := b.Expires(e.Pod.Limits)
	if ok && !e.Config.KeepsBackoff && !e.Host.Housekeeping(last).After(e.Now) {
		*b = restart.Backoff{}
	}
}

// refuseStart records a refused start (R27, R28).
func (r *Run) refuseStart(e *Env, i int, refusal restart.Refusal, exited *inventory.Instance) {
	name := e.Pod.Name(i)
	e.Host.Event(i, corev1.EventTypeWarning, restart.EventReasonBackOff, refusal.EventMessage(name, e.ID.String()))
	e.Host.Explain(i, timeline.DecidedRefusal, fmt.Sprintf("%s, counted from the end of run %d",
		refused("restart refused", refusal, e.Now), exited.Attempt))
	until := refusal.Until
	if last, ok := e.Starts.Containers[i].Backoff.Expires(e.Pod.Limits); ok && e.WakesAtExpiry && last.Before(until) {
		until = last // the ideal model syncs when the entry vanishes (R25)
	}
	r.Result.refuse(until)
	r.startFailed(e, i, restart.ReasonCrashLoopBackOff, refusal.WaitingMessage(name, e.ID.String()))
}

// refused describes a refusal for a timeline.
func refused(what string, r restart.Refusal, now time.Time) string {
	return fmt.Sprintf("%s: back-off %v, %v left", what, r.Delay, r.Left(now).Round(time.Millisecond))
}

// create asks for a new instance of the container with its restart count (R32).
func (r *Run) create(e *Env, i int) {
	if e.Pod.Containers[i].RunsAsRoot { // the kubelet refuses to create it (C2)
		message := fmt.Sprintf("container's runAsUser breaks non-root policy (pod: %q, container: %s)", e.ID, e.Pod.Name(i))
		e.Host.Event(i, corev1.EventTypeWarning, "Failed", "Error: "+message)
		r.startFailed(e, i, "CreateContainerConfigError", message)
		return
	}
	attempt := e.Starts.Containers[i].LastAttempt + 1 // from the log files (R12)
	if c := r.Snapshot.Newest(i); c != nil {
		attempt = c.Attempt + 1
	}
	r.Start.Step = StepCreate
	r.Start.Instance = e.Host.CreateContainer(i, attempt)
	r.await(r.Start.Instance)
}

// containerCreated continues with the runtime's start call.
func (r *Run) containerCreated(e *Env, i int) {
	if a := r.take(); a.Err != "" {
		e.Host.Event(i, corev1.EventTypeWarning, "Failed", a.createMessage()) // C54
		r.startFailed(e, i, a.createReason(), a.Err)
		return
	}
	e.Host.Event(i, corev1.EventTypeNormal, "Created", "Container created") // C53
	r.Start.Step = StepRun
	r.await(e.Host.StartContainer(e.Truth.Instance(r.Start.Instance)))
}

// createReason returns the waiting reason of a failed creation (C2).
func (a *Answer) createReason() string {
	if a.Reason == "" {
		return "CreateContainerError"
	}
	return a.Reason
}

// createMessage returns the text of the event of a failed creation (C54).
func (a *Answer) createMessage() string {
	switch a.Reason {
	case ReasonPreCreateHook:
		return "Internal PreCreateContainer hook failed: " + a.Err
	case ReasonPreStartHook:
		return "Internal PreStartContainer hook failed: " + a.Err
	}
	return "Error: " + a.Err
}

// containerStarted continues with the postStart hook.
func (r *Run) containerStarted(e *Env, i int) {
	if a := r.take(); a.Err != "" {
		e.Host.Event(i, corev1.EventTypeWarning, "Failed", "Error: "+a.Err)
		r.startFailed(e, i, "RunContainerError", a.Err)
		return
	}
	e.Host.Event(i, corev1.EventTypeNormal, "Started", "Container started")
	if l := e.Pod.Containers[i].Spec.Lifecycle; l == nil || l.PostStart == nil {
		r.started(e, i)
		return
	}
	r.Start.Step = StepHook
	h := e.Host.RunPostStart(i, r.Start.Instance)
	r.WakeAt, r.Start.HookErr = h.Ends, h.Err
	r.await(h.Op)
}

// postStartDone ends the start. If the hook failed, it kills the container (C33).
func (r *Run) postStartDone(e *Env, i int) {
	if a := r.take(); a != nil {
		r.Start.HookErr = a.Err
	}
	if r.Start.HookErr == "" {
		r.started(e, i)
		return
	}
	e.Host.Event(i, corev1.EventTypeWarning, "FailedPostStartHook", "PostStartHook failed")
	e.Host.Explain(i, timeline.DecidedKill, "postStart hook failed: "+r.Start.HookErr)
	r.Start.Step = StepHookKill
	e.Kills.Begin(false)
	e.kill(plan.Kill{Container: i, Instance: r.Start.Instance, Message: "FailedPostStartHook"}, nil)
}
