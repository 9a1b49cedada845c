// Package node is a simulated node in virtual time: a container runtime without
// containers, and the machines of the pods that it runs (package lifecycle).
//
// A [Node] keeps everything that is due in one queue and moves from instant to instant.
// It gives each pod's machine the events and carries out its requests. It asks its
// [Host], the simulator with its apps, what a container does.
//
// Invariants: time never goes back. At one instant things happen in the order that
// queue.go defines. The Host calls the Node back only to make a fact true.
package node
