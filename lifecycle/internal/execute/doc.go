// Package execute carries out the decisions of one sync: it stops containers and sandboxes,
// removes instances, makes a sandbox and starts containers, one after another (sections C, D
// and E of docs/rules.md).
//
// A [Run] is one sync in execution. It stops wherever it waits for the runtime. When the
// answer has come, it continues at the same [Stage]. [Starts] is what the kubelet remembers
// of the starts of a pod's containers from one sync to the next: back-offs, and why the last
// start failed.
//
// Invariants: A Run waits for at most one request of its own, besides the kills of its
// [kill.Group]. It never goes back to an earlier stage. Only its [Host] changes the runtime.
// The Run itself changes only its own fields, the kills and the starts.
package execute
