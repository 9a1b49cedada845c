package main

import (
	"errors"
	"fmt"
	"io"
	"os"

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
		SilenceErrors: true,
		SilenceUsage:  true,
	}
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

// warn prints what of the manifests can never work.
func warn(w io.Writer, warnings []*scenario.Error) {
	for _, e := range warnings {
		fmt.Fprintf(w, "%s:%d: warning: %s\n", e.File, e.Line, e.Msg)
	}
}
