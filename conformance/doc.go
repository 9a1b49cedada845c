// Package conformance replays what a real kubelet was recorded doing through
// podclock and reports every difference.
//
//	report, err := conformance.Replay("prober", os.Stdout, file)
//	fmt.Println(report) // replay: prober: 2000 scenarios, 0 mismatches
//
// A corpus is gzip'd JSON, one record a line: an input and what the kubelet
// made of it. Each kind of record has a place below internal, which turns
// the input into calls of the engine and compares the whole outcome. Nothing
// is skipped and nothing is approximate: a record either agrees or is a
// mismatch.
package conformance
