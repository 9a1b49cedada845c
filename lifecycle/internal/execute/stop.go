package execute

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// begin begins to carry out the plan with its kills, of the whole pod or of single
// containers.
func (r *Run) begin(e *Env) {
	if r.Plan.CreateSandbox && r.Plan.Sandbox != 0 { // an earlier sandbox is known (S2)
		e.Host.Event(NoContainer, corev1.EventTypeNormal, "SandboxChanged",
			"Pod sandbox changed, it will be killed and re-created.")
	}
	if !r.Plan.KillPod {
		e.Starts.Stopped = false
		r.Stage = StageKill
		return
	}
	r.explainPodKill(e)
	r.Result.Acted = true
	r.KillPod(e, nil)
}

// explainPodKill records why the whole pod is killed. If several syncs in a row kill it for
// the same reason, only the first records it.
func (r *Run) explainPodKill(e *Env) {
	again := e.Starts.Stopped
	e.Starts.Stopped = !r.Plan.CreateSandbox
	switch {
	case again && !r.Plan.CreateSandbox:
	case r.Plan.CreateSandbox && r.Plan.Sandbox == 0: // the first sandbox: there is nothing to kill
	case r.Plan.CreateSandbox:
		e.Host.Explain(NoContainer, timeline.DecidedSandbox,
			"the sandbox is gone: a new one is made and the pod starts over (S1, S2)")
	case r.Snapshot.ActiveSandbox() == nil:
		e.Host.Explain(NoContainer, timeline.DecidedStop, "the sandbox is gone and nothing may start in a new one (S3)")
	default:
		e.Host.Explain(NoContainer, timeline.DecidedStop, WhyStopped(e.Pod, r.Snapshot))
	}
}

// WhyStopped describes why a pod that has a sandbox is stopped: an init container failed and
// may not restart (S13), or all containers have ended (S14).
func WhyStopped(p *spec.Pod, seen *inventory.Snapshot) string {
	for i := p.Regular; i < len(p.Containers); i++ {
		c := seen.Newest(i)
		switch {
		case p.IsSidecar(i) || c == nil || c.State != restart.StateExited:
		case c.Reason == "OOMKilled" && c.ExitCode == 0:
			return p.Name(i) + ": OOMKilled counts as failed, whatever the code (R7), and is not tried again (S13)"
		case c.ExitCode != 0:
			return fmt.Sprintf("%s: exit code %d, and it is not tried again (S13)", p.Name(i), c.ExitCode)
		}
	}
	return "no container is left to run or to start (S14)"
}

// KillPod stops all containers that run in the snapshot, all at once, and then the sandboxes
// (C46). If override is not nil, it replaces their grace periods. It is in seconds.
func (r *Run) KillPod(e *Env, override *int64) {
	r.Stage = StageKillPod
	e.Kills.Begin(e.Pod.HasSidecar)
	for i := range r.Snapshot.Instances {
		if c := &r.Snapshot.Instances[i]; c.Running() {
			e.kill(plan.Kill{Container: c.Container, Instance: c.ID}, override)
		}
	}
}

// kill begins the kill of one container. If override is not nil, it replaces the grace
// period. It is in seconds (C41).
func (e *Env) kill(why plan.Kill, override *int64) {
	grace := kill.Grace(e.Pod, why)
	switch {
	case override != nil:
		grace = *override
	case e.DeletionGrace != nil:
		grace = *e.DeletionGrace
	}
	e.Kills.Kill(e.Now, e.Pod, e.Host, why, grace)
}

// podKilled continues with the sandboxes when all containers are stopped.
func (r *Run) podKilled(e *Env) {
	if e.Kills.Failed() {
		r.Result.Failed = true // but the sandboxes are stopped
	}
	r.Stage = StageSandboxes
	r.Queue = nil
	for _, s := range r.Snapshot.Sandboxes {
		r.Queue = append(r.Queue, s.ID)
	}
}

