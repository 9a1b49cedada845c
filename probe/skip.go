package probe

// SkipReason says why a pass did not probe.
type SkipReason uint8

// The reasons to skip a pass.
const (
	NotSkipped         SkipReason = iota // the pass probed (P57)
	SkipNoStatus                         // the status cache has nothing of the pod yet (P45)
	SkipNoInstance                       // the container has no ID in the status yet (P47)
	SkipOnHold                           // the probe has failed this instance: it waits for the next one (P49)
	SkipNotRunning                       // the container does not run, and may be started again (P49)
	SkipInitialDelay                     // initialDelaySeconds have not passed, in whole seconds (P53)
	SkipAlreadyStarted                   // of a startup probe: the container has started (P54)
	SkipNotStarted                       // of the others: the startup probe has not succeeded yet (P54)
)

// skipTexts and skipRules are indexed by SkipReason.
var skipTexts = [...]string{
	NotSkipped:         "not skipped",
	SkipNoStatus:       "skipped: the pod has no status",
	SkipNoInstance:     "skipped: the container has no instance",
	SkipOnHold:         "skipped: on hold until the next instance",
	SkipNotRunning:     "skipped: the container is not running",
	SkipInitialDelay:   "skipped: initial delay not over",
	SkipAlreadyStarted: "skipped: startup finished",
	SkipNotStarted:     "skipped: startup not finished",
}

var skipRules = [...]string{
	NotSkipped:         "P57",
	SkipNoStatus:       "P45",
	SkipNoInstance:     "P47",
	SkipOnHold:         "P49",
	SkipNotRunning:     "P49",
	SkipInitialDelay:   "P53",
	SkipAlreadyStarted: "P54",
	SkipNotStarted:     "P54",
}

// String explains the reason, as in "skipped: startup not finished".
func (r SkipReason) String() string {
	if int(r) >= len(skipTexts) {
		return "illegal skip reason"
	}
	return skipTexts[r]
}

// Rule is the number of the rule that the reason follows, such as "P54".
func (r SkipReason) Rule() string {
	if int(r) >= len(skipRules) {
		return ""
	}
	return skipRules[r]
}

// EndReason says why a worker ended (P34).
type EndReason uint8

// The reasons to end.
const (
	NotEnded         EndReason = iota // the worker goes on
	EndStopped                        // it was told to stop; it sees that between passes (P38)
	EndPodFinished                    // the pod's phase is Succeeded or Failed (P46)
	EndNotRestarting                  // the container has terminated and may not be started again (P49)
	EndPodDeleted                     // the worker's own pod object has a deletion timestamp (P51)
)

var endTexts = [...]string{
	NotEnded:         "not ended",
	EndStopped:       "ended: told to stop",
	EndPodFinished:   "ended: the pod has finished",
	EndNotRestarting: "ended: the container will not be restarted",
	EndPodDeleted:    "ended: the pod is being deleted",
}

var endRules = [...]string{
	NotEnded:         "P34",
	EndStopped:       "P38",
	EndPodFinished:   "P46",
	EndNotRestarting: "P49",
	EndPodDeleted:    "P51",
}

// String explains the reason, as in "ended: told to stop".
func (r EndReason) String() string {
	if int(r) >= len(endTexts) {
		return "illegal end reason"
	}
	return endTexts[r]
}

// Rule is the number of the rule that the reason follows, such as "P46".
func (r EndReason) Rule() string {
	if int(r) >= len(endRules) {
		return ""
	}
	return endRules[r]
}
