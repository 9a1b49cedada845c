package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// Waits returns what the pod and its containers wait for at now. It is empty if they wait
// for nothing: the pod is Ready, or has ended. It changes nothing, and costs nothing
// unless it is called.
func (p *Pod) Waits(now time.Time) []Wait {
	if p.worker.Finished {
		return nil
	}
	w := waits{kubelet: &p.kubelet, now: now}
	w.ofNode()
	w.underWay()
	if len(w.all) == 0 {
		w.betweenSyncs()
	}
	return w.all
}

// waits collects what a pod waits for.
type waits struct {
	*kubelet
	now time.Time
	all []Wait
}

func (w *waits) add(kind WaitKind, container int, since, until time.Time, format string, args ...any) {
	name := ""
	if container != NoContainer {
		name = w.t.spec.Name(container)
	}
	w.all = append(w.all, Wait{kind, name, fmt.Sprintf(format, args...), since, until})
}

// ofNode finds what the node lacks: until it is there, the pod is not synced.
func (w *waits) ofNode() {
	var none time.Time
	if w.worker.heldBack() {
		w.add(WaitNode, NoContainer, none, none, "its name: another static pod that has it still runs (S84)")
	}
	if w.worker.Lost {
		w.add(WaitNode, NoContainer, none, none, "the node to report again (S83)")
	}
	if w.noNetwork != "" && !w.t.spec.HostNetwork && !w.worker.Terminating {
		w.add(WaitNode, NoContainer, none, none, "the network (T7): %s", w.noNetwork)
	}
}

// underWay finds what a sync waits for in the middle: requests, and its own sleeps. Until
// that is over nothing else of the pod is done.
func (w *waits) underWay() {
	for _, r := range w.out.requests {
		w.request(r)
	}
	for i := range w.kills.Kills {
		w.kill(&w.kills.Kills[i])
	}
	if s := &w.pass; s.Stage == execute.StageStart && s.Start.Step == execute.StepHook && s.Op == 0 {
		i := s.Plan.Start[s.Next]
		w.add(WaitHook, i, w.since(s.Start.Instance), s.WakeAt, "%s's postStart sleep (C32)", w.t.spec.Name(i))
	}
}

// since returns when an instance started, which is when its postStart hook began.
func (w *waits) since(instance uint64) time.Time {
	if c := w.truth.Instance(instance); c != nil {
		return c.StartedAt
	}
	return time.Time{}
}

// request finds the wait for the answer to a request. Kills know of the stops and of the
// preStop hooks that they wait for.
func (w *waits) request(r openRequest) {
	var none time.Time
	switch {
	case r.request == StopContainer, r.request == RunHook && r.hook == PreStop:
	case r.request == RunHook:
		w.add(WaitHook, r.container, r.since, none, "%s's postStart hook, which keeps the pod from being synced (C32)",
			w.t.spec.Name(r.container))
	case r.request == PullImage:
		w.add(WaitPull, r.container, r.since, none, "the pull of image %q", w.t.spec.Containers[r.container].Image)
	case r.container == NoContainer:
		w.add(WaitRuntime, r.container, r.since, none, "the runtime to answer %v", r.request)
	default:
		w.add(WaitRuntime, r.container, r.since, none, "the runtime to answer %v of %s", r.request,
			w.t.spec.Name(r.container))
	}
}

// kill finds what the kill of a container waits for.
func (w *waits) kill(k *kill.Kill) {
	name := w.t.spec.Name(k.Container)
	switch k.Stage {
	case kill.PreStop:
		w.add(WaitHook, k.Container, k.Since, k.Until, "%s's preStop hook (C42)", name)
	case kill.Turn:
		w.add(WaitStop, k.Container, k.Since, k.Until, "the containers that stop before sidecar %s (C46)", name)
	case kill.Stop:
		asked := w.out.since(k.Op)
		w.add(WaitStop, k.Container, asked, asked.Add(spec.Seconds(k.Grace)),
			"%s to end by its stop signal, or by SIGKILL (C45)", name)
	}
}

