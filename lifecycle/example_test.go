package lifecycle_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
)

// A whole shell: it answers every request at once, and lets the container exit
// with 1 a second after each start.
func ExamplePod_Step() {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "example.org/app:1"}}},
	}
	template, err := lifecycle.Compile(pod, lifecycle.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	now := start
	machine := lifecycle.New(template, lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, nil, now)

	var exits []lifecycle.Event // at now + 1 s
	var answers []lifecycle.Event
	for now.Before(start.Add(40 * time.Second)) {
		for again := true; again; again = len(answers) > 0 {
			actions := machine.Step(now, answers...)
			answers = nil
			for _, a := range actions {
				switch a.Type {
				case lifecycle.RunSandbox:
					answers = append(answers, lifecycle.Event{Type: lifecycle.SandboxStarted, Op: a.Op, IP: "10.0.0.1"})
				case lifecycle.InspectImage:
					answers = append(answers, lifecycle.Event{Type: lifecycle.ImageInspected, Op: a.Op, Present: true})
				case lifecycle.CreateContainer:
					answers = append(answers, lifecycle.Event{Type: lifecycle.ContainerCreated, Op: a.Op})
				case lifecycle.StartContainer:
					answers = append(answers, lifecycle.Event{Type: lifecycle.ContainerStarted, Op: a.Op})
					exits = append(exits, lifecycle.Event{Type: lifecycle.ContainerExited, Instance: a.Instance, ExitCode: 1})
					fmt.Printf("%6v start, restart count %d\n", now.Sub(start), a.Attempt)
				case lifecycle.RemoveContainer:
					answers = append(answers, lifecycle.Event{Type: lifecycle.ContainerRemoved, Op: a.Op})
				case lifecycle.Decided:
					fmt.Printf("%6v %v: %s\n", now.Sub(start), a.Decision, a.Message)
				}
			}
		}
		if len(exits) > 0 {
			now, answers, exits = now.Add(time.Second), exits, nil
			continue
		}
		now, _ = machine.Deadline()
	}
	// Output:
	//     0s start, restart count 0
	//     1s restart: restarted: pod restartPolicy Always, exit code 1 -> restart; the next back-off is 10s
	//     1s start, restart count 1
	//     2s refusal: restart refused: back-off 10s, 10s left, counted from the end of run 1
	//    12s restart: restarted: pod restartPolicy Always, exit code 1 -> restart; the next back-off is 20s
	//    12s start, restart count 2
	//    13s refusal: restart refused: back-off 20s, 20s left, counted from the end of run 2
	//    33s restart: restarted: pod restartPolicy Always, exit code 1 -> restart; the next back-off is 40s
	//    33s start, restart count 3
	//    34s refusal: restart refused: back-off 40s, 40s left, counted from the end of run 3
}

// A crash-looping container in its back-off: the process that holds the machine
// is killed, and the next one goes on, with the restart count and the back-off.
func ExampleRestore() {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "example.org/app:1"}}},
	}
	template, err := lifecycle.Compile(pod, lifecycle.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	machine := lifecycle.New(template, lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, nil, start)
	step := func(now time.Time, ev lifecycle.Event) {
		for _, instance := range stepAll(machine, now, ev) {
			fmt.Printf("%3v instance %d starts\n", now.Sub(start), instance)
		}
	}
	crash := func(now time.Time) {
		newest := machine.Runtime().Instances[0]
		step(now, lifecycle.Event{Type: lifecycle.ContainerExited, Instance: newest.ID, ExitCode: 1})
	}
	step(start, lifecycle.Event{})
	crash(start.Add(1 * time.Second)) // restarted at once
	crash(start.Add(2 * time.Second)) // refused for 10 s

	snapshot, err := machine.Snapshot()
	if err != nil {
		fmt.Println(err)
		return
	}
	if machine, err = lifecycle.Restore(snapshot, lifecycle.Config{}, nil); err != nil {
		fmt.Println(err)
		return
	}
	step(start.Add(5*time.Second), lifecycle.Event{Type: lifecycle.KubeletRestarted, KeepMemory: true})
	fmt.Println("open requests:", len(machine.OpenRequests()))
	at, _ := machine.Deadline()
	step(at, lifecycle.Event{})
	fmt.Println("restart count:", machine.Runtime().Instances[0].Attempt)
	// Output:
	//  0s instance 3 starts
	//  1s instance 6 starts
	// open requests: 0
	// 12s instance 10 starts
	// restart count: 2
}

// stepAll steps a machine, answers all that it asks for at once, and returns the
// instances that were started.
func stepAll(machine *lifecycle.Pod, now time.Time, ev lifecycle.Event) (started []uint64) {
	for events := []lifecycle.Event{ev}; len(events) > 0; {
		var answers []lifecycle.Event
		for _, a := range machine.Step(now, events[0]) {
			if a.Type.IsRequest() {
				answers = append(answers, answerTo(&a))
			}
			if a.Type == lifecycle.StartContainer {
				started = append(started, a.Instance)
			}
		}
		events = append(events[1:], answers...)
	}
	return started
}
