// Package plan decides, as data, what one sync of a pod will do: whether it kills the pod or
// single containers, whether it makes a sandbox, what it starts, and in which order. It
// decides before anything is done.
//
//	todo := pod.Plan(plan.Input{Snapshot: &seen, Results: results})
//	fmt.Println(todo.Kill, todo.Start)
//
// The input is what a kubelet knows: one snapshot of the runtime and the published results
// of probes (R6 to R10, S1 to S14, P79, C50, C51). Rule numbers are those of docs/rules.md.
package plan
