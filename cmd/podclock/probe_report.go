package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/podclock/podclock/timeline"
)

// report prints a line for each thing that happens.
type report struct {
	out   io.Writer
	err   error // the first error of the output, after which nothing is printed
	start time.Time
	width int // of the column of containers
}

func (r *report) begin(now time.Time, subjects []subject) {
	r.start, r.width = now, len("CONTAINER")
	for i := range subjects {
		r.width = max(r.width, len(subjects[i].spec.Name))
	}
	r.row("TIME", "CONTAINER", "PROBE", "WHAT")
}

func (r *report) line(now time.Time, container, kind, what string) {
	elapsed := now.Sub(r.start).Round(time.Millisecond)
	r.row(timeline.Offset(r.start, r.start.Add(elapsed)), container, kind, what)
}

func (r *report) row(at, container, kind, what string) {
	r.printf("%-9s  %-*s  %-9s  %s\n", at, r.width, container, kind, oneLine(what))
}

func (r *report) printf(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format, args...)
	}
}

func (r *report) end(now time.Time, why string) {
	r.line(now, "", "", "end: "+why)
}

// attempt prints the outcome of an attempt.
func (r *report) attempt(now time.Time, s *subject, e *ended) {
	what := fmt.Sprintf("%s: %s", describe(s, e.action.Probe), e.answer.Outcome)
	text := e.answer.Output
	if e.answer.Err != "" {
		what, text = what+" with an error", e.answer.Err
	}
	what += " in " + rounded(e.took).String()
	if e.action.Try > 1 {
		what += fmt.Sprintf(" (try %d)", e.action.Try)
	}
	if text = strings.TrimRight(text, "\r\n"); text != "" {
		what += ": " + cut(text)
	}
	r.line(now, s.spec.Name, e.action.Probe.String(), what)
}

// rounded rounds the time that an attempt took: a short one needs more digits.
func rounded(took time.Duration) time.Duration {
	if took < 10*time.Millisecond {
		return took.Round(10 * time.Microsecond)
	}
	return took.Round(time.Millisecond)
}

// maxOutput is how many bytes of an attempt's output a line shows. An event shows all of
// it.
const maxOutput = 200

func cut(text string) string {
	if len(text) <= maxOutput {
		return text
	}
	return strings.ToValidUTF8(text[:maxOutput], "") + fmt.Sprintf("… (%d bytes)", len(text))
}

// oneLine shows line ends as \n and replaces other characters that do not print: a server
// must not control the user's terminal.
func oneLine(s string) string {
	s = strings.ReplaceAll(strings.TrimRight(s, "\r\n"), "\n", `\n`)
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}
