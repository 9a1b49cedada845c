// Package node is a simulated node in virtual time: a container runtime without
// containers, and the machines of the pods that it runs (package lifecycle).
//
// A [Node] keeps what is due in one queue, moves from instant to instant, gives
// each pod's machine what happened, and carries out what it asks for. What a
// container does is not its business: it asks its [Host], which is the simulator
// with its apps.
//
// Invariants: time never goes back; at one instant things happen in the order of
// the queue, which is written there; the Node calls its Host, and the Host calls
// back only to make a fact true.
package node
