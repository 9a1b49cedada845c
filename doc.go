// Package podclock is to a pod what a flight simulator is to a plane: it plays
// a pod and its apps against the kubelet's rules for probes, restarts,
// container states, conditions and phase, in virtual time.
//
//	result, err := podclock.Run(podclock.Options{
//		Pods: []podclock.Pod{{
//			Manifest: pod, // "web", whose container "app" has a livenessProbe with all defaults
//			Apps: map[string]podclock.App{
//				"app": podclock.Script{{Liveness: podclock.Steps{{From: 25 * time.Second, Reply: podclock.Hang()}}}},
//			},
//		}},
//		For: 2 * time.Minute,
//	})
//	app, err := result.Timeline.Container("web", "app")
//	for _, d := range app.Detections() {
//		fmt.Println("hangs at", d.Trouble, "killed at", d.Kill, "after", d.After())
//	}
//	// hangs at 25s killed at 51s after 26s
//	// hangs at 1m16s killed at 1m41s after 25s
//
// An [App] says what a container does: a [Script], which is a plain value, or
// code of your own. [Run] plays a whole story; a [Simulation] goes step by
// step, takes facts from outside ([Fact]) and can be copied and rewound.
//
// Nothing here decides what a kubelet would do: that is package lifecycle,
// which this package gives a clock, a container runtime and a node to live on.
// The same Options give the same bytes.
package podclock
