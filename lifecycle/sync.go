package lifecycle

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/timeline"
)

// syncPod is the sync of a running pod, up to its decisions (T22).
func (p *Pod) syncPod() {
	fresh := p.generate(p.pass.Snapshot, false)
	p.storeSynced(fresh)
	if status.Terminal(fresh.Phase) { // S24
		p.pass.Sync.Terminal = true
		p.pass.Stage = stageEnd
		p.out.explain(NoContainer, timeline.DecidedEnd,
			fmt.Sprintf("phase %s: the remaining containers and the sandbox are stopped (S24)", fresh.Phase))
		return
	}
	if p.noNetwork != "" && !p.t.spec.HostNetwork {
		p.awaitNetwork()
		return
	}
	p.addProbes() // P31
	p.pass.RestartAll = status.ConditionTrue(fresh, corev1.AllContainersRestarting)
	p.pass.Plan = p.t.plans.Plan(plan.Input{
		Snapshot: p.pass.Snapshot, Results: p.probeResult, RestartAll: p.pass.RestartAll, Deleting: p.pass.Deletion.Asked,
		RestartPending: p.restartPending,
	})
	p.pass.Stage = stagePlan
	if d := p.timing.SyncDuration; d > 0 {
		p.pass.WakeAt = p.now.Add(d)
	}
}

// awaitNetwork ends the sync of a pod that needs a network while there is none:
// before its probe workers are made, and before anything is started or killed
// (E1, R33).
func (p *Pod) awaitNetwork() {
	p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "NetworkNotReady", "network is not ready: "+p.noNetwork)
	p.pass.Sync.Network = true
	p.fail()
}

// carryOut begins with the plan: whole-pod kill, or single kills.
func (p *Pod) carryOut() {
	todo := &p.pass.Plan
	if todo.CreateSandbox && todo.Sandbox != 0 {
		// S2
		p.out.emitEvent(NoContainer, corev1.EventTypeNormal, "SandboxChanged",
			"Pod sandbox changed, it will be killed and re-created.")
	}
	if !todo.KillPod {
		p.pass.Stage = stageKill
		return
	}
	p.explainPodKill()
	p.pass.Sync.Acted = true
	p.killAll(nil)
}

// explainPodKill says why the whole pod is killed.
func (p *Pod) explainPodKill() {
	todo := &p.pass.Plan
	switch {
	case todo.CreateSandbox && todo.Sandbox == 0:
		return // the first sandbox: there is nothing to kill
	case todo.CreateSandbox:
		p.out.explain(NoContainer, timeline.DecidedSandbox, "the sandbox is gone: a new one is made and the pod starts over (S1, S2)")
	case p.pass.Snapshot.ActiveSandbox() == nil:
		p.out.explain(NoContainer, timeline.DecidedEnd, "the sandbox is gone and nothing may start in a new one (S3)")
	default:
		p.out.explain(NoContainer, timeline.DecidedEnd, "no container is left to run or to start (S13, S14)")
	}
}

// killAll stops all containers that the snapshot shows running, at once, and
// then the sandboxes (C46).
func (p *Pod) killAll(override *int64) {
	p.pass.Stage = stageKillPod
	p.kills.Begin(p.t.spec.HasSidecar)
	for i := range p.pass.Snapshot.Instances {
		if c := &p.pass.Snapshot.Instances[i]; c.Running() {
			p.beginKill(plan.Kill{Container: c.Container, Instance: c.ID}, override)
		}
	}
}

// podKilled goes on to the sandboxes once all containers are stopped.
func (p *Pod) podKilled() {
	if p.kills.Failed() {
		p.pass.Sync.Failed = true // the sandboxes are stopped all the same
	}
	p.pass.Stage = stageSandboxes
	p.pass.Queue = nil
	for _, s := range p.pass.Snapshot.Sandboxes {
		p.pass.Queue = append(p.pass.Queue, s.ID)
	}
}

// requestFor asks for something to be done to a sandbox.
func (p *Pod) requestFor(t ActionType, sandbox uint64) uint64 {
	a := Action{Type: t, Container: NoContainer, Instance: sandbox}
	if s := p.truth.Sandbox(sandbox); s != nil {
		a.Attempt = s.Attempt
	}
	return p.out.request(a)
}

