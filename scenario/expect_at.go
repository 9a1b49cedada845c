package scenario

import (
	"strconv"
	"strings"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// at are columns at instants of the story.
func (e *expecting) at(v value) {
	v.entries(func(key string, line int, entry value) {
		at, problem := parseDuration(key)
		if problem != "" {
			v.p.addf(line, "%s: %s", v.path, problem)
			return
		}
		column := func(of func(timeline.State) string, read func(value) string) fieldReader {
			return func(v value) {
				want := read(v)
				e.add(v, want, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
					state, ok := t.StateAt(at)
					if !ok {
						return "no status yet", false
					}
					return of(state), of(state) == want
				})
			}
		}
		known := map[string]fieldReader{
			"phase":  column(func(s timeline.State) string { return string(s.Phase) }, func(v value) string { return v.oneOf(phases...) }),
			"status": column(func(s timeline.State) string { return s.Status }, value.text),
			"ready":  column(readyColumn(entry), value.text),
			"restarts": column(func(s timeline.State) string {
				n := int32(0)
				for _, c := range s.Containers {
					n += c.Restarts
				}
				return strconv.Itoa(int(n))
			}, value.text),
		}
		e.statusFields(statusAt(at), known)
		entry.fields(known)
	})
}

// readyColumn compares with the condition Ready if that is what the file
// says, else with the READY column.
func readyColumn(entry value) func(timeline.State) string {
	for i := 0; i+1 < len(entry.node.Content); i += 2 {
		if entry.node.Content[i].Value == "ready" && strings.Contains(entry.node.Content[i+1].Value, "/") {
			return func(s timeline.State) string { return s.Ready }
		}
	}
	return func(s timeline.State) string { return strconv.FormatBool(s.PodReady) }
}
