package timeline_test

import (
	"fmt"
	"os"
	"time"

	"github.com/podclock/podclock/timeline"
)

func Example() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	log := timeline.New(start)
	pod := log.Track("default/web")
	for i := range 3 {
		pod.Add(timeline.Record{
			At: start.Add(time.Duration(10*(i+1)) * time.Second), Kind: timeline.Event,
			Container: "app", Probe: "liveness", Outcome: "failure",
			Type: "Warning", Reason: "Unhealthy", Message: "Liveness probe failed: HTTP probe failed with statuscode: 500",
		})
	}
	pod.Add(timeline.Record{
		At: start.Add(30 * time.Second), Kind: timeline.Decision,
		Container: "app", Reason: "kill", Message: "Container app failed liveness probe, will be restarted",
	})
	if err := log.WriteEvents(os.Stdout); err != nil {
		panic(err)
	}
	web, err := log.Pod("web")
	if err != nil {
		panic(err)
	}
	fmt.Println(web.Kills())
	// Output:
	// TIME  TYPE     REASON     OBJECT   MESSAGE
	// +10s  Warning  Unhealthy  web/app  Liveness probe failed: HTTP probe failed with statuscode: 500  (x3 until +30s)
	// [{30s app Container app failed liveness probe, will be restarted}]
}
