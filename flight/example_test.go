package flight_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// The example records a pod whose sandbox cannot be made, and plays it again. An
// agent with the option Flight does the first half by itself.
func Example() {
	dir, err := os.MkdirTemp("", "flight")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	recorder, err := flight.NewRecorder(flight.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	template, err := lifecycle.Compile(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
	}, lifecycle.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	track, timing := recorder.Track(lifecycle.Config{}, &lifecycle.IdealTiming)
	machine := lifecycle.New(template, lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, timing, now)
	answer := lifecycle.Event{Type: lifecycle.SandboxStarted, Err: "no addresses left"}
	for _, a := range track.Step(machine, now) {
		if a.Type == lifecycle.RunSandbox {
			answer.Op = a.Op
		}
	}
	track.Step(machine, now.Add(2*time.Second), answer)
	if err := recorder.Close(); err != nil {
		fmt.Println(err)
		return
	}

	file, err := os.Open(filepath.Join(dir, "00000001.podclock.jsonl"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	var player flight.Player
	if err := player.Play(file); err != nil {
		fmt.Println(err)
		return
	}
	if err := player.Timeline().WriteTable(os.Stdout, timeline.Table{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// TIME  READY  STATUS             RESTARTS  WHAT
	// +0s   0/1    ContainerCreating  0         phase Pending
	// +2s                                       sandbox 0 failed: no addresses left
	// +2s                                       FailedCreatePodSandBox: Failed to create pod sandbox: no addresses left
}
