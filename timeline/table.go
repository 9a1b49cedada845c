package timeline

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// Table has the settings of [Timeline.WriteTable]. The zero Table prints plain text without
// wrapping.
type Table struct {
	// Width is the width of the terminal in columns, at which texts are wrapped. If 0, there
	// is no limit.
	Width int
	// Color uses the colours of a terminal.
	Color bool
	// Verbose prints every record. Without it the table leaves out healthy probes, reasons why
	// probes are skipped, published results, syncs, and events that repeat another line.
	Verbose bool
}

// row is one line of the table.
type row struct {
	at, pod                 string
	ready, status, restarts string
	what                    string
	paint                   paint
	statusPaint             paint
}

// WriteTable prints the timeline for people: kubectl's columns when they change, and beside
// them what happened and why. Times and durations are rounded to milliseconds.
//
//	TIME  READY  STATUS   RESTARTS  WHAT
//	+0s   1/1    Running  0         app ready, Ready=True
//	+31s                            app: liveness: failure 1 of 3: HTTP probe failed with statuscode: 500
func (t *Timeline) WriteTable(w io.Writer, o Table) error {
	rows := []row{{at: "TIME", pod: "POD", ready: "READY", status: "STATUS", restarts: "RESTARTS", what: "WHAT"}}
	names := t.shortNames()
	states := make([]*State, len(t.tracks)) // the last state of each pod
	for e := range t.allEntries() {
		if o.Verbose || e.tells(states[e.track]) {
			rows = append(rows, t.row(e, names))
		}
		if e.Kind == Status {
			states[e.track] = e.State
		}
	}
	p := newPrinter(w, o, rows, len(t.tracks) > 1)
	for i := range rows {
		p.print(&rows[i], i == 0)
	}
	return p.err
}

// tells reports whether a record tells a person something that no other record does. before
// is the previous state of the pod, or nil.
func (e *entry) tells(before *State) bool {
	switch e.Kind {
	case Created, Removed, Sync, Result:
		return false
	case Sandbox:
		return e.Reason == "failed" || e.Reason == "died" || e.Reason == "stopped" || e.Reason == "not stopped"
	case Image:
		return false // the events say it better
	case Stop:
		return true
	case Counted:
		return e.Outcome != "success" || !e.quiet
	case Skipped:
		return strings.HasSuffix(e.Message, "startup not finished") || strings.HasSuffix(e.Message, "initial delay not over")
	case Event:
		return e.eventTells()
	case Hook:
		return e.Outcome != "success"
	case Status:
		return e.Message != "" || !e.State.looksLike(before)
	}
	return true
}

// eventTells reports whether an event tells something that no other record does.
func (e *entry) eventTells() bool {
	switch e.Reason {
	case "Created", "Started", "Killing", "BackOff":
		return false
	case "Failed": // after a failed pull, and beside its refusal (I4)
		return e.Message != "Error: ErrImagePull" && e.Message != "Error: ImagePullBackOff"
	case "Unhealthy":
		return e.Outcome != "failure"
	case "Pulled":
		return !strings.Contains(e.Message, " already present on machine")
	}
	return true
}

func (t *Timeline) row(e *entry, names map[string]string) row {
	r := row{at: shown(t.start, e.At), pod: names[e.Pod], paint: e.paint()}
	record := e.Record
	record.Span = record.Span.Round(time.Millisecond)
	what := record.Text()
	if e.Kind == Status {
		r.ready, r.status, r.restarts = e.State.Ready, e.State.Status, e.State.Restarts
		r.statusPaint = e.State.paint()
		what = e.Message
	}
	if e.Container != "" {
		what = e.Container + ": " + what
	}
	r.what = oneLine(what) + e.series(t.start)
	return r
}

// series returns the length and the end of a series: "  (x3 until +51s)".
func (r *Record) series(start time.Time) string {
	if r.Count < 2 {
		return ""
	}
	return fmt.Sprintf("  (x%d until %s)", r.Count, shown(start, r.last()))
}

// oneLine shows line ends as \n and replaces other control characters, which could disturb a
// terminal.
func oneLine(s string) string {
	s = strings.ReplaceAll(strings.TrimRight(s, "\r\n"), "\n", `\n`)
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, s)
}

// shortNames returns the pods' names. If all pods share a namespace, it is left out.
func (t *Timeline) shortNames() map[string]string {
	short := make(map[string]string, len(t.tracks))
	namespace := ""
	for i, k := range t.tracks {
		ns, name, _ := strings.Cut(k.pod, "/")
		if i > 0 && ns != namespace {
			for _, k := range t.tracks {
				short[k.pod] = k.pod
			}
			return short
		}
		namespace, short[k.pod] = ns, name
	}
	return short
}

