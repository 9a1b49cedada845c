package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/podclock/podclock/scenario"
)

// simulate is one run of `podclock simulate`.
type simulate struct {
	view

	object   string
	length   length
	timing   choice
	seed     uint64
	replicas int
	noLeap   bool
}

func newSimulate(t terminal) *cobra.Command {
	s := &simulate{view: newView(t), timing: choice{of: []string{"ideal", "kubelet"}}}
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Plays a scenario, or a manifest whose apps are well for ever",
		Long: `Plays a scenario, or a manifest whose apps are well for ever, and prints what
happened, when and why.

The table ends with a summary of each pod. JSON and YAML are one object: timing
and seed, with which the same story can be played again; summary, by pod, with
its times, restarts and kills; expectations, if the scenario has some, with those
that are unmet; and timeline. What a scenario may
say is in "go doc github.com/podclock/podclock/scenario".

The exit status is 0 if every expectation is met, 1 if one is not, and 2 if the
input is no good; then nothing is printed to standard output.`,
		Example: `  podclock simulate examples/slow-start/scenario.yaml
  podclock simulate deployment.yaml --object deploy/web --for 1h --timing kubelet --seed 7
  podclock simulate scenario.yaml -o json
  kubectl get deploy web -o yaml | podclock simulate -`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&s.object, "object", "", "the object to play, as `Kind/name`, if the manifest has several")
	f.Var(&s.length, "for", "how long to play, as 40s, 10m or 2d, whatever the scenario says (default 10m)")
	f.Var(&s.timing, "timing", "how long the kubelet itself takes: ideal (no time) or kubelet (as a real one, by chance)")
	f.Uint64Var(&s.seed, "seed", 0, "decides all that is chance")
	f.IntVar(&s.replicas, "replicas", 0, "how many pods of the object to play")
	s.flags(f)
	f.BoolVar(&s.noLeap, "no-leap", false, "play every single probe: the same result, only later")
	return cmd
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("podclock simulate: %d files given; give one scenario or manifest, or - for standard input",
			len(args))
	}
	return nil
}

// run plays the file. It prints nothing before the input is known to be valid.
func (s *simulate) run(cmd *cobra.Command, file string) error {
	var story *scenario.Scenario
	var err error
	if file == "-" {
		story, err = scenario.ReadFrom("standard input", cmd.InOrStdin(), s.object)
	} else {
		story, err = scenario.Read(file, s.object)
	}
	if err != nil {
		return err
	}
	if err := s.override(cmd, story); err != nil {
		return err
	}
	warn(cmd.ErrOrStderr(), story.Warnings())
	result, err := story.Run()
	if err != nil {
		return err
	}
	unmet := story.Check(result)
	var out bytes.Buffer
	if err := s.render(&out, story, result, unmet); err != nil {
		return err
	}
	if _, err := cmd.OutOrStdout().Write(out.Bytes()); err != nil {
		return fmt.Errorf("podclock simulate: %w", err)
	}
	if unmet != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), unmet)
		return errUnmet
	}
	return nil
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
	o.NoLeap, o.View = s.noLeap, s.lifecycle()
	return nil
}
