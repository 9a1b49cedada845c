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
	// Replay runs one record. The mismatch is empty if the engine agrees; an
	// error means that the record could not be understood.
	Replay func(record []byte) (mismatch string, err error)
	// Records splits a decompressed corpus into records. Nil: one per line.
	Records func(r io.Reader, yield func(record []byte) error) error
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
}

// String is the last line of a replay.
func (r Report) String() string {
	return fmt.Sprintf("replay: %s: %d scenarios, %d mismatches", r.Kind, r.Scenarios, r.Mismatches)
}

// Replay runs every record of the gzip'd corpora of the named kind and writes
// explanations of the first mismatches to w. An error means that a corpus
// could not be read to its end; a mismatch is not an error.
func Replay(kind string, w io.Writer, corpora ...io.Reader) (Report, error) {
	report := Report{Kind: kind}
	k, err := Lookup(kind)
	if err != nil {
		return report, err
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
		mismatch, err := k.Replay(record)
		if err != nil {
			return fmt.Errorf("conformance: %s: record %d: %w", k.Name, report.Scenarios, err)
		}
		if mismatch == "" {
			return nil
		}
		report.Mismatches++
		if report.Mismatches <= explained {
			_, err = fmt.Fprintf(w, "--- %s: record %d\n%s\n", k.Name, report.Scenarios, mismatch)
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
