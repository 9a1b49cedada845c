package conformance

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/conformance/internal/handlers"
	"github.com/podclock/podclock/conformance/internal/podlife"
	"github.com/podclock/podclock/conformance/internal/prober"
	"github.com/podclock/podclock/conformance/internal/recordings"
	"github.com/podclock/podclock/conformance/internal/rules"
)

// explained is how many mismatches a report explains. The others are only counted.
const explained = 5

// kinds has all kinds, sorted by name.
var kinds = []corpus.Kind{
	rules.Actions, rules.Backoff, handlers.Kind, podlife.Kind, rules.Phase, prober.Kind, recordings.Kind, rules.Restart,
	rules.Validate,
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return names
}

// lookup returns the kind with a name.
func lookup(name string) (corpus.Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return corpus.Kind{}, fmt.Errorf("conformance: unknown kind %q: use one of %q", name, Kinds())
}

// Report is the result of replaying the records of one kind.
type Report struct {
	Kind       string
	Scenarios  int // how many records were replayed
	Mismatches int // how many records the engine and the kubelet differ on
	Known      int // how many others they differ on as docs/fidelity.md says
	Tolerated  int // how many values agreed only within a tolerance

	unit string
}

// String returns the last line of a replay.
func (r Report) String() string {
	s := fmt.Sprintf("replay: %s: %d %s, %d mismatches", r.Kind, r.Scenarios, r.unit, r.Mismatches)
	if r.Known > 0 {
		s += fmt.Sprintf(" (%d known)", r.Known)
	}
	return s
}

// Replay replays every record of the gzip'd corpora of a kind, and writes explanations of
// the first mismatches to w. An error means that a corpus could not be read to its end. A
// mismatch is not an error.
func Replay(kind string, w io.Writer, corpora ...io.Reader) (Report, error) {
	report := Report{Kind: kind, unit: "scenarios"}
	k, err := lookup(kind)
	if err != nil {
		return report, err
	}
	if k.Unit != "" {
		report.unit = k.Unit
	}
	for _, corpus := range corpora {
		if err := replayAll(k, corpus, w, &report); err != nil {
			return report, err
		}
	}
	return report, nil
}

func replayAll(k corpus.Kind, corpus io.Reader, w io.Writer, report *Report) error {
	return each(k, corpus, func(record []byte) error {
		report.Scenarios++
		result, err := k.Replay(record)
		if err != nil {
			return fmt.Errorf("conformance: %s: record %d: %w", k.Name, report.Scenarios, err)
		}
		report.Tolerated += result.Tolerated
		switch {
		case result.Mismatch == "":
			return nil
		case result.Known != "":
			report.Known++
			_, err = fmt.Fprintf(w, "known: %s: record %d: %s\n", k.Name, report.Scenarios, result.Known)
			return err
		}
		report.Mismatches++
		if report.Mismatches <= explained {
			_, err = fmt.Fprintf(w, "--- %s: record %d\n%s\n", k.Name, report.Scenarios, result.Mismatch)
		}
		return err
	})
}

// each calls yield for the records of a gzip'd corpus.
func each(k corpus.Kind, corpus io.Reader, yield func(record []byte) error) error {
	plain, err := gzip.NewReader(corpus)
	if err != nil {
		return fmt.Errorf("conformance: %s: corpus must be gzip'd JSON: %w", k.Name, err)
	}
	if k.Records != nil {
		return k.Records(plain, yield)
	}
	return eachLine(plain, yield)
}

func eachLine(r io.Reader, yield func(record []byte) error) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			if err := yield(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("conformance: reading corpus: %w", err)
		}
	}
}
