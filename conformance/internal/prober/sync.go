package prober

import (
	"math"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
)

// worldStatus is a pod status that a sync has generated and stored.
type worldStatus struct {
	known     bool
	phase     corev1.PodPhase
	instance  int // the instance in the status, or -1
	state     string
	reason    string
	exitCode  int32
	startedUs int64 // in whole seconds (S66)
	last      *int32
	started   bool
	ready     bool
	main      string

	initialized, podReady, containersReady bool
}

func wholeSecond(us int64) int64 { return int64(math.Floor(float64(us)/1e6)) * 1e6 }

// generate returns the status of the runtime at present. trigger says that the readiness
// worker must be triggered.
func (w *proberWorld) generate(final bool) (status worldStatus, trigger bool) {
	status = worldStatus{known: true, instance: -1, state: "waiting", reason: "ContainerCreating", last: w.stored.last}
	if w.sidecar() {
		status.reason = "PodInitializing"
		status.main = w.mainState(final)
	}
	if c := w.newest(); c != nil {
		w.showContainer(&status, c)
	}
	running := status.state == "running"
	id := uint64(status.instance + 1)
	status.started = w.probe.Started(app, running, id, w.stored.state == "running" && w.stored.started)
	status.ready, trigger = w.probe.Ready(app, running, status.started, id)
	if running && status.started && w.precedesKubelet(w.newest().startedUs) {
		status.ready = w.probe.AdoptedReady(app, status.ready, id, w.s.Adopted.PodReady)
	}
	status.initialized = !w.sidecar() || status.started || w.mainStarted
	status.phase = w.phase(&status, final)
	status.settleReady()
	return status, trigger
}

// showContainer puts the newest instance into the status.
func (w *proberWorld) showContainer(status *worldStatus, c *worldInstance) {
	status.instance, status.reason = c.index, ""
	if c.index > 0 {
		status.last = &w.instances[c.index-1].exitCode
	}
	switch {
	case !c.exited:
		status.state, status.startedUs = "running", wholeSecond(c.startedUs)
	case w.backingOff && !w.deleting && !(w.sidecar() && c.exitCode == 0):
		// An init container that succeeded is never shown as waiting (R7).
		status.state, status.reason = "waiting", "CrashLoopBackOff"
		status.last = &c.exitCode
	default:
		status.state, status.exitCode = "terminated", c.exitCode
		if status.reason = "Error"; c.exitCode == 0 {
			status.reason = "Completed"
		}
	}
}

func (w *proberWorld) mainState(final bool) string {
	if w.mainStarted && !final {
		return "running"
	}
	return "waiting"
}

// phase returns the phase by the rows of S21 that these scenarios need.
func (w *proberWorld) phase(status *worldStatus, final bool) corev1.PodPhase {
	switch {
	case w.sidecar() && final && w.mainStarted:
		return corev1.PodFailed
	case w.sidecar() && !w.mainStarted, status.instance < 0:
		return corev1.PodPending
	case w.sidecar(), status.state != "terminated", !final && w.mayRestart(status.exitCode):
		return corev1.PodRunning
	case status.exitCode == 0:
		return corev1.PodSucceeded
	}
	return corev1.PodFailed
}

// settleReady sets the two readiness conditions from the containers.
func (s *worldStatus) settleReady() {
	s.containersReady = s.ready && (s.main == "" || s.main == "running")
	s.podReady = s.containersReady
}

func (w *proberWorld) precedesKubelet(startedUs int64) bool {
	return w.s.Adopted != nil && startedUs < w.s.Adopted.KubeletUs-10_000_000
}

// store replaces the stored status and records what changed.
func (w *proberWorld) store(status worldStatus) {
	old := w.stored
	w.stored = status
	if old.started != status.started {
		w.log("pod", "started", status.instance, status.started)
	}
	if old.ready != status.ready {
		w.log("pod", "ready", status.instance, status.ready)
	}
	if old.phase != status.phase {
		w.log("pod", "phase", -1, string(status.phase))
	}
	if !old.known || old.podReady != status.podReady || old.containersReady != status.containersReady ||
		old.initialized != status.initialized {
		w.log("pod", "conditions", -1, map[string]any{
			"Ready": conditionStatus(status.podReady), "ContainersReady": conditionStatus(status.containersReady),
			"Initialized": conditionStatus(status.initialized),
		})
	}
}

func conditionStatus(is bool) string {
	if is {
		return string(corev1.ConditionTrue)
	}
	return string(corev1.ConditionFalse)
}

// publish generates a status, stores it and gives it to the workers.
func (w *proberWorld) publish(final bool) {
	status, trigger := w.generate(final)
	w.log("pod", "sync", status.instance, w.syncValue(&status, trigger, final))
	if trigger {
		w.probe.Trigger(w.time(), app)
		if w.s.TriggerSeesOld {
			w.perform(w.probe.Step(w.time(), w.views(), nil))
		}
	}
	w.store(status)
	w.perform(w.probe.Changed(w.time(), w.views(), nil))
}

