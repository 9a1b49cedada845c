package timeline

import "time"

// Offset returns a time as a duration since start, such as "+12m30s", "+1.25s" or "-2s".
// [time.ParseDuration] can parse it.
func Offset(start, at time.Time) string { return FormatOffset(at.Sub(start)) }

// FormatOffset returns a duration since the start as [Offset] does.
func FormatOffset(d time.Duration) string {
	if d < 0 {
		return d.String()
	}
	return "+" + d.String()
}

// shown returns the offset for people, rounded to milliseconds.
func shown(start, at time.Time) string {
	return Offset(start, start.Add(at.Sub(start).Round(time.Millisecond)))
}
