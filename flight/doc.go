// Package flight records the input of an agent's machines and plays it again: an
// incident on a node can be re-run on a laptop, with the reason for each decision.
//
//	recorder, err := flight.NewRecorder(flight.Options{Dir: "/var/log/podclock"})
//	a, err := agent.New(agent.Options{Runtime: runtime, Flight: recorder})
//
// and then, wherever the files are:
//
//	podclock replay FILE...
//
// # The recording
//
// A file holds lines of JSON. The first line has the version of the format. The first
// line about a pod has its configuration and a snapshot of its machine. Every further
// line about it is one step: the instant, the events, and the answers of its
// [lifecycle.Chance]. A machine has no other input, so that it does the same again.
// Each file has snapshots of its own and can be played without the files before it.
//
// The last file of a killed agent may end within a line. That line is lost, and the
// rest is played.
package flight
