// Package conformance replays recordings of real kubelets with podclock and reports every
// difference.
//
//	report, err := conformance.Replay("prober", os.Stdout, file)
//	fmt.Println(report) // replay: prober: 2000 scenarios, 0 mismatches
//
// A corpus is gzip'd JSON with one record on each line. A record has an input and the result
// of the kubelet. Each kind of record has a place below internal, which turns the input into
// calls of the engine and compares the complete result. It skips and approximates nothing: a
// record either agrees or is a mismatch.
package conformance
