package prober

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/probe"
)

// newest returns the newest instance, or nil if none was started.
func (w *proberWorld) newest() *worldInstance {
	if len(w.instances) == 0 {
		return nil
	}
	return w.instances[len(w.instances)-1]
}

// running returns the running instance, or nil.
func (w *proberWorld) running() *worldInstance {
	if c := w.newest(); c != nil && !c.exited {
		return c
	}
	return nil
}

func (w *proberWorld) script(instance int) *proberScript {
	return &w.s.Instances[min(instance, len(w.s.Instances)-1)]
}

// start starts the next instance.
func (w *proberWorld) start() {
	if w.deleting {
		return
	}
	w.startPending, w.backingOff = false, false
	c := &worldInstance{index: len(w.instances), startedUs: w.now}
	w.instances = append(w.instances, c)
	w.log("pod", "container-start", c.index, nil)
	w.after(w.s.ObserveUs, w.requestSync)
	w.planCrash(c)
}

// adopt makes instance 0 run since before the kubelet started.
func (w *proberWorld) adopt() {
	a := w.s.Adopted
	c := &worldInstance{startedUs: a.StartedUs}
	w.instances = append(w.instances, c)
	w.mainStarted = true
	w.stored = worldStatus{
		phase: corev1.PodRunning, instance: 0, state: "running", startedUs: wholeSecond(a.StartedUs),
		started: a.Started, ready: a.Ready,
		main: "running",
	}
	w.planCrash(c)
}

func (w *proberWorld) planCrash(c *worldInstance) {
	if crash := w.script(c.index).CrashAtUs; crash >= 0 {
		// A crash before the pod was added comes right after the first sync.
		w.at(max(c.startedUs+crash, w.s.AddUs), func() { w.exit(c, w.script(c.index).ExitCode) })
	}
}

// exit ends an instance, if it has not ended yet.
func (w *proberWorld) exit(c *worldInstance, code int32) {
	if c.exited {
		return
	}
	c.exited, c.exitCode = true, code
	w.log("pod", "container-exit", c.index, code)
	w.after(w.s.ObserveUs, w.requestSync)
	// Those who wait for the exit act before the execs in the container have ended.
	w.after(0, w.abandonExecs)
	delays := w.s.RestartDelaysUs
	c.restartUs = w.now + delays[min(c.index, len(delays)-1)]
	if c.onExit != nil {
		c.onExit()
	}
}

// restart plans the next start of the ended container, if its policy allows it.
func (w *proberWorld) restart(c *worldInstance) {
	if w.startPending || !w.mayRestart(c.exitCode) {
		return
	}
	w.startPending = true
	w.at(max(c.restartUs, w.now), w.start)
	if w.s.BackoffSyncUs > 0 && c.restartUs-w.now > w.s.BackoffSyncUs {
		w.backingOff = true
		w.after(w.s.BackoffSyncUs, w.requestSync)
	}
}

func (w *proberWorld) mayRestart(code int32) bool {
	return w.sidecar() || w.s.RestartPolicy == corev1.RestartPolicyAlways ||
		w.s.RestartPolicy == corev1.RestartPolicyOnFailure && code != 0
}

// kill replaces a container whose probe failed.
func (w *proberWorld) kill(c *worldInstance, cause probe.Kind) {
	w.log("pod", "container-kill", c.index, cause.String())
	w.killing = true
	kill := &w.s.Kill
	c.onExit = w.killOver
	if kill.SameSync && (w.sidecar() || w.s.RestartPolicy != corev1.RestartPolicyNever) {
		c.onExit = func() {
			w.startPending = true
			w.after(kill.StartCostUs, func() {
				if !w.deleteDue {
					w.start()
				}
				w.killOver()
			})
		}
	}
	w.after(kill.StopUs, func() { w.exit(c, kill.ExitCode) })
}

func (w *proberWorld) killOver() {
	w.killing = false
	if w.deleteDue {
		w.deletePod()
		return
	}
	if w.missedSync {
		w.missedSync = false
		w.requestSync()
	}
}

