// Package kill stops containers: the preStop hook, a sidecar's turn, the
// runtime's stop, each within what is left of one grace period (C40 to C49).
//
// A [Group] is the kills that a pass waits for. It takes now as an argument, asks
// its [Host] to carry things out, and says when it is to be looked at again.
package kill
