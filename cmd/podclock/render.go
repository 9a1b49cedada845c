package main

import (
	"encoding/json"
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/scenario"
	"github.com/podclock/podclock/timeline"
)

// render prints a result in the form that was asked for.
func (s *simulate) render(w io.Writer, story *scenario.Scenario, result *podclock.Result) error {
	switch s.output.is {
	case "events":
		return result.Timeline.WriteEvents(w)
	case "json", "yaml":
		return s.export(w, story, result)
	}
	if err := result.Timeline.WriteTable(w, s.table()); err != nil {
		return err
	}
	fmt.Fprintln(w) // to memory, which takes everything
	if err := scenario.WriteSummary(w, result); err != nil {
		return err
	}
	if story.TimingName != "ideal" {
		fmt.Fprintf(w, "timing %s, seed %d\n", story.TimingName, result.Seed)
	}
	return nil
}

// table is how the terminal wants its table.
func (s *simulate) table() timeline.Table {
	color := s.color.is == "always" || s.color.is == "auto" && s.terminal.is && !s.terminal.plain
	return timeline.Table{Width: s.terminal.width, Color: color, Verbose: s.verbose}
}

// export prints the timeline for machines, with what it takes to play it again.
func (s *simulate) export(w io.Writer, story *scenario.Scenario, result *podclock.Result) error {
	object := struct {
		Timing   string             `json:"timing"`
		Seed     uint64             `json:"seed"`
		Timeline *timeline.Timeline `json:"timeline"`
	}{story.TimingName, result.Seed, result.Timeline}
	if s.output.is == "yaml" {
		out, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		_, err = w.Write(out)
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(object)
}
