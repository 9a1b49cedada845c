package corpus

import "io"

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

// Exact makes the Replay of a kind that tolerates nothing and knows of no
// mismatch.
func Exact(replay func(record []byte) (mismatch string, err error)) func([]byte) (Result, error) {
	return func(record []byte) (Result, error) {
		mismatch, err := replay(record)
		return Result{Mismatch: mismatch}, err
	}
}
