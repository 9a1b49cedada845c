package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"podclock": main})
}

// leakless runs the tests and fails if they leave goroutines behind.
type leakless struct{ m *testing.M }

// Run runs the tests.
func (l leakless) Run() int {
	status := l.m.Run()
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// Each script has the arguments, the input and the output of some commands.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "expand": expand, "record": record, "truncate": truncate},
		Setup: func(env *testscript.Env) error {
			root, err := filepath.Abs("../..")
			env.Setenv("EXAMPLES", filepath.Join(root, "examples"))
			return err
		},
	})
}

// Every example must meet its expectations and print the output that is stored beside it.
func TestExamplesGiveTheirTimelines(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/scenario.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d examples (%v); want at least 10", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			got := simulated(t, file)
			golden := filepath.Join(filepath.Dir(file), "timeline.txt")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if line, g, w := firstDifference(string(got), string(want)); line > 0 {
				t.Errorf("%s:%d: differs\n got %q\nwant %q\nif that is right: go test ./cmd/podclock -update", golden, line, g, w)
			}
		})
	}
}

// Leaping over equal probes must not change a byte of the output.
func TestExamplesGiveTheSameWithoutLeaping(t *testing.T) {
	files, _ := filepath.Glob("../../examples/*/scenario.yaml")
	for _, file := range files {
		leaping, probing := simulated(t, file, "-v"), simulated(t, file, "-v", "--no-leap")
		if line, got, want := firstDifference(string(leaping), string(probing)); line > 0 {
			t.Errorf("%s: line %d with leaping\n%q\nand without\n%q", file, line, got, want)
		}
	}
}

// simulated returns the output of `podclock simulate`, which must succeed.
func simulated(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(append([]string{"simulate"}, args...), terminal{}, &stdout, &stderr); status != 0 {
		t.Errorf("exit status %d:\n%s", status, &stderr)
	}
	return stdout.Bytes()
}

// firstDifference returns the number of the first line that differs, from 1. If none
// does, it returns 0.
func firstDifference(a, b string) (line int, inA, inB string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(as), len(bs)) {
		inA, inB = lineAt(as, i), lineAt(bs, i)
		if inA != inB {
			return i + 1, inA, inB
		}
	}
	return 0, "", ""
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

func TestColoursAreForTerminalsAndForThoseWhoAskForThem(t *testing.T) {
	for _, c := range []struct {
		what string
		args []string
		term terminal
		want bool
	}{
		{"a pipe", nil, terminal{}, false},
		{"a terminal", nil, terminal{is: true}, true},
		{"a terminal under NO_COLOR", nil, terminal{is: true, plain: true}, false},
		{"a terminal, never", []string{"--color", "never"}, terminal{is: true}, false},
		{"a pipe, always", []string{"--color=always"}, terminal{plain: true}, true},
	} {
		var stdout, stderr bytes.Buffer
		args := append([]string{"simulate", "../../examples/crash-loop/scenario.yaml"}, c.args...)
		if status := run(args, c.term, &stdout, &stderr); status != 0 {
			t.Fatalf("%s: exit status %d: %s", c.what, status, &stderr)
		}
		if got := strings.Contains(stdout.String(), "\x1b["); got != c.want {
			t.Errorf("%s: colours %v; want %v", c.what, got, c.want)
		}
	}
}

func TestTheTableFitsTheTerminal(t *testing.T) {
	var stdout, stderr bytes.Buffer
	run([]string{"simulate", "../../examples/slow-start/scenario.yaml"}, terminal{is: true, width: 100, plain: true}, &stdout, &stderr)
	table, _, _ := strings.Cut(stdout.String(), "\n\n")
	for _, line := range strings.Split(table, "\n") {
		if len(line) > 100 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}
