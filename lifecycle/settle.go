package lifecycle

import "time"

// Settle lets the probe workers take and tell the ticks before an instant that
// they leap over (see probe.Answer.Until). A shell that makes promises calls it
// after each Step, with the nanosecond after now: then what comes next at this
// instant finds the workers as if each probe had been played; and with now
// before it tells of something from outside, which may end workers. Settle
// changes nothing else, and nothing at all if no worker leaps. The slice is
// valid until the next Step or Settle.
func (p *Pod) Settle(before time.Time) []Action {
	p.out = p.out[:0]
	p.acts = p.probes.Settle(before, p.acts[:0])
	p.probed(p.acts)
	return p.out
}
