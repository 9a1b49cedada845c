package probe_test

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/probe"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// This runs a liveness probe with defaults against an app that never answers well. The
// container runs from 3.4 s on, but the first probe is at 10 s: ticks count from the
// creation of the worker (P40).
func Example() {
	p := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{}}}
	probe.SetDefaults(p)

	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w := probe.NewWorker(probe.Liveness, probe.Compile(p), probe.Options{FirstPass: start})
	running := start.Add(3400 * time.Millisecond)
	w.Step(start, probe.View{Known: true}, nil)
	view := probe.View{Known: true, Instance: 1, Running: true, Started: true, StartedAt: running.Truncate(time.Second)}
	w.Step(running, view, nil) // the view has changed

	for {
		now, ok := w.Deadline()
		if !ok {
			return // on hold until the next instance
		}
		for _, a := range w.Step(now, view, nil) {
			fmt.Println(now.Sub(start), a)
			if a.Kind != probe.ActionRunAttempt {
				continue
			}
			no := probe.Answer{Outcome: probe.OutcomeFailure, Output: "HTTP probe failed with statuscode: 503"}
			for _, a := range w.Finish(now, a.Attempt, no, view, nil) {
				fmt.Println(now.Sub(start), a)
			}
		}
	}
	// Output:
	// 10s liveness: result set: Success
	// 10s liveness: run attempt 1 (try 1)
	// 10s liveness: Liveness probe failed: HTTP probe failed with statuscode: 503
	// 10s liveness: failure 1 of 3
	// 20s liveness: run attempt 2 (try 1)
	// 20s liveness: Liveness probe failed: HTTP probe failed with statuscode: 503
	// 20s liveness: failure 2 of 3
	// 30s liveness: run attempt 3 (try 1)
	// 30s liveness: Liveness probe failed: HTTP probe failed with statuscode: 503
	// 30s liveness: failure 3 of 3
	// 30s liveness: result set: Failure
	// 40s liveness: skipped: on hold until the next instance
}

func ExampleValidate() {
	p := &corev1.Probe{SuccessThreshold: 2}
	probe.SetDefaults(p)
	for _, err := range probe.Validate(p, probe.Liveness, field.NewPath("livenessProbe")) {
		fmt.Println(err)
	}
	// Output:
	// livenessProbe: Required value: must specify a handler type
	// livenessProbe.successThreshold: Invalid value: 2: must be 1
}
