package timeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// deleted returns a Status record of a pod that is being deleted.
func deleted(second float64, ready bool) Record {
	r := status(second, ready, 0)
	r.State.Status, r.State.Deleted = "Terminating", true
	return r
}

func TestAWindowSaysWhyReadyWasLost(t *testing.T) {
	readiness := func(second float64, outcome string) Record {
		return Record{At: at(second), Kind: Result, Container: "app", Probe: "readiness", Outcome: outcome}
	}
	for _, row := range []struct {
		what    string
		records []Record
		want    string
	}{
		{"a kill, before the exit that it leads to", []Record{
			{At: at(9), Kind: Decision, Container: "app", Reason: DecidedKill.String(), Message: "liveness"},
			{At: at(10), Kind: Exited, Container: "app", ExitCode: 137, Reason: "Error"},
		}, "app: kill: liveness"},
		{"an exit", []Record{{At: at(10), Kind: Exited, Container: "app", ExitCode: 1, Reason: "Error"}},
			"app: exited with 1, Error (run 0)"},
		{"a state that nobody knows", []Record{{At: at(10), Kind: Lost, Container: "app"}}, "app: state unknown (run 0)"},
		{"a probe", []Record{
			{At: at(9), Kind: Event, Container: "app", Probe: "readiness", Outcome: "failure", Message: "Readiness probe failed: 503"},
			readiness(9, "failure"),
		}, "app: Readiness probe failed: 503"},
		{"a probe without an event", []Record{readiness(9, "failure")}, "app: readiness: result is now failure"},
		{"the end of the pod", []Record{
			{At: at(8), Kind: Decision, Reason: DecidedEnd.String(), Message: "evicted"},
			{At: at(9), Kind: Exited, Container: "app", Reason: "Completed"},
		}, "the pod ends: evicted"},
		{"what was done to the pod", []Record{{At: at(10), Kind: Fact, Message: "the node is lost"}}, "the node is lost"},
		{"a probe that recovered, and then nothing", []Record{readiness(7, "failure"), readiness(8, "success")}, "app not ready, not Ready"},
		{"an exit of the run before, and then nothing", []Record{
			{At: at(7), Kind: Exited, Container: "app"}, {At: at(8), Kind: Started, Container: "app", Run: 1},
		}, "app not ready, not Ready"},
	} {
		tl := New(start)
		k := tl.Track("ns/p")
		k.Add(status(0, false, 0))
		k.Add(status(5, true, 0))
		for _, r := range row.records {
			k.Add(r)
		}
		k.Add(status(10, false, 0))
		k.Add(status(15, false, 0))
		tl.Close(at(20))
		want := []Window{{From: 10 * time.Second, To: 20 * time.Second, Why: row.want}}
		if diff := cmp.Diff(want, Pod{tl, "ns/p"}.Unready()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.what, diff)
		}
	}
}

func TestUnreadyIsCountedAfterTheFirstReadyAndBeforeTheDeletion(t *testing.T) {
	for _, row := range []struct {
		what           string
		records        []Record
		total, longest time.Duration
		flaps          int
	}{
		{what: "never ready", records: []Record{status(0, false, 0)}},
		{what: "always ready", records: []Record{status(0, true, 0)}},
		{"open at the end", []Record{status(0, true, 0), status(90, false, 0)}, 10 * time.Second, 10 * time.Second, 1},
		{"twice", []Record{
			status(0, false, 0), status(1, true, 0), status(2, false, 0), status(5, true, 0), status(6, false, 0), status(8, true, 0),
		}, 5 * time.Second, 3 * time.Second, 2},
		{what: "lost by the deletion", records: []Record{status(0, true, 0), deleted(5, true), deleted(6, false)}},
		{"open at the deletion", []Record{
			status(0, true, 0), status(2, false, 0), deleted(5, false), deleted(6, true), deleted(7, false),
		}, 3 * time.Second, 3 * time.Second, 1},
		{"for no time", []Record{status(0, true, 0), status(2, false, 0), status(2, true, 0)}, 0, 0, 1},
	} {
		tl := New(start)
		for _, r := range row.records {
			tl.Track("ns/p").Add(r)
		}
		tl.Close(at(100))
		p := Pod{tl, "ns/p"}
		if p.TimeUnready() != row.total || p.LongestUnready() != row.longest || p.Flaps() != row.flaps {
			t.Errorf("%s: not Ready for %v, %v at a time, lost %d times; want %v, %v, %d", row.what, p.TimeUnready(),
				p.LongestUnready(), p.Flaps(), row.total, row.longest, row.flaps)
		}
	}
}
