// Package kill stops containers. The preStop hook, a sidecar's wait for its turn and the
// runtime's stop share one grace period (C40 to C49).
//
// A [Group] has the kills that a pass waits for. It takes now as an argument, asks its
// [Host] to carry things out, and says when it must be called again.
package kill
