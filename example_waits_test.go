package podclock_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// A deleted pod does not go away, because its postStart hook never returns.
func ExampleSimulation_Waits() {
	hook := &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sleep", "inf"}}}
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "web", Image: "web:1", Lifecycle: &corev1.Lifecycle{PostStart: hook},
	}}}}
	pod.Name = "web"
	s, err := podclock.New(podclock.Options{Pods: []podclock.Pod{{
		Manifest: pod, Apps: map[string]podclock.App{"web": podclock.Script{{PostStart: podclock.Steps{{Reply: podclock.Hang()}}}}},
	}}})
	if err != nil {
		panic(err)
	}
	if err := s.RunFor(time.Minute); err != nil {
		panic(err)
	}
	if err := s.Inject(podclock.Delete{Pod: "web"}); err != nil {
		panic(err)
	}
	if err := s.RunFor(time.Hour); err != nil {
		panic(err)
	}
	waits, err := s.Waits("web")
	if err != nil {
		panic(err)
	}
	for _, w := range waits {
		fmt.Println(w.Kind, "-", w.Text(s.Now()))
	}
	// Output:
	// hook - web's postStart hook, which keeps the pod from being synced (C32), for 1h1m0s so far, without limit
}
