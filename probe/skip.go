package probe

// SkipReason is the reason why a pass did not probe.
type SkipReason uint8

// The reasons to skip a pass.
const (
	NotSkipped         SkipReason = iota // the pass probed (P57)
	SkipNoStatus                         // the pod has no status in the status cache yet (P45)
	SkipNoInstance                       // the container has no ID in the status yet (P47)
	SkipOnHold                           // the probe is decided for this instance: it waits for the next one (P60)
	SkipNotRunning                       // the container does not run, and may be started again (P49)
	SkipInitialDelay                     // initialDelaySeconds are not over, in whole seconds (P53)
	SkipAlreadyStarted                   // a startup probe: the container has started (P54)
	SkipNotStarted                       // another probe: the startup probe has not succeeded yet (P54)
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

// String describes the reason, as in "skipped: startup not finished".
func (r SkipReason) String() string {
	if int(r) >= len(skipTexts) {
		return "illegal skip reason"
	}
	return skipTexts[r]
}

// Rule returns the number of the rule behind the reason, such as "P54".
func (r SkipReason) Rule() string {
	if int(r) >= len(skipRules) {
		return ""
	}
	return skipRules[r]
}

// EndReason is the reason why a worker ended (P34).
type EndReason uint8

// The reasons to end.
const (
	NotEnded         EndReason = iota // the worker has not ended
	EndStopped                        // it was told to stop, which it sees between two passes (P38)
	EndPodFinished                    // the pod's phase is Succeeded or Failed (P46)
	EndNotRestarting                  // the container has terminated and may not be started again (P49)
	EndPodDeleted                     // the pod had a deletion timestamp when the worker was created (P51)
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

// String describes the reason, as in "ended: told to stop".
func (r EndReason) String() string {
	if int(r) >= len(endTexts) {
		return "illegal end reason"
	}
	return endTexts[r]
}

// Rule returns the number of the rule behind the reason, such as "P46".
func (r EndReason) Rule() string {
	if int(r) >= len(endRules) {
		return ""
	}
	return endRules[r]
}
