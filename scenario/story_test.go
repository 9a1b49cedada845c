package scenario

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/podclock/podclock/timeline"
)

var update = flag.Bool("update", false, "rewrite golden files")

var ruleNumber = regexp.MustCompile(`^[A-Z][0-9]+(, [A-Z][0-9]+)*: `)

// Each story is one file. It has the rule, a scenario that expects what the rule
// says, and the timeline.
func TestStoriesGoAsTheirRulesSay(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) < 70 {
		t.Fatalf("%d stories (%v); want at least 70", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { story(t, file) })
	}
}

func story(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !ruleNumber.Match(archive.Comment) || len(archive.Files) != 2 {
		t.Fatalf("a story begins with its rule and has two files: scenario.yaml and timeline")
	}
	golden := &archive.Files[1]
	got := tell(t, archive.Files[0].Data, false)
	if diff := cmp.Diff(string(got), string(tell(t, archive.Files[0].Data, true))); diff != "" {
		t.Errorf("%s, probe by probe (-with leaps +without):\n%s", file, diff)
	}
	if *update {
		golden.Data = got
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(golden.Data), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nif that is right: go test ./scenario -run Stories -update", file, diff)
	}
}

// tell plays a scenario and returns its table. All its expectations must be met. If
// noLeap is true, it plays every single probe.
func tell(t *testing.T, data []byte, noLeap bool) []byte {
	t.Helper()
	s, err := Parse("scenario.yaml", data, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Expectations() == 0 {
		t.Error("a story expects something")
	}
	s.Options.NoLeap = noLeap
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(result); err != nil {
		t.Error(err)
	}
	checkWords(t, data, result.Timeline)
	var table bytes.Buffer
	if err := result.Timeline.WriteTable(&table, timeline.Table{}); err != nil {
		t.Fatal(err)
	}
	return table.Bytes()
}

// checkWords fails unless an expectation may name every status and reason of a
// story's timeline.
func checkWords(t *testing.T, data []byte, played *timeline.Timeline) {
	t.Helper()
	known := func(word string, words []string) bool {
		return slices.Contains(words, word) || bytes.Contains(data, []byte("reason: "+word))
	}
	for _, r := range played.Records() {
		switch r.Kind {
		case timeline.Event:
			if !known(r.Reason, eventWords) {
				t.Errorf("the event %s, which nobody may expect: add it to eventWords", r.Reason)
			}
		case timeline.Status:
			status := r.State.Status
			if word := strings.TrimPrefix(status, "Init:"); !known(word, statusWords) && !codeStatus.MatchString(status) && !initRatio.MatchString(status) {
				t.Errorf("the STATUS %s, which nobody may expect: add it to reasonWords or statusWords", status)
			}
		}
	}
}
