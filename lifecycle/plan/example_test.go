package plan_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// The liveness probe of a running container has failed, so it is killed and started again.
func ExamplePod_Plan() {
	spec := &corev1.Container{Name: "web", Image: "web:1"}
	pod := plan.Pod{RestartPolicy: corev1.RestartPolicyAlways, Regular: 1, Containers: []plan.Container{{
		Name: spec.Name, Image: spec.Image, Role: restart.Regular, RestartPolicy: corev1.RestartPolicyAlways, Liveness: true,
		Policy: restart.Compile(restart.Regular, corev1.RestartPolicyAlways, spec, restart.Gates{}),
	}}}
	todo := pod.Plan(plan.Input{
		Snapshot: &inventory.Snapshot{
			Sandboxes: []inventory.Sandbox{{ID: 1, Ready: true, IP: "10.0.0.7"}},
			Instances: []inventory.Instance{{ID: 2, Sandbox: 1, State: restart.StateRunning, Image: "web:1"}},
		},
		Results: func(_ int, _ uint64, kind probe.Kind) (probe.Result, bool) {
			return probe.Failure, kind == probe.Liveness
		},
	})
	for _, k := range todo.Kill {
		fmt.Printf("kill %d (%v): %s\n", k.Instance, k.Cause, k.Message)
	}
	fmt.Println("start", todo.Start)
	// Output:
	// kill 2 (liveness probe): Container web failed liveness probe, will be restarted
	// start [0]
}
