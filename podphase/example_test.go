package podphase_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

func Example() {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", CreationTimestamp: metav1.NewTime(now.Add(-200 * time.Second))},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}}},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
			Name:         "app",
			RestartCount: 3,
			State:        corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
			LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: 1, Reason: "Error", FinishedAt: metav1.NewTime(now.Add(-35 * time.Second)),
			}},
		}}},
	}
	rules := podphase.Compile(pod, restart.Gates{})
	pod.Status.Phase = rules.Phase(&pod.Status, false, true)
	pod.Status.Conditions = rules.Conditions(nil, &podphase.Facts{Status: &pod.Status, HasSandbox: true})
	podphase.Stamp(pod.Status.Conditions, nil, now)

	fmt.Println(pod.Status.Phase)
	for _, c := range pod.Status.Conditions {
		fmt.Printf("%s=%s %q\n", c.Type, c.Status, c.Message)
	}
	row := podphase.Columns(pod, now)
	fmt.Println(pod.Name, row.Ready, row.Status, row.Restarts, row.Age)
	// Output:
	// Running
	// PodReadyToStartContainers=True ""
	// Initialized=True ""
	// Ready=False "containers with unready status: [app]"
	// ContainersReady=False "containers with unready status: [app]"
	// PodScheduled=True ""
	// web 0/1 CrashLoopBackOff 3 (35s ago) 3m20s
}
