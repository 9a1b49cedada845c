package scenario

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/podclock/podclock/timeline"
)

var update = flag.Bool("update", false, "rewrite golden files")

var ruleNumber = regexp.MustCompile(`^[A-Z][0-9]+(, [A-Z][0-9]+)*: `)

// Each story is one file: the rule, a scenario that expects what the rule
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
	told := &archive.Files[1]
	got := tell(t, archive.Files[0].Data, false)
	if diff := cmp.Diff(string(got), string(tell(t, archive.Files[0].Data, true))); diff != "" {
		t.Errorf("%s, probe by probe (-with leaps +without):\n%s", file, diff)
	}
	if *update {
		told.Data = got
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(told.Data), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nif that is right: go test ./scenario -run Stories -update", file, diff)
	}
}

// tell plays a scenario, whose expectations must be met, and returns its table,
// which is the same with every single probe played.
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
	var table bytes.Buffer
	if err := result.Timeline.WriteTable(&table, timeline.Table{}); err != nil {
		t.Fatal(err)
	}
	return table.Bytes()
}
