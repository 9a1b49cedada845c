package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/podclock/podclock/scenario"
)

// Exit statuses.
const (
	exitUnmet    = 1 // or a probe that fails
	exitBadInput = 2
)

func main() {
	os.Exit(run(os.Args[1:], terminalOf(os.Stdout), os.Stdout, os.Stderr))
}

// terminal is what is known of where standard output goes.
type terminal struct {
	is    bool
	width int // in columns; 0: unknown
	// plain: the user wants no colours anywhere (NO_COLOR).
	plain bool
}

func terminalOf(f *os.File) terminal {
	t := terminal{is: term.IsTerminal(int(f.Fd())), plain: os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"}
	if t.is {
		t.width, _, _ = term.GetSize(int(f.Fd())) // unknown is 0
	}
	return t
}

// errUnmet says that expectations were not met; they are printed already.
var errUnmet = errors.New("expectations were not met")

// run is the whole command but for the process around it.
func run(args []string, t terminal, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "podclock",
		Short:         "Plays Kubernetes pods against the kubelet's rules in virtual time, and runs their real probes",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// of letters: how near a word is to the command it is taken for
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(newSimulate(t), newReplay(t), newProbe(), newVersion())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := root.Execute(); {
	case err == nil:
		return 0
	case errors.Is(err, errUnmet), errors.Is(err, errFailing):
		return exitUnmet
	default:
		fmt.Fprintln(stderr, err)
		return exitBadInput
	}
}

// noCommand words the error for a word that is no command; most often it is the
// file of one.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cure := "give a command first, as in podclock simulate " + args[0]
	if _, err := os.Stat(args[0]); err != nil {
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			cure = "did you mean " + strings.Join(near, " or ") + "?"
		} else {
			cure = "see podclock --help"
		}
	}
	return fmt.Errorf("podclock: %q is no command; %s", args[0], cure)
}

// warn prints what of the manifests can never work.
func warn(w io.Writer, warnings []*scenario.Error) {
	for _, e := range warnings {
		fmt.Fprintf(w, "%s:%d: warning: %s\n", e.File, e.Line, e.Msg)
	}
}
