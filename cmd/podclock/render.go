package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/pflag"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/scenario"
	"github.com/podclock/podclock/timeline"
)

// view is how a timeline is printed.
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

// lifecycle is whose statuses were asked for.
func (v *view) lifecycle() lifecycle.View {
	if v.of.is == lifecycle.KubeletView.String() {
		return lifecycle.KubeletView
	}
	return lifecycle.APIView
}

// format is the one that was asked for.
func (v *view) format() format {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == v.output.is })
	return formats[i] // its flag takes no other name
}

// write prints a timeline in the form that was asked for; for machines, the
// object that holds it.
func (v *view) write(w io.Writer, log *timeline.Timeline, object any) error {
	return v.format().write(w, v, log, object)
}

// played is a result for machines, with what it takes to play it again.
type played struct {
	Timing       string                `json:"timing"`
	Seed         uint64                `json:"seed"`
	Summary      []scenario.PodSummary `json:"summary"`
	Expectations *expected             `json:"expectations,omitempty"`
	Timeline     *timeline.Timeline    `json:"timeline"`
}

// expected is what came of the expectations of a scenario that has some.
type expected struct {
	Count int      `json:"count"`
	Unmet []string `json:"unmet"` // as they are printed to standard error
}

// render prints a result, and what of the expectations was not met where it is
// not for standard error alone.
func (s *simulate) render(w io.Writer, story *scenario.Scenario, result *podclock.Result, unmet error) error {
	object := played{Timing: story.TimingName, Seed: result.Seed, Summary: scenario.Summarize(result),
		Timeline: result.Timeline}
	if n := story.Expectations(); n > 0 {
		object.Expectations = &expected{Count: n, Unmet: []string{}}
		if unmet != nil {
			object.Expectations.Unmet = texts(unmet)
		}
	}
	if err := s.write(w, result.Timeline, object); err != nil || !s.format().summary {
		return err
	}
	fmt.Fprintln(w) // to memory, which takes everything
	if err := scenario.WriteSummary(w, result); err != nil {
		return err
	}
	if story.TimingName != "ideal" {
		fmt.Fprintf(w, "timing %s, seed %d\n", story.TimingName, result.Seed)
	}
	if n := story.Expectations(); n > 0 && unmet == nil {
		fmt.Fprintf(w, "all %d expectations are met\n", n)
	}
	return nil
}

// texts are those of the single errors in a joined one. A text may be of several
// lines.
func texts(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var all []string
	for _, e := range joined.Unwrap() {
		all = append(all, texts(e)...)
	}
	return all
}

// table is how the terminal wants its table.
func (v *view) table() timeline.Table {
	color := v.color.is == "always" || v.color.is == "auto" && v.terminal.is && !v.terminal.plain
	return timeline.Table{Width: v.terminal.width, Color: color, Verbose: v.verbose}
}
