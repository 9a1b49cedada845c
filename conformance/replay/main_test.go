package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus writes a gzip'd file of validate records.
func corpus(t *testing.T, lines string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(lines)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "corpus.jsonl.gz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// noContainers is a record that says that an empty pod is valid.
const noContainers = `{"id":1,"pod":{},"defaulted":{"metadata":{},"spec":{"containers":null,"restartPolicy":"Always","terminationGracePeriodSeconds":30},"status":{}},"errors":[],"otherErrors":0}` + "\n"

func TestTheExitStatusTellsTheOutcome(t *testing.T) {
	cases := []struct {
		reason string
		args   []string
		status int
		stdout string // the last line of it
		stderr string // a part of it
	}{
		{"an empty corpus agrees", []string{"-kind", "validate", corpus(t, "")}, 0, "replay: validate: 0 scenarios, 0 mismatches", ""},
		{"a mismatch", []string{"-kind", "validate", corpus(t, noContainers)}, 1, "replay: validate: 1 scenarios, 1 mismatches", ""},
		{"files add up", []string{"-kind", "validate", corpus(t, noContainers), corpus(t, noContainers)}, 1, "replay: validate: 2 scenarios, 2 mismatches", ""},
		{"no kind", []string{corpus(t, "")}, 2, "", "unknown kind"},
		{"no file", []string{"-kind", "validate"}, 2, "", "no corpus"},
		{"a missing file", []string{"-kind", "validate", "nowhere.gz"}, 2, "", "nowhere.gz"},
		{"a broken record", []string{"-kind", "validate", corpus(t, "{\n")}, 2, "", "record 1"},
		{"an unknown flag", []string{"-speed"}, 2, "", "-speed"},
	}
	for _, c := range cases {
		var stdout, stderr strings.Builder
		status := run(c.args, &stdout, &stderr)
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		if status != c.status || lines[len(lines)-1] != c.stdout || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%s: status %d, want %d\nstdout %q\nstderr %q", c.reason, status, c.status, stdout.String(), stderr.String())
		}
	}
}

func TestAMismatchIsExplainedAboveTheCount(t *testing.T) {
	var stdout, stderr strings.Builder
	run([]string{"-kind", "validate", corpus(t, strings.Repeat(noContainers, 7))}, &stdout, &stderr)
	if n := strings.Count(stdout.String(), "spec.containers: Required value"); n != 5 {
		t.Errorf("%d explanations, want the first five:\n%s", n, stdout.String())
	}
}
