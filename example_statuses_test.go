package podclock_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// A program can run its own check, such as "is it stuck?", on every status that a watcher
// could have received.
func ExampleRun_statuses() {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1"}}}}
	crash := podclock.Script{{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}}
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: pod, Apps: map[string]podclock.App{"web": crash}}},
		For:  time.Minute,
	})
	if err != nil {
		panic(err)
	}
	web, err := result.Timeline.Pod("default/pod")
	if err != nil {
		panic(err)
	}
	for _, s := range web.Statuses() {
		for _, c := range s.Status.ContainerStatuses {
			if w := c.State.Waiting; w != nil && w.Reason == "CrashLoopBackOff" {
				fmt.Println(s.At, s.Column, "after", c.RestartCount, "restarts")
			}
		}
	}
	// Output:
	// 20s CrashLoopBackOff after 1 restarts
	// 45s CrashLoopBackOff after 2 restarts
}
