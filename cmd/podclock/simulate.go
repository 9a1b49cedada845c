package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/scenario"
)

// simulate is one run of `podclock simulate`.
type simulate struct {
	view

	files    []string
	choice   scenario.Choice
	length   length
	timing   choice
	seed     uint64
	replicas int
	explain  bool
	noLeap   bool
}

func newSimulate(t terminal) *cobra.Command {
	s := &simulate{view: newView(t), timing: choice{of: []string{"ideal", "kubelet"}}}
	cmd := &cobra.Command{
		Use:   "simulate FILE...",
		Short: "Plays scenarios, and manifests whose apps are well for ever",
		Long: `Plays scenarios, and manifests whose apps are well for ever, and prints what
happened, when and why.

A FILE is a scenario or a manifest, a directory with some, a glob in quotes, or -,
standard input. Of a manifest every workload is played, or those that --object and
--namespace choose. Each is a story of its own, with the others not there. What a
scenario among the files plays is not played alone. Files without a pod are skipped
if another has one.

The table ends with a summary of each pod. JSON and YAML are one object a story:
file and object; timing and seed, with which the same story can be played again;
summary, by pod, with its times, restarts and kills; expectations, with those that
are unmet, or null if nothing was expected; and timeline. What a scenario may say is
in "go doc github.com/podclock/podclock/scenario".

Ctrl-C ends the story that is played, and prints what there is of it.

The exit status is 0 if every expectation is met, 1 if one is not, 2 if the input
is no good, and 130 after Ctrl-C. With 2 nothing is printed to standard output, but
the stories before one that cannot go on.`,
		Example: `  podclock simulate examples/slow-start/scenario.yaml
  podclock simulate deployment.yaml --object deploy/web --for 1h --timing kubelet --seed 7
  podclock simulate scenario.yaml -o json
  podclock simulate -f manifests/ -f 'more/*.yaml' --namespace shop
  kubectl get deploy web -o yaml | podclock simulate -`,
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, append(args, s.files...)) },
	}
	f := cmd.Flags()
	f.StringArrayVarP(&s.files, "file", "f", nil, "a `FILE` to play, as an argument is; may be given several times")
	f.StringVar(&s.choice.Object, "object", "", "play this object alone, given as `Kind/name`")
	f.StringVarP(&s.choice.Namespace, "namespace", "n", "", "play the objects of this `namespace` alone")
	f.Var(&s.length, "for", "how long to play, as 40s, 10m or 2d, whatever the scenario says (default 10m)")
	f.Var(&s.timing, "timing", "how long the kubelet itself takes: ideal (no time) or kubelet (as a real one, by chance)")
	f.Uint64Var(&s.seed, "seed", 0, "decides all that is chance")
	f.IntVar(&s.replicas, "replicas", 0, "how many pods of the object to play")
	s.flags(f)
	f.BoolVar(&s.explain, "explain", false, "tell along the way what each pod waits for, and until when at most")
	f.BoolVar(&s.noLeap, "no-leap", false, "play every single probe: the same result, only later")
	return cmd
}

// run plays all that is chosen of the files. It prints nothing before all of it is known
// to be valid.
func (s *simulate) run(cmd *cobra.Command, args []string) error {
	stories, err := s.load(cmd, args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // a second Ctrl-C ends the process as it is
	met := true
	for i, story := range stories {
		o, err := s.play(ctx, cmd, story, heading{of: len(stories), index: i})
		if err != nil {
			return err
		}
		met = met && o.unmet == nil
	}
	if !met {
		return errUnmet
	}
	return nil
}

// load reads the files and says what is to be known before they are played.
func (s *simulate) load(cmd *cobra.Command, args []string) ([]*scenario.Scenario, error) {
	if len(args) == 0 {
		return nil, errors.New("podclock simulate: no file given; give scenarios or manifests, or - for standard input")
	}
	files, err := filesOf(args)
	if err != nil {
		return nil, fmt.Errorf("podclock simulate: %w", err)
	}
	in := input{stdin: cmd.InOrStdin(), choice: s.choice}
	stories, without, err := in.stories(files)
	if err != nil {
		return nil, err
	}
	var warnings []*scenario.Error
	for _, story := range stories {
		if err := s.override(cmd, story); err != nil {
			return nil, err
		}
		warnings = append(warnings, story.Warnings()...)
	}
	warn(cmd.ErrOrStderr(), warnings)
	if len(without) > 0 && s.choice == (scenario.Choice{}) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: warning: no pod in it; skipped\n", strings.Join(without, ", "))
	}
	return stories, nil
}

// outcome is what a story has come to.
type outcome struct {
	result *podclock.Result
	// unmet has the expectations that are not met. If nil, all are, or none is checked.
	unmet error
	// interrupted says that the story was ended before its end.
	interrupted bool
}

// play plays one story and prints it. If it is interrupted, it prints what there is and
// returns errInterrupted.
func (s *simulate) play(ctx context.Context, cmd *cobra.Command, story *scenario.Scenario, h heading) (outcome, error) {
	result, err := story.RunContext(ctx)
	if result == nil {
		return outcome{}, err
	}
	o := outcome{result: result, interrupted: err != nil}
	if !o.interrupted {
		o.unmet = story.Check(result)
	}
	var out bytes.Buffer
	s.head(&out, story, h)
	if err := s.render(&out, story, o); err != nil {
		return o, err
	}
	if _, err := cmd.OutOrStdout().Write(out.Bytes()); err != nil {
		return o, fmt.Errorf("podclock simulate: %w", err)
	}
	if o.interrupted {
		return o, fmt.Errorf("podclock simulate: %s: %w at +%s: what was to come is not played, and nothing expected of it",
			titleOf(story), errInterrupted, result.End.Sub(result.Start))
	}
	if o.unmet != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), o.unmet)
	}
	return o, nil
}

// override replaces options of the scenario by those of the flags.
func (s *simulate) override(cmd *cobra.Command, story *scenario.Scenario) error {
	flags := cmd.Flags()
	o := &story.Options
	if flags.Changed("for") {
		o.For = time.Duration(s.length)
	}
	if flags.Changed("replicas") {
		if err := story.SetReplicas(s.replicas); err != nil {
			return fmt.Errorf("podclock simulate: --replicas: %w", err)
		}
	}
	if flags.Changed("timing") {
		story.SetTiming(s.timing.is)
	}
	if flags.Changed("seed") {
		o.Seed = s.seed
	}
	if flags.Changed("no-leap") {
		o.NoLeap = s.noLeap
	}
	o.Explain, o.View = s.explain, s.lifecycle()
	return nil
}
