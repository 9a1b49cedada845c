package lifecycle

import "time"

// ReportLeaps reports the passes that probe workers leapt over before an instant
// (see probe.Answer.Until). It changes nothing else, and nothing at all if no
// worker leaps. The slice is valid until the next Step or ReportLeaps.
//
// A shell that makes promises calls it twice. After each Step it passes the
// nanosecond after now: what comes next at this instant then finds the workers
// as if each probe had been played. Before a fact from outside, which may end
// workers, it passes now.
func (p *Pod) ReportLeaps(before time.Time) []Action {
	p.out.begin()
	p.probed(p.probes.reportLeaps(before))
	return p.out.actions
}
