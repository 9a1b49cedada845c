// Package probe is the kubelet's rules for probes: defaults and validation of
// a corev1.Probe, the worker that decides when to probe and what the answers
// amount to, and the workers of one pod together.
//
//	w := probe.NewWorker(probe.Liveness, spec, probe.Options{FirstPass: start})
//	for _, a := range w.Step(start, view, nil) {
//		fmt.Println(a) // liveness: run attempt 1 (try 1)
//	}
//
// Nothing here reads a clock, probes anything or starts a goroutine. A Worker
// says when it must be called (Deadline), what is to be done (Action) and why.
// The owner probes, and hands each answer to Finish. Rule numbers in the code
// (P59) are those of podclock's rules of kubelet behaviour.
package probe
