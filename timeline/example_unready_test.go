package timeline_test

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/timeline"
)

// flaps returns the part of a pod that loses Ready twice before it is deleted.
func flaps() timeline.Pod {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	log := timeline.New(start)
	track := log.Track("default/web")
	add := func(seconds int, r timeline.Record) {
		r.At = start.Add(time.Duration(seconds) * time.Second)
		track.Add(r)
	}
	status := func(seconds int, ready, deleted bool) {
		add(seconds, timeline.Record{Kind: timeline.Status, State: &timeline.State{
			PodReady: ready, Deleted: deleted, Containers: []timeline.ContainerState{
				{Name: "app", Ready: ready, Restarts: int32(min(seconds/70, 1))},
			},
		}})
	}
	status(5, true, false)
	add(60, timeline.Record{Kind: timeline.Exited, Container: "app", ExitCode: 1, Reason: "Error"})
	status(60, false, false)
	add(70, timeline.Record{Kind: timeline.Started, Container: "app", Run: 1})
	status(72, true, false)
	add(90, timeline.Record{
		Kind: timeline.Result, Container: "app", Probe: "readiness", Outcome: "failure",
	})
	status(90, false, false)
	status(120, true, false)
	status(300, true, true)
	status(310, false, true)
	pod, err := log.Pod("web")
	if err != nil {
		panic(err)
	}
	return pod
}

func ExamplePod_Unready() {
	for _, w := range flaps().Unready() {
		fmt.Printf("%v to %v: %s\n", w.From, w.To, w.Why)
	}
	// Output:
	// 1m0s to 1m12s: app: exited with 1, Error (run 0)
	// 1m30s to 2m0s: app: readiness: result is now failure
}

func ExampleWindow_Length() {
	fmt.Println(flaps().Unready()[0].Length())
	// Output: 12s
}

func ExamplePod_TimeUnready() {
	fmt.Println(flaps().TimeUnready())
	// Output: 42s
}

func ExamplePod_LongestUnready() {
	fmt.Println(flaps().LongestUnready())
	// Output: 30s
}

func ExamplePod_Flaps() {
	fmt.Println(flaps().Flaps())
	// Output: 2
}

func ExamplePod_RestartsBetween() {
	fmt.Println(flaps().RestartsBetween(0, time.Minute), flaps().RestartsBetween(time.Minute, 2*time.Minute))
	// Output: 0 1
}

func ExampleContainer_RestartsBetween() {
	app, err := flaps().Container("app")
	if err != nil {
		panic(err)
	}
	fmt.Println(app.RestartsBetween(0, time.Minute), app.RestartsBetween(72*time.Second, 2*time.Minute))
	// Output: 0 1
}
