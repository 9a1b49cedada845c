package plan

import (
	"slices"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// initWalk is the walk over the init list, from the last entry to the first (S7).
type initWalk struct {
	*planner
	// passed says that a later entry or a regular container has an instance. The remaining
	// entries were therefore initialized before.
	passed bool
	// done says that the pod is initialized (S8).
	done bool
	// fatal says that an init container failed and may not restart (S13).
	fatal bool
}

// initContainers decides about the init list. It reports whether the pod is initialized (S7
// to S9).
func (p *planner) initContainers() bool {
	n := p.pod.inits()
	if n == 0 {
		return true
	}
	w := initWalk{planner: p, done: p.regularActive()}
	w.passed = w.done
	for k := n - 1; k >= 0 && !w.fatal; k-- {
		w.entry(k)
	}
	if w.fatal {
		p.plan.KillPod, p.plan.Start, p.plan.Restarts = true, nil, nil
		return false
	}
	if !w.passed {
		w.start(0) // no entry has an instance, so the first one is next (S7)
	}
	slices.Reverse(p.plan.Start)
	return w.done
}

// regularActive reports whether a regular container is created or running. Then the init
// list was once done and the pod counts as initialized (S8). Exited containers do not show
// that, unless quirk S11 is off.
func (p *planner) regularActive() bool {
	for i := range p.pod.Regular {
		switch s, _ := p.r.State(i); s {
		case restart.StateCreated, restart.StateRunning:
			return true
		case restart.StateExited:
			if p.pod.StaysInitialized && p.startedInSandbox(i) {
				return true
			}
		}
	}
	return false
}

// startedInSandbox reports whether a container's newest instance is in the present sandbox.
func (p *planner) startedInSandbox(i int) bool {
	s := p.r.ActiveSandbox()
	return s != nil && p.r.Newest(i).Sandbox == s.ID
}

// start adds entry k of the init list to the containers to start.
func (w *initWalk) start(k int) { w.plan.Start = append(w.plan.Start, w.pod.Regular+k) }

// entry decides about entry k. Entries are visited backwards, so starts are collected in
// reverse order.
func (w *initWalk) entry(k int) {
	i := w.pod.Regular + k
	sidecar := w.pod.Containers[i].Role == restart.Sidecar
	c := w.r.Newest(i)
	switch {
	case c == nil:
		if w.passed && sidecar {
			w.start(k) // a sidecar that vanished is started again (S9)
		}
		return
	case w.passed && !sidecar:
		return // once initialized, init containers do not matter (S9)
	}
	switch {
	case c.State == restart.StateCreated:
		w.start(k)
	case sidecar:
		w.sidecar(k, c)
	default:
		w.init(k, c)
	}
	w.passed = true
}

// initialized is called when entry k is done. The next entry is then started (S6). After the
// last one the pod is initialized (S8).
func (w *initWalk) initialized(k int) {
	switch {
	case k == w.pod.inits()-1:
		w.done = true
	case !w.passed:
		w.start(k + 1)
	}
}

// init decides about an init container's instance (R7, R8).
func (w *initWalk) init(k int, c *inventory.Instance) {
	policy := w.pod.Containers[c.Container].Policy
	switch c.State {
	case restart.StateRunning: // wait for its end
	case restart.StateExited:
		switch outcome := policy.OnInitExit(c.ExitCode, c.Reason == "OOMKilled"); {
		case outcome == restart.InitDone:
			w.initialized(k)
		case outcome == restart.InitRestart && !w.in.Deleting:
			if c.ExitCode == 0 {
				w.restart(c.Container, RestartOOM)
			}
			w.start(k)
		default:
			w.fatal = true
		}
	default: // its state is unknown (R8)
		if !policy.OnUnknown() {
			w.fatal = true
			return
		}
		w.killUnknown(k, c)
	}
}

// sidecar decides about a sidecar's instance.
func (w *initWalk) sidecar(k int, c *inventory.Instance) {
	switch c.State {
	case restart.StateRunning:
		w.runningSidecar(k, c)
	case restart.StateExited:
		w.start(k)
	default:
		w.killUnknown(k, c)
	}
}

func (w *initWalk) killUnknown(k int, c *inventory.Instance) {
	w.kill(c.Container, c, CauseUnknownState, `Init container is in "unknown" state, try killing it before restart`)
	w.restart(c.Container, RestartUnknown)
	w.start(k)
}

// runningSidecar decides about a running sidecar. The startup probe counts first, then a
// changed definition, then the liveness probe (C51, P79).
func (w *initWalk) runningSidecar(k int, c *inventory.Instance) {
	spec := &w.pod.Containers[c.Container]
	name := spec.Name
	if spec.Startup {
		r, ok := w.result(c, probe.Startup)
		if ok && r == probe.Failure {
			w.kill(c.Container, c, CauseStartupProbe, "Init container "+name+" failed startup probe")
			w.restart(c.Container, RestartStartup)
			w.start(k)
		}
		if !ok || r != probe.Success {
			return // before its startup has succeeded, nothing else counts (C51)
		}
	}
	w.initialized(k)
	switch {
	case w.pod.changed(c):
		w.kill(c.Container, c, CauseOther, "Init container "+name+" definition changed")
		w.restart(c.Container, RestartImage)
		w.start(k)
	case spec.Liveness && w.failed(c, probe.Liveness):
		w.kill(c.Container, c, CauseLivenessProbe, "Init container "+name+" failed liveness probe")
		w.restart(c.Container, RestartLiveness)
		w.start(k)
	}
}