// stopSandboxes stops the pod's sandboxes one after another.
func (r *Run) stopSandboxes(e *Env) {
	if a := r.take(); a != nil && a.Err != "" {
		r.Result.Failed, r.SandboxErr = true, a.Err
	}
	if id, ok := r.dequeue(); ok {
		r.await(e.Host.StopSandbox(id))
		return
	}
	switch {
	case e.Terminating:
		r.End()
		e.Host.PodStopped()
	case r.Result.Failed:
		r.End()
	case r.Plan.CreateSandbox:
		r.purge(e)
	default:
		r.prune(e)
	}
}

// dequeue removes and returns the first ID of the queue. It returns false if the queue is
// empty.
func (r *Run) dequeue() (uint64, bool) {
	if len(r.Queue) == 0 {
		return 0, false
	}
	id := r.Queue[0]
	r.Queue = r.Queue[1:]
	return id, true
}

// killNext stops the plan's single containers one after another (R40).
func (r *Run) killNext(e *Env) {
	if e.Kills.Failed() {
		r.Fail()
		return
	}
	if r.Next == len(r.Plan.Kill) {
		r.Stage, r.Next = StageReset, 0
		return
	}
	k := r.Plan.Kill[r.Next]
	r.Next++
	r.Result.Acted = true
	e.Host.Explain(k.Container, timeline.DecidedKill, k.Message)
	if e.Config.OwesRestart && slices.Contains(r.Plan.Start, k.Container) {
		e.Starts.owe(k.Container) // a kubelet does not: if the start is refused, the exit code decides later (R41)
	}
	e.Kills.Begin(false)
	e.kill(k, nil)
}

// resetNext removes all instances for RestartAllContainers, one after another. An instance
// that still runs is killed first, without a grace period (R10).
func (r *Run) resetNext(e *Env) {
	if failed := r.failed(); failed || e.Kills.Failed() {
		r.Fail()
		return
	}
	if r.Next == len(r.Plan.Reset) {
		r.prune(e)
		return
	}
	reset := r.Plan.Reset[r.Next]
	c := e.Truth.Instance(reset.Instance)
	if reset.Kill && c != nil && !e.Kills.Did(reset.Instance) {
		var none int64
		e.Kills.Begin(false)
		e.kill(plan.Kill{Container: reset.Container, Instance: reset.Instance, Message: "killing"}, &none)
		return
	}
	r.Next++
	r.Result.Acted, r.Result.Removed = true, true
	if c != nil {
		if !e.Config.NoLogs {
			e.Starts.keepAttempt(reset.Container, c.Attempt)
		}
		r.await(e.Host.RemoveInstance(reset.Instance))
	}
}

// removeQueued removes the queued instances one after another. If a removal fails, the next
// sync tries again (S2, S12).
func (r *Run) removeQueued(e *Env) {
	r.take()
	for id, ok := r.dequeue(); ok; id, ok = r.dequeue() {
		if op := e.Host.RemoveInstance(id); op != 0 {
			r.await(op)
			return
		}
	}
	if r.Stage == StagePurge {
		r.prune(e)
		return
	}
	r.Stage = StageRunSandbox
}

// purge removes all instances of the init list, because a new sandbox initializes again
// (S2).
func (r *Run) purge(e *Env) {
	r.Stage = StagePurge
	for i := e.Pod.Regular; i < len(e.Pod.Containers); i++ {
		for j := range r.Snapshot.Instances {
			if c := &r.Snapshot.Instances[j]; c.Container == i {
				r.Queue = append(r.Queue, c.ID)
			}
		}
	}
}

// prune removes all dead instances of each init container except the newest (S12).
func (r *Run) prune(e *Env) {
	r.Stage = StagePrune
	for i := e.Pod.Regular; i < len(e.Pod.Containers); i++ {
		kept := false
		for j := range r.Snapshot.Instances {
			c := &r.Snapshot.Instances[j]
			if c.Container != i || !dead(c) {
				continue
			}
			if kept {
				r.Queue = append(r.Queue, c.ID)
			}
			kept = true
		}
	}
}

func dead(c *inventory.Instance) bool {
	return c.State == restart.StateExited || c.State == restart.StateUnknown
}
