// Package probe has the kubelet's rules for probes: the defaults and the validation of a
// corev1.Probe, the worker that decides when to probe and what follows from the answers, and
// the set of all workers of a pod.
//
//	w := probe.NewWorker(probe.Liveness, spec, probe.Options{FirstPass: start})
//	for _, a := range w.Step(start, view, nil) {
//		fmt.Println(a) // liveness: run attempt 1 (try 1)
//	}
//
// The package reads no clock, runs no probe and starts no goroutine. A Worker returns the
// time at which it must be called again (Deadline) and what to do and why (Action). The
// owner runs the probe and gives each answer to Finish. Rule numbers such as P59 are those
// of docs/rules.md.
package probe