// worldExec is an exec of a probe that is under way. The zero worldExec is none.
type worldExec struct {
	attempt uint32
	c       *worldInstance
}

// exec runs one attempt of a probe.
func (w *proberWorld) exec(a *probe.Action) {
	instance := int(a.Instance) - 1
	kind, attempt := a.Probe, a.Attempt
	w.log(kind.String(), "probe-start", instance, a.Try)
	c := w.instances[instance]
	if c.exited {
		w.endExec(kind, attempt, c, "gone")
		return
	}
	w.execs[kind] = worldExec{attempt: attempt, c: c}
	segment := w.segment(kind, c)
	spec, _ := w.probe.Spec(app, kind)
	latency, outcome := segment.LatencyUs, segment.Outcome
	if timeout := spec.Timeout.Microseconds(); outcome == "hang" || latency >= timeout {
		latency, outcome = timeout, "timeout"
	}
	w.after(latency, func() {
		if w.execs[kind].attempt == attempt && w.execs[kind].c == c {
			w.execs[kind] = worldExec{}
			w.endExec(kind, attempt, c, outcome)
		}
	})
}

// segment returns the script's answer to a probe that begins now.
func (w *proberWorld) segment(kind probe.Kind, c *worldInstance) corpus.Segment {
	script := w.script(c.index)
	segments := map[probe.Kind][]corpus.Segment{
		probe.Startup: script.Startup, probe.Readiness: script.Readiness, probe.Liveness: script.Liveness,
	}[kind]
	for _, s := range segments {
		if s.UntilUs == -1 || s.UntilUs > w.now-c.startedUs {
			return s
		}
	}
	panic(fmt.Sprintf("conformance: no segment for %v of instance %d at %d", kind, c.index, w.now))
}

// abandonExecs ends the execs in a container that has just ended.
func (w *proberWorld) abandonExecs() {
	for _, kind := range probe.Kinds {
		if e := w.execs[kind]; e.c != nil && e.c.exited {
			w.execs[kind] = worldExec{}
			w.endExec(kind, e.attempt, e.c, "gone")
		}
	}
}

func (w *proberWorld) endExec(kind probe.Kind, attempt uint32, c *worldInstance, outcome string) {
	w.log(kind.String(), "probe-end", c.index, outcome)
	var ans probe.Answer
	switch outcome {
	case "success":
		ans = probe.Answer{Outcome: probe.OutcomeSuccess, Output: "ok"}
	case "failure":
		ans = probe.Answer{Outcome: probe.OutcomeFailure, Output: "not ok"}
	case "timeout":
		spec, _ := w.probe.Spec(app, kind)
		ans = probe.Answer{Outcome: probe.OutcomeFailure,
			Output: fmt.Sprintf("command timed out: %q timed out after %v", "probe "+kind.String(), spec.Timeout)} // P101
	case "error":
		ans = probe.Answer{Err: "exec failed"}
	case "gone":
		ans = probe.Answer{Err: "container not running"}
	}
	w.perform(w.probe.Finish(w.time(), app, kind, attempt, ans, w.views(), nil))
}

// perform carries out the actions of the workers.
func (w *proberWorld) perform(actions []probe.Action) {
	for i := range actions {
		a := &actions[i]
		kind, c := a.Probe.String(), int(a.Instance)-1
		switch a.Kind {
		case probe.ActionRunAttempt:
			w.exec(a)
		case probe.ActionEvent:
			e := a.Event()
			w.log(kind, "event", -1, map[string]any{"type": e.Type, "reason": e.Reason, "message": e.Message})
		case probe.ActionResultSet:
			w.log(kind, "result-set", c, a.Result.String())
			result := *a
			w.after(w.s.ReactUs[kind], func() { w.react(&result) })
		case probe.ActionResultRemoved:
			w.log(kind, "result-removed", c, nil)
		case probe.ActionSkipped, probe.ActionCounted, probe.ActionEnded:
		case probe.ActionDropped:
			panic("conformance: the model finished an attempt that is not under way: " + a.String())
		}
	}
}
