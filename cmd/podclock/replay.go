package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/timeline"
)

// replay is one run of `podclock replay`.
type replay struct {
	view
	pod string
}

func newReplay(t terminal) *cobra.Command {
	r := &replay{view: newView(t)}
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Plays what an agent's flight recorder has written, and says what happened and why",
		Example: `  podclock replay /var/log/podclock/*.podclock.jsonl
  podclock replay 00000003.podclock.jsonl --pod default/web -v`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("podclock replay: no file given; give the files of one recording, the oldest first")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd, args) },
	}
	r.flags(cmd.Flags())
	cmd.Flags().StringVar(&r.pod, "pod", "", "show this pod alone: `namespace/name`, or name in namespace default")
	return cmd
}

// run plays the files. A killed agent leaves a file that is cut off; run shows the part that
// it has.
func (r *replay) run(cmd *cobra.Command, paths []string) error {
	player := flight.Player{Pod: r.pod, View: r.lifecycle()}
	if r.pod != "" && !strings.Contains(r.pod, "/") {
		player.Pod = "default/" + r.pod
	}
	var cut []error
	for _, path := range paths {
		err := r.play(&player, path)
		if errors.Is(err, flight.ErrCut) {
			cut = append(cut, err)
		} else if err != nil {
			return err
		}
	}
	log := player.Timeline()
	if log == nil {
		return fmt.Errorf("podclock replay: nothing has happened in %s", what(player.Pod))
	}
	object := struct {
		Timeline *timeline.Timeline `json:"timeline"`
	}{log}
	var out bytes.Buffer
	if r.format().relative { // other formats have the times themselves
		fmt.Fprintf(&out, "+0s is %s\n\n", log.Start().UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	if err := r.write(&out, log, object); err != nil {
		return err
	}
	if _, err := cmd.OutOrStdout().Write(out.Bytes()); err != nil {
		return fmt.Errorf("podclock replay: %w", err)
	}
	if missing := player.Missing(); len(missing) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(),
			"podclock replay: files %v of the recording are not given, or were removed: what happened in them is not shown\n",
			missing)
	}
	for _, err := range cut {
		fmt.Fprintf(cmd.ErrOrStderr(), "%v: what was before it is shown\n", err)
	}
	return nil
}

func what(pod string) string {
	if pod == "" {
		return "the recording"
	}
	return "the recording to a pod " + pod + "; give namespace/name as the recording has it"
}

func (r *replay) play(player *flight.Player, path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: a directory; give its files, as in %s", path, filepath.Join(path, "*.podclock.jsonl"))
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: cannot be opened: %w; give the path of a readable file", path, errors.Unwrap(err))
	}
	defer file.Close()
	if err := player.Play(file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
