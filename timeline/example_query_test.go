package timeline_test

import (
	"fmt"
	"os"
	"time"

	"github.com/podclock/podclock/timeline"
)

// crash returns a timeline with a container that runs twice. The first run hangs and is
// killed.
func crash() *timeline.Timeline {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	log := timeline.New(start)
	pod := log.Track("default/web")
	add := func(seconds int, r timeline.Record) {
		r.At, r.Container = start.Add(time.Duration(seconds)*time.Second), "app"
		pod.Add(r)
	}
	add(1, timeline.Record{Kind: timeline.Status, State: &timeline.State{
		Ready: "0/1", Status: "ContainerCreating", Restarts: "0", Phase: "Pending",
		Containers: []timeline.ContainerState{{Name: "app"}},
	}})
	add(2, timeline.Record{Kind: timeline.Started})
	add(30, timeline.Record{
		Kind: timeline.Decision, Reason: timeline.DecidedKill.String(), Message: "liveness: failure 3 of 3",
	})
	add(60, timeline.Record{Kind: timeline.Exited, ExitCode: 137, Reason: "Error"})
	add(61, timeline.Record{Kind: timeline.Started, Run: 1})
	return log
}

func ExampleContainer_Exits() {
	app, err := crash().Container("web", "app")
	if err != nil {
		panic(err)
	}
	for _, exit := range app.Exits() {
		fmt.Printf("run %d ended at %v with %d, %s\n", exit.Run, exit.At, exit.ExitCode, exit.Reason)
	}
	// Output: run 0 ended at 1m0s with 137, Error
}

func ExampleContainer_Starts() {
	app, err := crash().Container("web", "app")
	if err != nil {
		panic(err)
	}
	fmt.Println(app.Starts())
	// Output: [2s 1m1s]
}

func ExampleContainer_EverKilled() {
	app, err := crash().Container("web", "app")
	if err != nil {
		panic(err)
	}
	if app.EverKilled() {
		fmt.Println("killed:", app.Kills()[0].Why)
	}
	// Output: killed: liveness: failure 3 of 3
}

// A filter drops kinds of records. Has says which.
func ExampleKinds_Has() {
	dropped := timeline.Essential.Drop
	fmt.Println(dropped.Has(timeline.Sync), dropped.Has(timeline.Exited))
	// Output: true false
}

// Without complete statuses StatusAt panics, so ask first.
func ExampleTimeline_KeepsSnapshots() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Println(timeline.New(start).KeepsSnapshots())
	fmt.Println(timeline.NewFiltered(start, timeline.Essential).KeepsSnapshots())
	// Output:
	// true
	// false
}

func ExampleTimeline_WriteYAML() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	log := timeline.New(start)
	log.Track("default/web").Add(timeline.Record{
		At: start.Add(60 * time.Second), Kind: timeline.Exited, Container: "app", ExitCode: 137, Reason: "Error",
	})
	if err := log.WriteYAML(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// end: "2026-01-01T00:01:00Z"
	// pods:
	// - default/web
	// records:
	// - at: +1m0s
	//   container: app
	//   exitCode: 137
	//   kind: Exited
	//   pod: default/web
	//   reason: Error
	//   run: 0
	//   text: exited with 137, Error (run 0)
	// start: "2026-01-01T00:00:00Z"
}