// stopSandboxes stops the pod's sandboxes one after another.
func (p *Pod) stopSandboxes() {
	if ev := p.answered(); ev != nil && ev.Err != "" {
		p.pass.Sync.Failed, p.pass.SandboxErr = true, ev.Err
	}
	if len(p.pass.Queue) > 0 {
		id := p.pass.Queue[0]
		p.pass.Queue = p.pass.Queue[1:]
		p.await(p.requestFor(StopSandbox, id))
		return
	}
	switch {
	case p.pass.Work == workTerminating:
		p.podStopped()
	case p.pass.Sync.Failed:
		p.pass.Stage = stageEnd
	case p.pass.Plan.CreateSandbox:
		p.purge()
	default:
		p.prune()
	}
}

// killNext stops the plan's single containers, one after another (R40).
func (p *Pod) killNext() {
	if p.kills.Failed() {
		p.fail()
		return
	}
	if p.pass.Next < len(p.pass.Plan.Kill) {
		k := p.pass.Plan.Kill[p.pass.Next]
		p.pass.Next++
		p.pass.Sync.Acted = true
		p.out.explain(k.Container, timeline.DecidedKill, k.Message)
		p.owe(k.Container)
		p.kills.Begin(false)
		p.beginKill(k, nil)
		return
	}
	p.pass.Stage, p.pass.Next = stageReset, 0
}

// owe notes that a killed container will be started again. A kubelet does not:
// if the start is refused, the exit code decides later (R41).
func (p *Pod) owe(container int) {
	if !p.t.has(QuirkR41) && slices.Contains(p.pass.Plan.Start, container) {
		p.restartPending[container] = true
	}
}

// resetNext removes all instances for RestartAllContainers, one after another,
// killing first what still runs, without grace (R10).
func (p *Pod) resetNext() {
	if ev := p.answered(); p.kills.Failed() || ev != nil && ev.Err != "" {
		p.fail()
		return
	}
	if p.pass.Next == len(p.pass.Plan.Reset) {
		p.prune()
		return
	}
	r := p.pass.Plan.Reset[p.pass.Next]
	if r.Kill {
		if c := p.truth.Instance(r.Instance); !p.kills.Did(r.Instance) && c != nil {
			var none int64
			p.kills.Begin(false)
			p.beginKill(plan.Kill{Container: r.Container, Instance: r.Instance, Message: "killing"}, &none)
			return
		}
	}
	p.pass.Next++
	p.pass.Sync.Acted, p.pass.Sync.Removed = true, true
	if c := p.truth.Instance(r.Instance); c != nil {
		if !p.t.cfg.NoLogs {
			p.lastAttempt[r.Container] = max(p.lastAttempt[r.Container], c.Attempt) // R12
		}
		p.await(p.removeInstance(r.Instance))
	}
}

// runSandbox makes the sandbox that the plan wants.
func (p *Pod) runSandbox() {
	if !p.pass.Plan.CreateSandbox {
		p.pass.Stage, p.pass.Next = stageStart, 0
		if d := p.timing.SyncDuration; d > 0 && len(p.pass.Plan.Kill) > 0 {
			p.pass.WakeAt = p.now.Add(d)
		}
		return
	}
	ev := p.answered()
	if ev == nil {
		p.pass.Sync.Acted = true
		p.await(p.out.request(Action{Type: RunSandbox, Container: NoContainer, Attempt: p.pass.Plan.Attempt}))
		return
	}
	switch {
	case !ev.ran():
		p.sandboxFailed(ev.Err)
		return
	case ev.Err != "":
		p.out.emitEvent(NoContainer, corev1.EventTypeWarning, reasonSandboxStatus,
			"Unable to get pod sandbox status: "+ev.Err)
		p.fail()
		return
	}
	p.readyToStart() // S5
	p.pass.Stage, p.pass.Next = stageStart, 0
}

// sandboxFailed ends the sync (S4). During termination it is no error.
func (p *Pod) sandboxFailed(err string) {
	p.pass.Stage = stageEnd
	if p.worker.Terminating {
		return
	}
	p.out.emitEvent(NoContainer, corev1.EventTypeWarning, "FailedCreatePodSandBox", "Failed to create pod sandbox: "+err)
	p.pass.Sync.Failed = true
}