// betweenSyncs finds what a pod waits for that nothing is being done for.
func (w *waits) betweenSyncs() {
	seen := w.truth.Snapshot()
	if w.starts.Stopped && !status.Terminal(w.cache.Status.Phase) {
		w.add(WaitDeletion, NoContainer, time.Time{}, time.Time{},
			"its deletion, for good, since phase %s is not terminal: %s", w.cache.Status.Phase,
			execute.WhyStopped(w.t.spec, &seen))
		return
	}
	for i := range w.t.spec.Containers {
		if w.starts.Waiting[i].Reason != "" {
			w.retry(i, &seen)
		} else if c := seen.Newest(i); c != nil && c.Running() {
			w.running(i, c)
		}
	}
	w.gates()
}

// retry finds when a start that failed or was refused is tried again.
func (w *waits) retry(i int, seen *inventory.Snapshot) {
	why, c := w.starts.Waiting[i], &w.t.spec.Containers[i]
	if exited := seen.NewestExited(i); exited != nil {
		if r, refused := w.starts.Containers[i].Backoff.Check(w.now, exited.FinishedAt, w.t.spec.Limits); refused {
			w.add(WaitBackoff, i, exited.FinishedAt, r.Until,
				"the end of %s's back-off of %v, counted from the end of run %d (R20)",
				c.Spec.Name, r.Delay, exited.Attempt)
			return
		}
	}
	b := w.starts.Images[c.ImageKey].Backoff
	if r, refused := b.CheckPull(w.now, w.t.spec.PullLimits); refused {
		w.add(WaitBackoff, i, b.Advanced, r.Until, "the end of the pull back-off of %v of image %q (I6): %s",
			r.Delay, c.Image, w.starts.Images[c.ImageKey].Failure)
		return
	}
	w.add(WaitRetry, i, time.Time{}, w.worker.RequeueAt, "the next try to start %s after %s: %s", c.Spec.Name, why.Reason,
		why.Message)
}

// running finds what the pod waits for of a container that runs.
func (w *waits) running(i int, c *inventory.Instance) {
	p, name := w.t.spec, w.t.spec.Name(i)
	s := p.StatusIn(w.cache.Status, i)
	started := s != nil && s.Started != nil && *s.Started
	var none time.Time
	switch {
	case p.Containers[i].Role == restart.Init:
		w.add(WaitInit, i, c.StartedAt, none, "init container %s to end (S6)", name)
	case !started && p.IsSidecar(i):
		w.add(WaitInit, i, c.StartedAt, none, "sidecar %s to start up: its startup probe has not succeeded (C51)", name)
	case !started && p.Containers[i].Spec.StartupProbe != nil:
		w.add(WaitProbe, i, c.StartedAt, none, "%s to start up: its startup probe has not succeeded (P75)", name)
	case started && !s.Ready && p.Containers[i].Spec.ReadinessProbe != nil:
		w.add(WaitProbe, i, w.unreadySince(c), none, "%s to be ready: its readiness probe does not succeed (P77)", name)
	}
}

// unreadySince returns since when a container has not been ready. If the pod has several,
// nothing remembers that of each.
func (w *waits) unreadySince(c *inventory.Instance) time.Time {
	if len(w.t.spec.Containers) > 1 {
		return time.Time{}
	}
	if at := w.changed(corev1.ContainersReady); at.After(c.StartedAt) {
		return at
	}
	return c.StartedAt
}

// changed returns when a condition last changed. If there is none, that is not known.
func (w *waits) changed(t corev1.PodConditionType) time.Time {
	for _, c := range w.cache.Status.Conditions {
		if c.Type == t {
			return c.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

// gates finds the readiness gates that alone keep the pod from being Ready: since its
// containers have been.
func (w *waits) gates() {
	s := w.cache.Status
	if !status.ConditionTrue(s, corev1.ContainersReady) {
		return
	}
	for _, g := range w.t.spec.Manifest.Spec.ReadinessGates {
		if !status.ConditionTrue(s, g.ConditionType) {
			w.add(WaitGate, NoContainer, w.changed(corev1.ContainersReady), time.Time{},
				"readiness gate %q: its condition is not True (S44)", g.ConditionType)
		}
	}
}

// explainWaits records what a deletion waits for: a sync that is in the middle of something
// when it comes.
func (k *kubelet) explainWaits() {
	if k.pass.Work != workSync {
		return
	}
	w := waits{kubelet: k, now: k.now}
	w.underWay()
	for i := range w.all {
		k.out.explain(NoContainer, timeline.DecidedWait, "the deletion waits for "+w.all[i].Text(k.now))
	}
}
