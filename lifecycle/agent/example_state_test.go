package agent_test

import (
	"context"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// untilRuns runs an agent until its pod runs.
func untilRuns(o agent.Options) error {
	a, err := agent.New(o)
	if err != nil {
		return err
	}
	fmt.Println("pods known:", len(a.Pods()))
	err = a.Add(&corev1.Pod{ // also if it is known
		ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "1"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	for change := range a.Watch(ctx) {
		if change.Status != nil && change.Status.Phase == corev1.PodRunning {
			c := change.Status.ContainerStatuses[0]
			fmt.Println(change.Pod.Name, change.Status.Phase, c.ContainerID, "restarts:", c.RestartCount)
			break
		}
	}
	cancel()
	return <-ended
}

// An agent ends, and the next one continues with its container.
func ExampleOptions_stateDir() {
	dir, err := os.MkdirTemp("", "state")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	runtime := &runtimetest.Fake{} // outlives the agents, as that of package process does
	for range 2 {
		if err := untilRuns(agent.Options{Runtime: runtime, StateDir: dir}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// pods known: 0
	// web Running fake://app-2 restarts: 0
	// pods known: 1
	// web Running fake://app-2 restarts: 0
}
