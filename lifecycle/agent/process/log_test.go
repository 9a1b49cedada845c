//go:build unix

package process

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestALogHasTheLinesOfTheCRI(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("echo one; echo two >&2; printf three")
	b.end(c)
	if want := filepath.Join(b.r.o.Dir, "logs/default_web_1/app/0.log"); c.record.Log != want {
		t.Errorf("log %s, want %s", c.record.Log, want)
	}
	stamp := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z `)
	text := read(t, c.record.Log)
	if n := len(stamp.FindAllString(text, -1)); n != 3 {
		t.Errorf("%d stamps in\n%s", n, text)
	}
	// The streams are two pipes, and there is no order between them.
	for _, want := range []string{"stdout F one\n", "stderr F two\n", "stdout P three\n"} {
		if !strings.Contains(stamp.ReplaceAllString(text, ""), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	b.must(b.r.RemoveContainer(b.ctx, c.record.ID))
	if _, err := os.Stat(filepath.Dir(c.record.Log)); !os.IsNotExist(err) {
		t.Errorf("the log is still there: %v", err)
	}
}

func TestALineThatIsTooLongIsLoggedInParts(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("head -c 20000 /dev/zero | tr '\\0' x; echo y")
	b.end(c)
	lines := strings.Split(strings.TrimSpace(read(t, c.record.Log)), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], " P x") || !strings.HasSuffix(lines[1], "xxxy") {
		t.Fatalf("%d lines", len(lines))
	}
	if first := strings.SplitN(lines[0], " ", 4)[3]; len(first) != maxLine {
		t.Errorf("the first part has %d bytes", len(first))
	}
	if got := output(t, c); len(got) != maxLogMessage || !strings.HasSuffix(got, "xy\n") {
		t.Errorf("the tail has %d bytes", len(got))
	}
}

func TestAFullLogIsRotatedAndTheOldestDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0.log")
	l, err := openLog(path, 200, 3)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for n := range 20 { // of 48 bytes each: four fit
		l.write(now, "stdout", true, fmt.Appendf(nil, "%06d", n))
	}
	l.file.Close()
	for name, want := range map[string]string{"": "16 17 18 19", ".1": "12 13 14 15", ".2": "8 9 10 11"} {
		var got []string
		for line := range strings.Lines(read(t, path+name)) {
			var n int
			fmt.Sscanf(line, "2026-01-02T03:04:05.000000006Z stdout F %d", &n)
			got = append(got, fmt.Sprint(n))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("0.log%s has %v, want %s", name, got, want)
		}
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 3 {
		t.Errorf("files %v, want 3", files)
	}
	removeLogs(path, 3)
	if files, _ := filepath.Glob(path + "*"); len(files) != 0 {
		t.Errorf("files %v after the removal", files)
	}
}

func TestALogGoesOnWhereItStopped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0.log")
	for range 2 {
		l, err := openLog(path, 60, 2)
		if err != nil {
			t.Fatal(err)
		}
		l.write(time.Now(), "stdout", true, []byte("line"))
		l.file.Close()
	}
	if !strings.Contains(read(t, path+".1"), "line") || !strings.Contains(read(t, path), "line") {
		t.Error("the second line does not know of the first")
	}
}

func TestWhatATerminationMessageIsMadeOfIsTold(t *testing.T) { // C10
	b := newBench(t, Options{})
	fallBack := corev1.TerminationMessageFallbackToLogsOnError
	digits := strings.Repeat("1234567890", 400)
	for _, test := range []struct {
		name, script  string
		policy        corev1.TerminationMessagePolicy
		message, logs string
	}{
		{"logs that nobody wants", "echo log; exit 1", corev1.TerminationMessageReadFile, "", ""},
		{"the file", "printf bye > $TERMINATION_MESSAGE_PATH", corev1.TerminationMessageReadFile, "bye", ""},
		{"its end", "seq 1 2000 > $TERMINATION_MESSAGE_PATH", corev1.TerminationMessageReadFile, numbers(1, 2000, 4096), ""},
		{"both", "printf bye > $TERMINATION_MESSAGE_PATH; echo log; exit 1", fallBack, "bye", "log\n"},
		{"both streams", "echo out; sleep 0.1; echo err >&2; exit 1", fallBack, "", "out\nerr\n"},
		{"80 lines", "seq 1 200; exit 1", fallBack, "", numbers(121, 200, 2048)},
		{"2048 bytes", "printf " + digits + "; exit 1", fallBack, "", digits[len(digits)-2048:]},
	} {
		c := b.startSpec(&corev1.Container{Command: []string{"sh", "-c", test.script}, TerminationMessagePolicy: test.policy})
		if n := b.end(c); n.Message != test.message || n.LogTail != test.logs || n.RuntimeMessage != "" {
			t.Errorf("%s: message %q, want %q; logs %q, want %q; and the runtime says %q",
				test.name, n.Message, test.message, n.LogTail, test.logs, n.RuntimeMessage)
		}
	}
}

// numbers returns the end of what seq writes.
func numbers(from, to, limit int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		fmt.Fprintln(&b, n)
	}
	return b.String()[max(0, b.Len()-limit):]
}
