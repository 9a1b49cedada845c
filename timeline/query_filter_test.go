package timeline

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestAQueryOfWhatTheFilterDropsIsAnError(t *testing.T) {
	snapshots := Filter{NoSnapshots: true}
	without := func(kinds ...Kind) Filter { return Filter{Drop: KindsOf(kinds...)} }
	for _, row := range []struct {
		name   string
		filter Filter
		query  func(Pod)
		want   string
	}{
		{"Events", without(Event), func(p Pod) { p.Events() }, "Event"},
		{"Kills", without(Decision), func(p Pod) { p.Kills() }, "Decision"},
		{"FirstReady", without(Status), func(p Pod) { p.FirstReady() }, "Status"},
		{"TimeReady", without(Status), func(p Pod) { p.TimeReady() }, "Status"},
		{"Restarts", without(Status), func(p Pod) { p.Restarts() }, "Status"},
		{"RestartsBetween", without(Status), func(p Pod) { p.RestartsBetween(0, 1) }, "Status"},
		{"StateAt", without(Status), func(p Pod) { p.StateAt(0) }, "Status"},
		{"StatusAt", snapshots, func(p Pod) { p.StatusAt(0) }, "NoSnapshots"},
		{"StatusAt", without(Status), func(p Pod) { p.StatusAt(0) }, "Status"},
		{"Statuses", snapshots, func(p Pod) { p.Statuses() }, "NoSnapshots"},
		{"Unready", without(Fact), func(p Pod) { p.Unready() }, "Fact"},
		{"Flaps", without(Status), func(p Pod) { p.Flaps() }, "Status"},
		{"Exits", without(Exited), func(p Pod) { Container{p, "app"}.Exits() }, "Exited"},
		{"Starts", without(Started), func(p Pod) { Container{p, "app"}.Starts() }, "Started"},
		{"Detections", without(Lost), func(p Pod) { Container{p, "app"}.Detections() }, "Lost"},
		{"Container", without(Status), func(p Pod) { must(p.Container("app")) }, "Status"},
		{"WriteEvents", without(Event), func(p Pod) { must(0, p.timeline.WriteEvents(io.Discard)) }, "Event"},
		{"WriteStatuses", snapshots, func(p Pod) { must(0, p.timeline.WriteStatuses(io.Discard)) }, "NoSnapshots"},
	} {
		tl := NewFiltered(start, row.filter)
		tl.Track("ns/p")
		if got := panicOf(func() { row.query(Pod{tl, "ns/p"}) }); !strings.Contains(got, "; take ") ||
			!strings.Contains(got, row.want) {
			t.Errorf("%s: %q; want an error that names %s and a cure", row.name, got, row.want)
		}
	}
}

func must[T any](_ T, err error) {
	if err != nil {
		panic(err)
	}
}

// panicOf returns the text of the error with which f panics.
func panicOf(f func()) (text string) {
	defer func() {
		if err, ok := recover().(error); ok {
			text = fmt.Sprint(err)
		}
	}()
	f()
	return "none"
}

func TestTheEssentialAnswersWhatNeedsNoCompleteStatus(t *testing.T) {
	tl := NewFiltered(start, Essential)
	tl.Track("ns/p").Add(status(0, true, 0))
	pod, err := tl.Pod("p")
	must(0, err)
	app, err := pod.Container("app")
	must(0, err)
	pod.Events()
	pod.Kills()
	pod.Unready()
	pod.StateAt(0)
	app.Exits()
	app.Starts()
	app.Detections()
}
