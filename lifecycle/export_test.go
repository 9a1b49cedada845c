package lifecycle

import "time"

// Overlooked returns what a copy of the machine does, and when it next wants to
// be woken, if it looks at everything that could be due instead of resting.
func (p *Pod) Overlooked() ([]Action, time.Time) {
	c := p.Clone()
	c.busy = true
	actions := c.Step(c.now)
	at, _ := c.Deadline()
	return actions, at
}
