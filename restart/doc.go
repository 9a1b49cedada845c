// Package restart decides whether a container is started again, and when.
//
// A [Policy] is the restart policy of one container, compiled once from the
// three levels that Kubernetes has (pod, container, rules):
//
//	p := restart.Compile(restart.Regular, pod.Spec.RestartPolicy, &container, restart.Gates{})
//	fmt.Println(p.OnExit(42)) // rule 0: In [42] -> Restart
//
// A [Backoff] is the crash-loop back-off of one container, a value whose zero
// is "no entry":
//
//	limits := restart.DefaultLimits()
//	if refusal, refused := b.Check(now, finishedAt, limits); refused {
//		fmt.Println(refusal.Until) // when to ask again
//	} else {
//		b.Advance(now, finishedAt, limits) // and start the container
//	}
//
// The same Backoff serves image pulls: [Backoff.CheckPull], [Backoff.PullFailed].
//
// Time is an argument everywhere; nothing in this package reads a clock. Rule
// numbers (R5, R16, P22) refer to the semantics reference of Kubernetes v1.36.
package restart
