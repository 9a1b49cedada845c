package timeline

import "time"

// Offset prints a time as the distance from start, as in "+12m30s", "+1.25s"
// or "-2s". [time.ParseDuration] reads it.
func Offset(start, at time.Time) string {
	d := at.Sub(start)
	if d < 0 {
		return d.String()
	}
	return "+" + d.String()
}

// shown is the offset as people are shown it: no finer than milliseconds.
func shown(start, at time.Time) string {
	return Offset(start, start.Add(at.Sub(start).Round(time.Millisecond)))
}
