// Package flight records what the machines of an agent are given, and plays it
// again: an incident on a node can be re-run on a laptop, with the reason for
// each decision.
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
// A file holds lines of JSON. The first one tells the version and the
// configuration. The first line about a pod holds a snapshot of its machine; all
// further ones are its steps: when, which events, and what its
// [lifecycle.Chance], which is chance, answered. Nothing else goes into a
// machine, so that it does the same again. Since each file begins with
// snapshots of its own, one can be read without those before it.
//
// A file of an agent that was killed may end within a line. That line is lost,
// and the rest is played.
package flight
