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

// The exit statuses besides 0.
const (
	exitUnmet    = 1 // an expectation is not met, or a probe fails
	exitBadInput = 2
	// exitInterrupted is what shells show of a program that Ctrl-C has ended.
	exitInterrupted = 130
)

func main() {
	os.Exit(run(os.Args[1:], terminalOf(os.Stdout), os.Stdout, os.Stderr))
}

// terminal describes the destination of standard output.
type terminal struct {
	is    bool // it is a terminal
	width int  // in columns; 0 if unknown
	// plain says that the user wants no colours in any program (NO_COLOR).
	plain bool
}

func terminalOf(f *os.File) terminal {
	t := terminal{is: term.IsTerminal(int(f.Fd())), plain: os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"}
	if t.is {
		t.width, _, _ = term.GetSize(int(f.Fd())) // 0 after an error
	}
	return t
}

// errUnmet says that expectations are not met. They are already printed.
var errUnmet = errors.New("expectations were not met")

// errInterrupted says that Ctrl-C has ended a story.
var errInterrupted = errors.New("interrupted")

// run runs the command without touching the process, and returns its exit status.
func run(args []string, t terminal, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "podclock",
		Short:         "Plays Kubernetes pods against the kubelet's rules in virtual time, and runs their real probes",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// in letters, from a mistyped word to the suggested command
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
	case errors.Is(err, errInterrupted):
		fmt.Fprintln(stderr, err)
		return exitInterrupted
	default:
		fmt.Fprintln(stderr, err)
		return exitBadInput
	}
}

// noCommand returns the error for an argument that is no command. Most often it is the
// file for one.
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

// warn prints the warnings about manifests, each once.
func warn(w io.Writer, warnings []*scenario.Error) {
	said := map[string]bool{}
	for _, e := range warnings {
		line := fmt.Sprintf("%s:%d: warning: %s", e.File, e.Line, e.Msg)
		if !said[line] {
			fmt.Fprintln(w, line)
		}
		said[line] = true
	}
}
