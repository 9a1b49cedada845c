package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/pflag"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/scenario"
	"github.com/podclock/podclock/timeline"
)

// view has the flags for printing a timeline.
type view struct {
	terminal terminal
	output   choice
	color    choice
	of       choice
	verbose  bool
}

func newView(t terminal) view {
	return view{
		terminal: t,
		output:   choice{is: formats[0].name, of: formatNames()},
		color:    choice{is: "auto", of: []string{"auto", "always", "never"}},
		of: choice{
			is: lifecycle.APIView.String(),
			of: []string{lifecycle.APIView.String(), lifecycle.KubeletView.String()},
		},
	}
}

func (v *view) flags(f *pflag.FlagSet) {
	f.VarP(&v.output, "output", "o", formatUsage())
	f.Var(&v.color, "color", "auto, always or never; NO_COLOR is respected")
	f.Var(&v.of, "view", "whose statuses to show and expect: api (what kubectl shows) or kubelet (its own cache)")
	f.BoolVarP(&v.verbose, "verbose", "v", false, "tell everything in the table, healthy probes too")
}

// lifecycle returns the view that the flags select.
func (v *view) lifecycle() lifecycle.View {
	if v.of.is == lifecycle.KubeletView.String() {
		return lifecycle.KubeletView
	}
	return lifecycle.APIView
}

// format returns the format that the flags select.
func (v *view) format() format {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == v.output.is })
	return formats[i] // the flag accepts no other name
}

// write prints a timeline in the selected format. Formats for programs print the object
// that holds it.
func (v *view) write(w io.Writer, log *timeline.Timeline, object any) error {
	return v.format().write(w, v, log, object)
}

// played is a result for programs, with the timing and seed to play it again.
type played struct {
	File         string                `json:"file"`
	Object       string                `json:"object,omitempty"` // not of a scenario
	Interrupted  bool                  `json:"interrupted,omitempty"`
	Timing       string                `json:"timing"`
	Seed         uint64                `json:"seed"`
	Summary      []scenario.PodSummary `json:"summary"`
	Expectations *expected             `json:"expectations"` // nil if nothing was expected, or checked
	Timeline     *timeline.Timeline    `json:"timeline"`
}

// expected has the outcome of a scenario's expectations.
type expected struct {
	Count int      `json:"count"`
	Unmet []string `json:"unmet"` // as printed to standard error
}

// render prints an outcome. Formats for programs include the expectations that are not met.
func (s *simulate) render(w io.Writer, story *scenario.Scenario, o outcome) error {
	object := s.object(story, o)
	if err := s.write(w, o.result.Timeline, object); err != nil || !s.format().summary {
		return err
	}
	fmt.Fprintln(w) // w is in memory and never fails
	if err := scenario.WriteSummary(w, o.result); err != nil {
		return err
	}
	if story.TimingName != "ideal" {
		fmt.Fprintf(w, "timing %s, seed %d\n", story.TimingName, o.result.Seed)
	}
	switch e := object.Expectations; {
	case e != nil && len(e.Unmet) == 0:
		fmt.Fprintf(w, "all %d expectations are met\n", e.Count)
	case e == nil && story.Object == nil && !o.interrupted:
		fmt.Fprintln(w, "nothing was expected")
	}
	return nil
}

// object returns an outcome for programs. It has no expectations if none was checked.
func (s *simulate) object(story *scenario.Scenario, o outcome) played {
	object := played{
		File: story.File, Interrupted: o.interrupted, Timing: story.TimingName, Seed: o.result.Seed,
		Summary: scenario.Summarize(o.result), Timeline: o.result.Timeline,
	}
	if story.Object != nil {
		object.Object = story.Object.String()
	}
	if n := story.Expectations(); n > 0 && !o.interrupted {
		object.Expectations = &expected{Count: n, Unmet: texts(o.unmet)}
	}
	return object
}

// head prints what stands before a story in the selected format.
func (s *simulate) head(w io.Writer, story *scenario.Scenario, h heading) {
	if separate := s.format().separate; separate != nil {
		separate(w, h, titleOf(story))
	}
}

// titleOf returns the name of a story among those of several files.
func titleOf(story *scenario.Scenario) string {
	if story.Object == nil {
		return story.File
	}
	return story.File + ": " + story.Object.String()
}

// texts returns the texts of the single errors in a joined one. A text may have several
// lines. If err is nil, there are none.
func texts(err error) []string {
	all := []string{}
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case ok:
		for _, e := range joined.Unwrap() {
			all = append(all, texts(e)...)
		}
	case err != nil:
		all = append(all, err.Error())
	}
	return all
}

// table returns the options of a table for the terminal.
func (v *view) table() timeline.Table {
	color := v.color.is == "always" || v.color.is == "auto" && v.terminal.is && !v.terminal.plain
	return timeline.Table{Width: v.terminal.width, Color: color, Verbose: v.verbose}
}
