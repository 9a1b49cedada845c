package timeline

import (
	"io"
	"strings"
)

// WriteEvents prints only the events of the kubelet, one on each line:
//
//	TIME  TYPE     REASON     OBJECT   MESSAGE
//	+31s  Warning  Unhealthy  web/app  Liveness probe failed: …  (x3 until +51s)
//
// OBJECT is the pod, or pod and container. Times are rounded to milliseconds. It is an error
// if the filter drops events.
func (t *Timeline) WriteEvents(w io.Writer) error {
	if err := t.filter.allows(Event); err != nil {
		return err
	}
	lines := [][5]string{{"TIME", "TYPE", "REASON", "OBJECT", "MESSAGE"}}
	names := t.shortNames()
	for r := range t.all() {
		if r.Kind != Event {
			continue
		}
		object := names[r.Pod]
		if r.Container != "" {
			object += "/" + r.Container
		}
		lines = append(lines,
			[5]string{shown(t.start, r.At), r.Type, r.Reason, object, oneLine(r.Message) + r.series(t.start)})
	}
	return writeColumns(w, lines)
}

// writeColumns prints lines with aligned columns.
func writeColumns(w io.Writer, lines [][5]string) error {
	var widths [5]int
	for _, line := range lines {
		for i, cell := range line[:4] {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line[:4] {
			b.WriteString(pad(cell, widths[i]) + "  ")
		}
		b.WriteString(line[4] + "\n")
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}
