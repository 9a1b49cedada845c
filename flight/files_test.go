package flight_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/podclock/podclock/flight"
)

func TestADiskThatIsFullForAWhileLosesNothingElse(t *testing.T) {
	o := flight.Options{Dir: t.TempDir(), MaxTotal: 100 << 20}
	r := newRecorder(t, o)
	n := newNode(t, r, "1")
	n.liveUntil(time.Minute)
	undo, err := flight.Break(r)
	if err != nil {
		t.Fatal(err)
	}
	n.liveUntil(3 * time.Minute)
	if err := r.Err(); err == nil {
		t.Error("the recorder says nothing")
	}
	undo()
	n.liveUntil(10 * time.Minute)
	files := filesIn(t, o.Dir)
	if len(files) != 2 {
		t.Fatalf("%d files, want one from before and one from after", len(files))
	}
	var p flight.Player
	log := played(t, &p, files...)
	if end := log.End(); end.Before(start.Add(9 * time.Minute)) {
		t.Errorf("the recording ends at %v", end.Sub(start))
	}
}

func TestAClosedRecorderBeginsNoFile(t *testing.T) {
	o := flight.Options{Dir: t.TempDir(), MaxBytes: 1, MaxTotal: 1 << 30}
	r := newRecorder(t, o)
	n := newNode(t, r, "1")
	n.liveUntil(time.Minute)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	before := len(filesIn(t, o.Dir))
	n.liveUntil(2 * time.Minute)
	if after := len(filesIn(t, o.Dir)); after != before {
		t.Errorf("%d files have become %d", before, after)
	}
}

func TestOneRecorderAtATimeHasADirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the second one waits for a while
		o := flight.Options{Dir: t.TempDir()}
		first := newRecorder(t, o)
		if _, err := flight.NewRecorder(o); err == nil || !strings.Contains(err.Error(), "somebody else has it") {
			t.Errorf("a second recorder: %v; want an error that says why not", err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		newRecorder(t, o)
	})
}

// Agents that are recorded often crash.
func TestManyShortRecordingsAreKept(t *testing.T) {
	o := flight.Options{Dir: t.TempDir()}
	for range 10 {
		if err := newRecorder(t, o).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if files := filesIn(t, o.Dir); len(files) != 10 {
		t.Errorf("%d files are kept; want 10", len(files))
	}
}

// Nothing is known of the time of a missing file.
func TestMissingFilesAreNamed(t *testing.T) {
	o := flight.Options{Dir: t.TempDir()}
	for range 6 {
		if err := newRecorder(t, o).Close(); err != nil {
			t.Fatal(err)
		}
	}
	files := filesIn(t, o.Dir)
	for _, test := range []struct {
		play, want []int
	}{
		{[]int{1, 2, 3}, nil},
		{[]int{3, 4}, []int{1, 2}},
		{[]int{2, 5, 6}, []int{1, 3, 4}},
	} {
		var p flight.Player
		for _, n := range test.play {
			played(t, &p, files[n-1])
		}
		if got := p.Missing(); !slices.Equal(got, test.want) {
			t.Errorf("played %v: %v are missing; want %v", test.play, got, test.want)
		}
	}
}

func TestFilesOfOthersAreLeftAlone(t *testing.T) {
	o := flight.Options{Dir: t.TempDir(), MaxTotal: 1}
	for _, name := range []string{"00000007.podclock.jsonl", "0notes.podclock.jsonl", "9.podclock.jsonl", "00000008.txt"} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newRecorder(t, o)
	names, err := filepath.Glob(filepath.Join(o.Dir, "*"))
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	want := []string{".lock", "00000008.podclock.jsonl", "00000008.txt", "0notes.podclock.jsonl", "9.podclock.jsonl"}
	if diff := cmp.Diff(want, names); err != nil || diff != "" {
		t.Errorf("%v, files (-want +got)\n%s", err, diff)
	}
}

func TestAFileThatCannotBeRemovedStaysAndTheRecordingGoesOn(t *testing.T) {
	o := flight.Options{Dir: t.TempDir(), MaxBytes: 10_000, MaxTotal: 1}
	r := newRecorder(t, o)
	stays := filepath.Join(o.Dir, "00000000.podclock.jsonl", "file")
	if err := os.MkdirAll(stays, 0o700); err != nil {
		t.Fatal(err)
	}
	n := newNode(t, r, "1")
	n.liveUntil(10 * time.Minute)
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "00000000") {
		t.Errorf("the recorder says %v; want what cannot be removed", err)
	}
	last := filepath.Join(o.Dir, "00000009.podclock.jsonl")
	left, err := filepath.Glob(filepath.Join(o.Dir, "*.jsonl"))
	if err != nil || len(left) != 2 || left[1] >= last {
		t.Errorf("%v, %v; want the one that cannot be removed and the present one, below %s", left, err, last)
	}
	data, err := os.ReadFile(left[1])
	if err != nil {
		t.Fatal(err)
	}
	var p flight.Player
	if end := played(t, &p, data).End(); end.Before(start.Add(9 * time.Minute)) {
		t.Errorf("the recording ends at %v", end.Sub(start))
	}
}
