package conformance

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// explained is how many mismatches a report spells out; the rest are counted.
const explained = 5

// Kind is one sort of recorded behaviour.
type Kind struct {
	// Name selects the kind: "prober", "validate", ….
	Name string
	// Recorded names the top-level fields of a record that hold what the
	// kubelet did. Everything below them is compared; the rest is input.
	Recorded []string
	// Replay runs one record. An error means that it could not be understood.
	Replay func(record []byte) (Result, error)
	// Unit is what a record is called in the report. Empty: "scenarios".
	Unit string
	// Records splits a decompressed corpus into records. Nil: one per line.
	Records func(r io.Reader, yield func(record []byte) error) error
}

// Result is what came of the replay of one record.
type Result struct {
	// Mismatch words the first difference; empty: the engine agrees.
	Mismatch string
	// Known is why a mismatch is expected, as docs/fidelity.md has it; empty: it
	// is not.
	Known string
	// Tolerated counts what agreed only within a tolerance that the kind states.
	Tolerated int
}

// exact makes the Replay of a kind that tolerates nothing and knows of no
// mismatch.
func exact(replay func(record []byte) (mismatch string, err error)) func([]byte) (Result, error) {
	return func(record []byte) (Result, error) {
		mismatch, err := replay(record)
		return Result{Mismatch: mismatch}, err
	}
}

// kinds is filled by the init functions of the files of this package and
// read-only afterwards, sorted by name.
var kinds []Kind

func register(k Kind) {
	at, found := slices.BinarySearchFunc(kinds, k.Name, func(a Kind, name string) int {
		return strings.Compare(a.Name, name)
	})
	if found {
		panic("conformance: kind " + k.Name + " registered twice")
	}
	kinds = slices.Insert(kinds, at, k)
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return names
}

// Lookup returns the kind of that name.
func Lookup(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, fmt.Errorf("conformance: unknown kind %q: use one of %q", name, Kinds())
}

// Report is the outcome of replaying one kind.
type Report struct {
	Kind       string
	Scenarios  int // records replayed
	Mismatches int // records on which the engine and the kubelet differ
	Known      int // others on which they do, as is known (docs/fidelity.md)
	Tolerated  int // what agreed only within a tolerance

	unit string
}

// String is the last line of a replay.
func (r Report) String() string {
	s := fmt.Sprintf("replay: %s: %d %s, %d mismatches", r.Kind, r.Scenarios, r.unit, r.Mismatches)
	if r.Known > 0 {
		s += fmt.Sprintf(" (%d known)", r.Known)
	}
	return s
}

// Replay runs every record of the gzip'd corpora of the named kind and writes
// explanations of the first mismatches to w. An error means that a corpus
// could not be read to its end; a mismatch is not an error.
func Replay(kind string, w io.Writer, corpora ...io.Reader) (Report, error) {
	report := Report{Kind: kind, unit: "scenarios"}
	k, err := Lookup(kind)
	if err != nil {
		return report, err
	}
	if k.Unit != "" {
		report.unit = k.Unit
	}
	for _, corpus := range corpora {
		if err := k.replay(corpus, w, &report); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (k Kind) replay(corpus io.Reader, w io.Writer, report *Report) error {
	return k.each(corpus, func(record []byte) error {
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

// each yields the records of a gzip'd corpus.
func (k Kind) each(corpus io.Reader, yield func(record []byte) error) error {
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
