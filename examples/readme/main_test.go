package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The README must show exactly this program's code and output.
func TestTheReadmeTellsTheTruth(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := play(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```\n"+out.String()+"```\n") {
		t.Errorf("README.md does not show what examples/readme prints:\n%s", &out)
	}
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "func play(w io.Writer) error {\n")
	for line := range strings.Lines(body) {
		line = strings.TrimPrefix(strings.TrimRight(line, "\n"), "\t")
		if line != "}" && line != "" && !strings.Contains(string(readme), line) {
			t.Errorf("README.md does not show the line of examples/readme:\n%s", line)
		}
	}
}
