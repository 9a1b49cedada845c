// Command replay replays recorded kubelet behaviour with podclock and prints the
// differences.
//
//	go run ./conformance/replay -kind prober conformance/testdata/kubelet-traces/prober.jsonl.gz
//
// It explains the first five mismatches. Its last line is "replay: KIND: N scenarios, M
// mismatches". The exit status is 0 if M is 0, 1 if not, and 2 if the arguments or a file
// are invalid.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/podclock/podclock/conformance"
)

const (
	exitMismatch = 1
	exitUsage    = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	kind := flags.String("kind", "", "what the files record: "+strings.Join(conformance.Kinds(), ", "))
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "replay: no corpus: name at least one .jsonl.gz file")
		return exitUsage
	}
	report, err := replay(*kind, flags.Args(), stdout)
	if err != nil {
		fmt.Fprintln(stderr, "replay:", err)
		return exitUsage
	}
	if report.Tolerated > 0 {
		fmt.Fprintf(stdout, "tolerated: %d moments (docs/fidelity.md says which, and how far)\n", report.Tolerated)
	}
	fmt.Fprintln(stdout, report)
	if report.Mismatches > 0 {
		return exitMismatch
	}
	return 0
}

func replay(kind string, paths []string, stdout io.Writer) (conformance.Report, error) {
	corpora := make([]io.Reader, len(paths))
	for i, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return conformance.Report{}, err
		}
		defer file.Close()
		corpora[i] = file
	}
	return conformance.Replay(kind, stdout, corpora...)
}
