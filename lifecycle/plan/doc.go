// Package plan decides what one sync of a pod does, as data, before any of it is
// done: whether the pod or single containers are killed, whether a sandbox is
// made, what is started, and in which order.
//
//	todo := pod.Plan(plan.Input{Snapshot: &seen, Results: results})
//	fmt.Println(todo.Kill, todo.Start)
//
// It sees what a kubelet sees: one snapshot of the runtime and the published
// results of probes (R6 to R10, S1 to S14, P79, C50, C51). Rule numbers are those
// of docs/rules.md.
package plan
