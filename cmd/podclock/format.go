package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podclock/podclock/timeline"
)

// format is a format of output.
type format struct {
	name string
	// relative says that times are offsets from a start that the output does not name.
	relative bool
	// summary says that a summary in text follows the timeline. Other formats have it in
	// their object, or not at all.
	summary bool
	// separate prints what stands between the stories of several files. If nil, nothing
	// does.
	separate func(w io.Writer, h heading, name string)
	// write prints a timeline. Formats for programs print the object that holds it.
	write func(w io.Writer, v *view, log *timeline.Timeline, object any) error
}

// formats lists all formats. The first one is the default.
var formats = []format{
	{
		name: "table", relative: true, summary: true, separate: titled,
		write: func(w io.Writer, v *view, log *timeline.Timeline, _ any) error { return log.WriteTable(w, v.table()) },
	},
	{
		name: "events", relative: true, separate: titled,
		write: func(w io.Writer, _ *view, log *timeline.Timeline, _ any) error { return log.WriteEvents(w) },
	},
	{
		name:  "statuses",
		write: func(w io.Writer, _ *view, log *timeline.Timeline, _ any) error { return log.WriteStatuses(w) },
	},
	{name: "json", write: func(w io.Writer, _ *view, _ *timeline.Timeline, object any) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(object)
	}},
	{name: "yaml", separate: marked, write: func(w io.Writer, _ *view, _ *timeline.Timeline, object any) error {
		out, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	}},
}

// heading is the place of a story among all that are printed.
type heading struct{ index, of int }

// titled prints the name of a story above it, if there are several.
func titled(w io.Writer, h heading, name string) {
	if h.index > 0 {
		fmt.Fprintln(w)
	}
	if h.of > 1 {
		fmt.Fprintf(w, "== %s\n", name)
	}
}

// marked prints the marker of YAML between two documents.
func marked(w io.Writer, h heading, _ string) {
	if h.index > 0 {
		fmt.Fprintln(w, "---")
	}
}

func formatNames() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// formatUsage lists the formats for a usage text, as in "table, events, json or yaml".
func formatUsage() string {
	names := formatNames()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
