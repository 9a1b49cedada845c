// Package podclock is to a pod what a flight simulator is to a plane: it plays
// a pod and its apps against the kubelet's rules for probes, restarts,
// container states, conditions and phase, in virtual time.
//
//	result, err := podclock.Run(podclock.Options{
//		Pods: []podclock.Pod{{
//			Manifest: pod, // a *corev1.Pod with a livenessProbe of periodSeconds 10, failureThreshold 3
//			Apps: map[string]podclock.App{
//				"app": podclock.Script{{Liveness: podclock.Steps{{From: 25 * time.Second, Reply: podclock.Hang()}}}},
//			},
//		}},
//		For: 2 * time.Minute,
//	})
//	fmt.Println(result.Timeline.Pod("web").Container("app").Kills())
//	// [{50s app liveness: failure 3 of 3}]
//
// An [App] says what a container does: a [Script], which is a plain value, or
// code of your own. [Run] plays a whole story; a [Simulation] goes step by
// step, takes facts from outside ([Fact]) and can be copied and rewound.
//
// Nothing here decides what a kubelet would do: that is package lifecycle,
// which this package gives a clock, a container runtime and a node to live on.
// The same Options give the same bytes.
package podclock
