package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// syncPod is the sync of a running pod, up to its decisions (T22).
func (k *kubelet) syncPod() {
	fresh := k.generate(k.pass.Snapshot, false)
	k.storeSynced(fresh)
	if status.Terminal(fresh.Phase) { // S24
		k.pass.Terminal = true
		k.pass.End()
		k.out.explain(NoContainer, timeline.DecidedEnd,
			fmt.Sprintf("phase %s: the remaining containers and the sandbox are stopped (S24)", fresh.Phase))
		return
	}
	if k.noNetwork != "" && !k.t.spec.HostNetwork {
		k.awaitNetwork()
		return
	}
	k.addProbes() // P31
	k.pass.RestartAll = status.ConditionTrue(fresh, corev1.AllContainersRestarting)
	todo := k.t.plans.Plan(plan.Input{
		Snapshot: k.pass.Snapshot, Results: k.probes.result, RestartAll: k.pass.RestartAll,
		Deleting: k.pass.Deletion.Asked, RestartPending: k.starts.Pending(),
	})
	var at time.Time
	if d := k.timing.SyncDuration; d > 0 {
		at = k.now.Add(d)
	}
	k.pass.Carry(todo, at)
}

// awaitNetwork ends the sync of a pod that needs a network while there is none:
// before its probe workers are made, and before anything is started or killed
// (E1, R33).
func (k *kubelet) awaitNetwork() {
	k.out.emitEvent(NoContainer, corev1.EventTypeWarning, "NetworkNotReady", "network is not ready: "+k.noNetwork)
	k.pass.NoNetwork = true
	k.pass.Fail()
}

// addProbes makes the workers that are missing (P31), which wait first in a new
// kubelet process (P39). Where nothing takes time they are made once at an
// instant: the result of a worker that ends at once, such as that of a container
// that is done, would ask for a sync that makes it again, and so on (P34). A
// kubelet's relists space these out (T12).
func (k *kubelet) addProbes() {
	if k.timing.oncePerInstant(k.probes.made, k.now) {
		return
	}
	var sleep func(probe.Spec) time.Duration
	if !k.start.IsZero() {
		sleep = func(s probe.Spec) time.Duration {
			if k.now.Sub(k.start) >= s.Period {
				return 0
			}
			return k.timing.Chance.FirstProbe(k.now, s.Period)
		}
	}
	k.probes.create(k.now, sleep)
}

// terminatePod is the pass that stops the pod, up to the kills (S73).
func (k *kubelet) terminatePod() {
	fresh := k.generate(k.pass.Snapshot, false)
	if k.evicted != nil {
		k.evicted.override(fresh, k.pass.Deletion.generation(k.t))
	}
	k.storeSynced(fresh)
	k.probes.stop(k.now, true) // P35
	var override *int64
	if k.pass.HasGrace {
		override = &k.pass.Grace
	}
	env := k.env()
	k.pass.KillPod(&env, override)
}

// podStopped ends the kills of the terminating pass: the final statuses come from
// the runtime's present state (S73).
func (k *kubelet) podStopped() {
	if k.pass.Result.Failed { // S75
		k.out.emitEvent(NoContainer, corev1.EventTypeWarning, "FailedKillPod",
			"error killing pod: "+k.kills.Errors(k.t.spec, string(k.id.UID), k.pass.SandboxErr))
		return
	}
	k.probes.stop(k.now, false)
	r := k.inspect()
	r.IPs = k.pass.Snapshot.IPs
	k.storeSynced(k.generate(&r, true))
}

// finishPod is the last pass: nothing of the pod is left but its status (S73).
func (k *kubelet) finishPod() {
	k.storeSynced(k.generate(k.pass.Snapshot, true))
	final := k.cache.Status.DeepCopy()
	status.MarkUnfinished(k.t.spec, final, k.apiStatus()) // C24
	if !k.t.spec.Static && !status.Terminal(final.Phase) {
		final.Phase = corev1.PodFailed // S73
	}
	k.worker.Finished = true // before the status is stored: it is the last one
	k.worker.LastSync = k.now
	k.storeStatus(final, k.object.deletion.Asked, true)
	k.pass = pass{}
	k.finish()
}

// finish leaves the pod for good.
func (k *kubelet) finish() {
	k.worker.finish()
	k.scheduleCollection()
	k.out.emit(Action{Type: PodFinished, Container: NoContainer})
}