func (w *proberWorld) syncValue(s *worldStatus, trigger, final bool) map[string]any {
	v := map[string]any{"state": s.state, "restarts": max(s.instance, 0), "started": s.started, "ready": s.ready,
		"trigger": trigger, "phase": string(s.phase)}
	if s.reason != "" {
		v["reason"] = s.reason
	}
	if s.state == "terminated" {
		v["exitCode"] = s.exitCode
	}
	if s.state == "running" {
		v["startedUs"] = s.startedUs
	}
	if s.last != nil {
		v["lastExitCode"] = *s.last
	}
	if s.main != "" {
		v["main"] = s.main
	}
	if w.deleting {
		v["deleting"] = true
	}
	if final {
		v["final"] = true
	}
	return v
}

// views returns what the workers read.
func (w *proberWorld) views() []probe.View {
	s := &w.stored
	return []probe.View{{
		Known:      s.known,
		Finished:   s.phase == corev1.PodSucceeded || s.phase == corev1.PodFailed,
		Instance:   uint64(s.instance + 1),
		Running:    s.state == "running",
		Terminated: s.state == "terminated",
		StartedAt:  timeOf(s.startedUs),
		Started:    s.started,
		MayRestart: w.mayRestart(s.exitCode),
		Sidecar:    w.sidecar(),
		Adopted:    s.state == "running" && w.precedesKubelet(s.startedUs),
	}}
}

// requestSync plans a sync soon, unless one is already planned.
func (w *proberWorld) requestSync() {
	switch {
	case !w.added || w.syncWaiting || w.deleting || w.finished:
	case w.killing:
		w.missedSync = true
	default:
		w.syncWaiting = true
		w.after(w.s.SyncUs, w.syncDue)
	}
}

func (w *proberWorld) syncDue() {
	w.syncWaiting = false
	switch {
	case w.deleting || w.finished:
	case w.killing:
		w.missedSync = true
	default:
		w.sync()
	}
}

func (w *proberWorld) firstSync() {
	w.added = true
	w.sync()
}

func (w *proberWorld) sync() {
	w.publish(false)
	if w.stored.phase == corev1.PodSucceeded || w.stored.phase == corev1.PodFailed {
		w.publish(false)
		w.finish()
		return
	}
	w.probe.Create(w.time(), nil) // every sync creates missing workers (P31)
	w.perform(w.probe.Step(w.time(), w.views(), nil))
	w.act()
}

// act does what a sync does with the runtime.
func (w *proberWorld) act() {
	if w.sidecar() && w.stored.started && !w.mainStarted {
		w.mainStarted = true
		w.log("pod", "main-start", -1, nil)
		w.after(w.s.ObserveUs, w.requestSync)
	}
	c := w.newest()
	switch {
	case c == nil && !w.startPending:
		w.startPending = true
		w.after(w.s.StartDelayUs, w.start)
	case c == nil:
	case c.exited:
		w.restart(c)
	default:
		if cause, failed := w.failedProbe(c); failed {
			w.kill(c, cause)
		}
	}
}

// failedProbe returns the kind of probe for which a running container is killed (P79).
func (w *proberWorld) failedProbe(c *worldInstance) (probe.Kind, bool) {
	for _, kind := range [...]probe.Kind{probe.Liveness, probe.Startup} {
		if r, _ := w.probe.Result(app, kind, uint64(c.index+1)); r == probe.Failure {
			return kind, true
		}
	}
	return 0, false
}

// deletePod is the terminating sync (P35, S73).
func (w *proberWorld) deletePod() {
	if w.finished {
		return
	}
	if w.killing {
		w.deleteDue = true
		return
	}
	w.deleting = true
	w.log("pod", "delete", -1, nil)
	w.publish(false)
	w.probe.StopForTermination(w.time())
	w.perform(w.probe.Step(w.time(), w.views(), nil))
	c := w.running()
	if c == nil {
		w.finish()
		return
	}
	// The stop takes its time even if the container ends before.
	w.after(w.s.Delete.StopUs, func() {
		w.exit(c, w.s.Delete.ExitCode)
		w.finish()
	})
}

// finish stops all workers and publishes the last status.
func (w *proberWorld) finish() {
	w.probe.StopAll(w.time())
	w.perform(w.probe.Step(w.time(), w.views(), nil))
	w.publish(true)
	w.finished = true
	w.log("pod", "pod-finished", -1, nil)
}

// react handles a changed result of a probe (P72).
func (w *proberWorld) react(a *probe.Action) {
	if w.finished {
		return
	}
	shown := uint64(w.stored.instance+1) == a.Instance
	status := w.stored
	switch {
	case a.Probe == probe.Readiness && shown: // ready changes at once (P73)
		if status.ready != (a.Result == probe.Success) {
			status.ready = !status.ready
			status.settleReady()
		}
	case a.Probe == probe.Startup && shown: // started changes at once (P74)
		status.started = a.Result == probe.Success
	}
	w.store(status)
	w.perform(w.probe.Changed(w.time(), w.views(), nil))
	if a.Probe != probe.Liveness || a.Result == probe.Failure {
		w.requestSync()
	}
}
