package corpus

import "io"

// Kind is a kind of recorded behaviour.
type Kind struct {
	// Name is the name of the kind, such as "prober" or "validate".
	Name string
	// Recorded has the top-level fields of a record in which the result of the kubelet is.
	// Everything below them is compared. The rest is input.
	Recorded []string
	// Replay replays one record. An error means that the record is invalid.
	Replay func(record []byte) (Result, error)
	// Unit is the word for records in the report. If empty, it is "scenarios".
	Unit string
	// Records splits a decompressed corpus into records. If nil, each line is one.
	Records func(r io.Reader, yield func(record []byte) error) error
}

// Result is the result of replaying one record.
type Result struct {
	// Mismatch describes the first difference. If empty, the engine agrees.
	Mismatch string
	// Known is the reason in docs/fidelity.md for which a mismatch is expected. If empty, it
	// is not expected.
	Known string
	// Tolerated is how many values agreed only within a tolerance of the kind.
	Tolerated int
}

// Exact returns the Replay of a kind without tolerances and known mismatches.
func Exact(replay func(record []byte) (mismatch string, err error)) func([]byte) (Result, error) {
	return func(record []byte) (Result, error) {
		mismatch, err := replay(record)
		return Result{Mismatch: mismatch}, err
	}
}
