// Package lifecycle is the pod machine: everything that a kubelet does with one
// pod, from the moment that it learns of it to the pod's end. It is a state machine
// that reads no clock and starts nothing.
//
//	template, err := lifecycle.Compile(pod, lifecycle.Config{})
//	machine := lifecycle.New(template, id, nil, now)
//	for _, a := range machine.Step(now) {
//		fmt.Println(a.Type) // StatusChanged, Decided, RunSandbox, …
//	}
//
// A shell carries out the requests among the actions and answers each with one
// event that has the same Op; it wakes the machine at its Deadline. See the
// example of [Pod.Step] for a whole shell in twenty lines.
//
// # Inside
//
// The machine is the kubelet in small, part by part:
//
//	pod.go, apply.go     the door: events go in, actions come out
//	source.go, node.go   what comes from the pod's source, the node and its controllers
//	object.go            the pod object in the API
//	kubelet.go           wires the parts below; host.go carries out what they ask for
//	worker.go, pass.go   the pod worker: one sync at a time, one update pending
//	sync.go              a sync up to its plan (package plan); the pod's end
//	internal/execute     the plan carried out: stopping, removing, starting, images
//	internal/kill        hooks, order and grace periods of stopping containers
//	relist.go, dead.go   when the runtime is relisted (internal/pleg) and cleaned (internal/gc)
//	status.go            when a status (internal/status) is built, stored and reported
//	probers.go           the probe workers; probes.go has what their results set off
//
// [Timing] says how long the machinery around these rules takes: nothing at
// all in the ideal model, or as long as a real kubelet's relists, one-second
// loop and jitter.
//
// # State
//
// [Pod.Snapshot] and [Restore] keep a machine over the life of a process. The
// example of Restore shows how an agent goes on after it was killed.
//
// Rule numbers (S21, R26) are those of docs/rules.md.
package lifecycle
