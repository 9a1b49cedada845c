package flight_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/timeline"
)

func newRecorder(t testing.TB, o flight.Options) *flight.Recorder {
	t.Helper()
	r, err := flight.NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// filesIn returns the files of a recording, oldest first.
func filesIn(t testing.TB, dir string) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.podclock.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	var files [][]byte
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	return files
}

func played(t testing.TB, p *flight.Player, files ...[]byte) *timeline.Timeline {
	t.Helper()
	for i, f := range files {
		if err := p.Play(bytes.NewReader(f)); err != nil {
			t.Fatalf("file %d: %v", i, err)
		}
	}
	return p.Timeline()
}

// table returns all of a timeline as text, except for where it begins.
func table(t testing.TB, log *timeline.Timeline) string {
	t.Helper()
	var b strings.Builder
	if err := log.WriteTable(&b, timeline.Table{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestARecordingPlayedAgainShowsTheSame(t *testing.T) {
	for name, o := range map[string]flight.Options{
		"one file":   {},
		"many files": {MaxBytes: 10_000, MaxTotal: 1 << 30},
	} {
		o.Dir = t.TempDir()
		r := newRecorder(t, o)
		n := newNode(t, r, "1")
		n.liveUntil(20 * time.Minute)
		if err := errors.Join(r.Err(), r.Close()); err != nil {
			t.Fatal(err)
		}
		files := filesIn(t, o.Dir)
		if many := len(files) > 1; many != (o.MaxBytes > 0) {
			t.Errorf("%s: %d files", name, len(files))
		}
		if diff := cmp.Diff(table(t, n.log), table(t, played(t, &flight.Player{}, files...))); diff != "" {
			t.Errorf("%s: (-recorded +played)\n%s", name, diff)
		}
	}
}

func TestEachFileCanBePlayedAlone(t *testing.T) {
	o := flight.Options{Dir: t.TempDir(), MaxBytes: 10_000, MaxTotal: 38_000}
	r := newRecorder(t, o)
	one, two := newNode(t, r, "1"), newNode(t, r, "2")
	for d := time.Minute; d <= 20*time.Minute; d += time.Minute {
		one.liveUntil(d)
		two.liveUntil(d)
	}
	files := filesIn(t, o.Dir)
	if len(files) != 3 {
		t.Errorf("%d files are kept, want 3 of little over %d bytes in %d", len(files), o.MaxBytes, o.MaxTotal)
	}
	all := n(table(t, played(t, &flight.Player{}, files...)))
	for i, f := range files {
		log := played(t, &flight.Player{Pod: "default/web-2"}, f)
		if pods := log.Pods(); len(pods) != 1 || pods[0] != "default/web-2" {
			t.Errorf("file %d shows the pods %v", i, pods)
		}
		if n(table(t, log)) == 0 || n(table(t, log)) >= all {
			t.Errorf("file %d alone shows %d lines, all show %d", i, n(table(t, log)), all)
		}
	}
}

func n(text string) int { return strings.Count(text, "\n") }

func TestARecordingThatIsCutOffIsPlayedUpToThere(t *testing.T) {
	o := flight.Options{Dir: t.TempDir()}
	r := newRecorder(t, o)
	newNode(t, r, "1").liveUntil(time.Minute)
	whole := filesIn(t, o.Dir)[0]
	p := &flight.Player{}
	if err := p.Play(bytes.NewReader(nil)); !errors.Is(err, flight.ErrCut) {
		t.Errorf("a file that was begun, and no more: %v", err)
	}
	if err := p.Play(bytes.NewReader(whole[:len(whole)-3])); !errors.Is(err, flight.ErrCut) {
		t.Errorf("a cut line: %v", err)
	}
	if got, want := p.Timeline().Len(), played(t, &flight.Player{}, whole).Len(); got == 0 || got > want {
		t.Errorf("%d records of %d", got, want)
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	o := flight.Options{Dir: t.TempDir()}
	r := newRecorder(t, o)
	newNode(t, r, "1").liveUntil(time.Minute)
	lines := bytes.SplitAfter(filesIn(t, o.Dir)[0], []byte("\n"))
	join := func(lines ...[]byte) string { return string(bytes.Join(lines, nil)) }
	chance := bytes.ReplaceAll(join2(lines), []byte(`"draws":["r`), []byte(`"draws":["l`))
	for name, c := range map[string]struct{ file, want string }{
		"nothing":                 {"", "there is nothing in it"},
		"something else":          {"kind: Pod\n", "line 1: byte 1 of 9: invalid character 'k' looking for beginning of value: is it a recording"},
		"no header":               {join(lines[1:]...), "line 1: no header"},
		"another version":         {strings.Replace(join(lines...), `"version":1`, `"version":9`, 1), "version 9: this release plays 1 alone"},
		"no snapshot":             {join(lines[0], lines[2]), `line 2: a step of the pod with UID "1", of which there is no snapshot`},
		"an empty line":           {join(lines[0], []byte("{}\n")), "line 2: an empty line"},
		"a typo":                  {strings.Replace(join(lines...), `"at"`, `"att"`, 1), `unknown field "att"`},
		"another event":           {strings.Replace(join(lines...), "ImageInspected", "ImageSeen", 1), `"ImageSeen"`},
		"another chance":          {string(chance), "the machine does not do what it did"},
		"a chance that goes back": {regexp.MustCompile(`"l\d+"`).ReplaceAllString(join(lines...), `"l-9"`), "the machine does not do what it did"},
		"another container": {strings.Replace(join(lines...), `"container":0,"probe"`, `"container":83,"probe"`, 1),
			"ProbeFinished: container 83: must be between 0 and 0, as the pod has 1 containers"},
		"an event without its pod":   {strings.Replace(join(lines...), `"type":"ImageInspected"`, `"type":"PodUpdated"`, 1), "PodUpdated without its Template"},
		"a file number out of range": {strings.Replace(join(lines...), `"file":1`, `"file":9223372036854775807`, 1), "a recording has at most 1000000"},
		"a broken pod":               {strings.Replace(join(lines...), `"name":"app"`, `"name":"App"`, 1), "line 2: lifecycle: snapshot: "},
	} {
		err := (&flight.Player{}).Play(strings.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func join2(lines [][]byte) []byte { return bytes.Join(lines, nil) }

func TestWhatCannotBeWrittenIsToldAndTheMachineGoesOn(t *testing.T) {
	o := flight.Options{Dir: t.TempDir()}
	r := newRecorder(t, o)
	n := newNode(t, r, "1")
	n.liveUntil(time.Minute)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	before := n.log.Len()
	n.liveUntil(10 * time.Minute)
	if n.log.Len() <= before {
		t.Error("the machine stands still")
	}
	if err := r.Err(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the recorder says %v", err)
	}
}

func TestRecorderOptionsAreChecked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]flight.Options{
		"Options.Dir":     {},
		"MaxBytes -1":     {Dir: t.TempDir(), MaxBytes: -1},
		"not a directory": {Dir: filepath.Join(file, "sub")},
	} {
		if _, err := flight.NewRecorder(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A machine compares times by their monotonic readings if they have one. Times of a
// snapshot have none, nor have those of the API, such as the start time from which an
// active deadline counts.
func TestARecordingDoesNotDependOnTheClock(t *testing.T) {
	for name, clock := range map[string]struct {
		jump    time.Duration
		restore bool
		then    time.Duration // how long after that it happens
	}{
		"set back":                     {jump: -time.Hour},
		"set forwards":                 {jump: time.Hour},
		"set back after a restart":     {jump: -time.Hour, restore: true, then: time.Second},
		"set forwards after a restart": {jump: time.Hour, restore: true, then: time.Second},
	} {
		for size := int64(13_000); size < 60_000; size += 9000 {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				o := flight.Options{Dir: t.TempDir(), MaxBytes: size, MaxTotal: 1 << 30}
				r := newRecorder(t, o)
				deadline := func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = new(int64(15 * 60)) }
				nodes := []*node{newNode(t, r, "1", deadline), newNode(t, r, "2", deadline)}
				now := time.Now()
				for _, n := range nodes {
					n.begin(r, now)
				}
				for d := time.Second; d <= 20*time.Minute; d += time.Second {
					for _, n := range nodes {
						if d == 5*time.Minute && clock.restore {
							n.restore(r)
						}
						if d == 5*time.Minute+clock.then {
							n.jump = clock.jump
						}
						n.liveUntil(d)
					}
				}
				if err := errors.Join(r.Err(), r.Close()); err != nil {
					t.Fatal(err)
				}
				var p flight.Player
				played(t, &p, filesIn(t, o.Dir)...)
			})
		}
	}
}
