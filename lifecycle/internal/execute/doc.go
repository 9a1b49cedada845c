// Package execute carries out what one sync has decided: it stops containers and
// sandboxes, removes instances, makes a sandbox and starts containers, one thing
// after another (sections C, D and E of docs/rules.md).
//
// A [Run] is one sync in execution. It stops wherever it waits for the runtime,
// and goes on at the same [Stage] when the answer has come. [Starts] is what the
// kubelet remembers of the starts of a pod's containers from one sync to the
// next: back-off, and why the last start failed.
//
// Invariants: a Run waits for at most one request of its own, beside the kills
// of its [kill.Group]; it never goes back to an earlier stage; it asks its [Host]
// for everything that changes the runtime, and changes nothing but itself, the
// kills and the starts.
package execute
