package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/podclock/podclock/probe"
)

// counted describes the count of a pass against its threshold. Once the threshold is met,
// further equal answers change nothing (P59, P60).
func counted(a *probe.Action) string {
	switch text := a.Explain(); {
	case a.Run <= a.Threshold:
		return text
	case a.Probe == probe.Liveness: // a success, since a failure holds the worker
		return text + ": still alive"
	case a.Result == probe.Success: // of readiness, since startup is on hold
		return text + ": still ready"
	default:
		return text + ": still not ready"
	}
}

// resultSet prints what the kubelet does about a changed result (P72). It does the part on
// which the probes themselves depend.
func (w *watch) resultSet(now time.Time, a *probe.Action) {
	i := int(a.Container)
	view := &w.views[i]
	switch {
	case a.Probe == probe.Readiness:
		if !w.once || w.begun {
			w.tell(now, a, w.readiness(a.Result))
		}
	case a.Probe == probe.Startup && a.Result == probe.Success: // P74
		w.tell(now, a, w.startupDone(i))
		view.Started, w.stale = true, true
	case a.Probe != probe.Readiness && a.Result == probe.Failure: // P79
		w.tell(now, a, w.kill(i, a.Probe))
	}
	// The sync that follows triggers a readiness worker without a success (P56). During
	// its very first pass that would be one pass too many (T26).
	if _, trigger := w.set.Ready(i, true, view.Started, instance); trigger && w.begun {
		w.set.Trigger(now, i)
		w.stale = true
	}
}

// readiness returns what happens to the pod's place in Service endpoints (P61, P77).
func (w *watch) readiness(r probe.Result) string {
	switch {
	case r == probe.Success:
		return "=> ready: would be put into Service endpoints"
	case !w.begun:
		return "=> not ready yet: would not be in Service endpoints"
	}
	return "=> not ready: would be taken out of Service endpoints"
}

// startupDone names the probes that waited for the startup probe (P54).
func (w *watch) startupDone(container int) string {
	var begin []string
	for _, kind := range w.subjects[container].probes() {
		if kind != probe.Startup {
			begin = append(begin, kind.String())
		}
	}
	switch len(begin) {
	case 0:
		return "=> startup done"
	case 1:
		return "=> startup done: " + begin[0] + " begins"
	}
	return "=> startup done: " + strings.Join(begin, " and ") + " begin"
}

// kill returns what the kubelet does with a container that fails that probe (R38, R43).
func (w *watch) kill(container int, kind probe.Kind) string {
	if w.subjects[container].policy.OnKill() {
		return fmt.Sprintf("=> would restart the container: %s", kind)
	}
	return fmt.Sprintf("=> would stop the container and not restart it: %s", kind)
}
