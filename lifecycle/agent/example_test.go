package agent_test

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// A job runs to its end, on a runtime in memory.
func Example() {
	a, err := agent.New(agent.Options{Runtime: &runtimetest.Fake{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = a.Add(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "job", UID: "1"},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "app", Image: "app:1", Command: []string{string(runtimetest.ExitWith3)}}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	for change := range a.Watch(ctx) {
		if change.Finished {
			state := change.Status.ContainerStatuses[0].State.Terminated
			fmt.Println(change.Pod.Name, change.Status.Phase, state.Reason, state.ExitCode)
			cancel()
		}
	}
	cancel()
	fmt.Println(<-ended)
	// Output:
	// job Failed Error 3
	// <nil>
}
