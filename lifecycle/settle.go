package lifecycle

import "time"

// Settle lets the probe workers take and tell every tick up to and at now that
// they leap over (see probe.Answer.Until). A shell that makes promises calls it
// after each Step, at the same instant: then what comes next at that instant
// finds the workers as if each probe had been played. It changes nothing else,
// and nothing at all if no worker leaps. The slice is valid until the next Step
// or Settle.
func (p *Pod) Settle(now time.Time) []Action {
	p.out = p.out[:0]
	const inclusive = time.Nanosecond // probe.Set.Settle takes the ticks before an instant
	p.acts = p.probes.Settle(now.Add(inclusive), p.acts[:0])
	p.probed(p.acts)
	return p.out
}
