// Package lifecycle is the pod machine: everything that a kubelet does with one
// pod between being told of it and being done with it, as a state machine that
// reads no clock and starts nothing.
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
//	worker.go, pass.go   the pod worker: one sync at a time, one update pending
//	relist.go            when the runtime is relisted (internal/pleg), and what follows
//	sync.go              a sync: status, plan (package plan), and the plan carried out
//	start.go, image.go   starting one container; its image
//	kill.go              stopping containers: hooks, order, grace periods
//	terminate.go         the pod's end
//	status.go            the status (internal/status): when it is built, stored, reported
//	probes.go            the probe workers, and what their results set off
//
// [Timing] says how long the machinery around these rules takes: nothing at
// all in the ideal model, or as long as a real kubelet's relists, one-second
// loop and jitter.
//
// # State
//
// [Pod.Snapshot] and [Restore] keep a machine over the life of a process. The
// example of Restore shows what an agent does that was killed.
//
// Rule numbers (S21, R26) are those of docs/rules.md.
package lifecycle