// printer prints rows with aligned columns.
type printer struct {
	w                            io.Writer
	o                            Table
	at, pod, ready, status, rest int // the widths of the columns
	err                          error
}

func newPrinter(w io.Writer, o Table, rows []row, pods bool) *printer {
	p := &printer{w: w, o: o}
	for i := range rows {
		r := &rows[i]
		p.at, p.ready = max(p.at, len(r.at)), max(p.ready, len(r.ready))
		p.status, p.rest = max(p.status, len(r.status)), max(p.rest, len(r.restarts))
		if pods {
			p.pod = max(p.pod, len(r.pod))
		}
	}
	return p
}

func (p *printer) print(r *row, head bool) {
	left := p.o.dim(pad(r.at, p.at)) + "  "
	indent := p.at + 2
	if p.pod > 0 {
		left += pad(r.pod, p.pod) + "  "
		indent += p.pod + 2
	}
	left += pad(r.ready, p.ready) + "  " + p.o.paint(r.statusPaint, pad(r.status, p.status)) + "  " +
		pad(r.restarts, p.rest) + "  "
	indent += p.ready + 2 + p.status + 2 + p.rest + 2
	for i, line := range p.o.wrap(r.what, indent) {
		if i > 0 {
			left = strings.Repeat(" ", indent)
		}
		if head {
			p.write(strings.TrimRight(left+line, " ") + "\n")
			continue
		}
		p.write(strings.TrimRight(left+p.o.paint(r.paint, line), " ") + "\n")
	}
}

func (p *printer) write(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// leastText is the least width at which texts are wrapped. A narrower terminal wraps them
// itself.
const leastText = 30

// wrap breaks a text at spaces into lines that fit beside the indent.
func (o Table) wrap(s string, indent int) []string {
	width := o.Width - indent
	if o.Width == 0 || width < leastText {
		return []string{s}
	}
	var lines []string
	for utf8.RuneCountInString(s) > width {
		cut := byteIndex(s, width)
		margin := len(s) - len(strings.TrimLeft(s, " ")) // a break within the margin would make no progress
		if i := strings.LastIndexByte(s[:cut+1], ' '); i > margin {
			cut = i
		}
		lines = append(lines, strings.TrimRight(s[:cut], " "))
		s = "  " + strings.TrimLeft(s[cut:], " ")
	}
	return append(lines, s)
}

// byteIndex returns the byte index of rune number n in s.
func byteIndex(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s) - 1
}

// paint is a colour of a terminal.
type paint uint8

const (
	plain paint = iota
	good
	warn
	bad
	note
	faint
)

var escapes = [...]string{plain: "", good: "\x1b[32m", warn: "\x1b[33m", bad: "\x1b[31m", note: "\x1b[36m",
	faint: "\x1b[2m"}

func (o Table) paint(p paint, s string) string {
	if !o.Color || p == plain || strings.TrimSpace(s) == "" {
		return s
	}
	return escapes[p] + s + "\x1b[0m"
}

func (o Table) dim(s string) string { return o.paint(faint, s) }

// paint returns the colour of a record.
func (e *entry) paint() paint {
	switch {
	case e.decided(DecidedKill), e.decided(DecidedStop), e.decided(DecidedEnd), e.Kind == Failed, e.Kind == Lost,
		e.Kind == Exited && e.ExitCode != 0, e.Kind == Sandbox && e.Reason != "stopped":
		return bad
	case e.Kind == Decision, e.Kind == Event && e.Type == corev1.EventTypeWarning, e.Kind == Stop,
		e.Kind == Counted && e.Outcome != "success", e.Kind == Hook && e.Outcome == "failure":
		return warn
	case e.Kind == Fact:
		return note
	case e.Kind == Counted, e.Kind == Started:
		return good
	case e.Kind == Skipped, e.Kind == Sync, e.Kind == Result, e.Kind == Dropped:
		return faint
	}
	return plain
}

// paint returns the colour of the STATUS column.
func (s *State) paint() paint {
	switch {
	case s.PodReady, s.Phase == corev1.PodSucceeded:
		return good
	case s.Phase == corev1.PodFailed, strings.Contains(s.Status, "Err"), strings.Contains(s.Status, "BackOff"):
		return bad
	}
	return warn
}
