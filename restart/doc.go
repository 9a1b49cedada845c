// Package restart decides whether a container is started again, and when.
//
// A [Policy] is the restart policy of one container. It is compiled once from the three
// levels of Kubernetes: pod, container and rules.
//
//	p := restart.Compile(restart.Regular, pod.Spec.RestartPolicy, &container, restart.Gates{})
//	fmt.Println(p.OnExit(42)) // rule 0: In [42] -> Restart
//
// A [Backoff] is the crash-loop back-off of one container. Its zero value is "no entry".
//
//	limits := restart.DefaultLimits()
//	if refusal, refused := b.Check(now, finishedAt, limits); refused {
//		fmt.Println(refusal.Until) // when to ask again
//	} else {
//		b.Advance(now, finishedAt, limits) // and start the container
//	}
//
// A Backoff is also for image pulls: [Backoff.CheckPull], [Backoff.PullFailed].
//
// Time is always an argument. Nothing in this package reads a clock. Rule numbers such as
// R5, R16 and P22 are those of docs/rules.md.
package restart
