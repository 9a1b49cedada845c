//go:build unix

package process_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/process"
)

// A pod whose container is a process. The first line of main is process.Main().
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	runtime, err := process.New(process.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer runtime.Close()
	a, err := agent.New(agent.Options{Runtime: runtime})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = a.Add(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "greeter", UID: "1"},
		Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{
			Name: "app", Image: "any:1", Command: []string{"sh", "-c", "echo hello from $(POD); exit 3"},
			Env:                      []corev1.EnvVar{{Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}}},
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		}}},
	})
	if err != nil {
		fmt.Println(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error)
	go func() { stopped <- a.Run(ctx) }()
	for change := range a.Watch(ctx) {
		if change.Finished && change.Status != nil {
			end := change.Status.ContainerStatuses[0].State.Terminated
			fmt.Println(change.Status.Phase, end.ExitCode, end.Reason)
			fmt.Print(end.Message)
			break
		}
	}
	logs, _ := filepath.Glob(filepath.Join(dir, "logs", "default_greeter_1", "app", "*.log"))
	fmt.Println(len(logs), "log")
	cancel()
	<-stopped
	// Output:
	// Failed 3 Error
	// hello from greeter
	// 1 log
}
