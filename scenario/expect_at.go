package scenario

import (
	"strconv"
	"strings"
	"time"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// at expects columns and parts of the status at instants.
func (e *expecting) at(v value) {
	v.entries(func(key string, line int, entry value) {
		at, problem := parseDuration(key)
		if problem != "" {
			v.p.addf(line, "%s: %s", v.path, problem)
			return
		}
		if e.end > 0 {
			v.p.within(e.end, place{at: at, line: line, path: v.path + "." + key})
		}
		e.moment = at
		defer func() { e.moment = 0 }()
		column := func(of func(timeline.State) string, read func(value) string) fieldReader {
			return func(v value) {
				want := read(v)
				e.add(v, want, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
					state, ok := t.StateAt(at)
					if !ok {
						return noStatus, false
					}
					return of(state), of(state) == want
				})
			}
		}
		known := map[string]fieldReader{
			"phase":  column(func(s timeline.State) string { return string(s.Phase) }, value.phase),
			"status": column(func(s timeline.State) string { return s.Status }, e.statusWord),
			"ready":  column(readyColumn(entry), value.readyText),
		}
		known["restarts"] = func(v value) { e.restartsAt(v, at) }
		e.statusFields(statusAt(at), known)
		entry.fields(known)
	})
}

// restartsAt expects the restarts of the whole pod up to an instant.
func (e *expecting) restartsAt(v value, at time.Duration) {
	want := v.bound(numberBound)
	e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		state, ok := t.StateAt(at)
		if !ok {
			return noStatus, false
		}
		n := int32(0)
		for _, c := range state.Containers {
			n += c.Restarts
		}
		return strconv.Itoa(int(n)), want.allows(time.Duration(n))
	})
}

// readyText reads a READY column, or true or false.
func (v value) readyText() string {
	if strings.Contains(v.node.Value, "/") {
		return v.text()
	}
	return strconv.FormatBool(v.boolean())
}

// readyColumn returns the READY column if the file expects a ratio such as "1/2",
// else the condition Ready.
func readyColumn(entry value) func(timeline.State) string {
	for i := 0; i+1 < len(entry.node.Content); i += 2 {
		if entry.node.Content[i].Value == "ready" && strings.Contains(entry.node.Content[i+1].Value, "/") {
			return func(s timeline.State) string { return s.Ready }
		}
	}
	return func(s timeline.State) string { return strconv.FormatBool(s.PodReady) }
}
