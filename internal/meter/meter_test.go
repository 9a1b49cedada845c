package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// want has the figures of testdata/tree, counted by hand, without its tests and nested
// modules.
const want = `
| package | lines | functions | median | p90 | largest | most methods | exported | documented | comments | files > 300 | lines > 120 |
|---|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|
| . | 21 | 3 | 1 | 3 | 3 | T 2 | 6 | 50 % | 19 % | 0 | 0 |
| sub | 3 | 0 | 0 | 0 | 0 | - | 0 | - | 0 % | 0 | 1 |
| all | 24 | 3 | 1 | 3 | 3 | T 2 | 6 | 50 % | 17 % | 0 | 1 |
`

func TestTheFiguresOfATree(t *testing.T) {
	var b strings.Builder
	if err := run(&b, "testdata/tree"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), b.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAFolderThatIsMissingIsAnError(t *testing.T) {
	if err := run(&strings.Builder{}, "testdata/none"); err == nil || !strings.Contains(err.Error(), "testdata/none") {
		t.Errorf("got %v, which does not name the folder", err)
	}
}
