package pleg

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// everySecond relists at whole seconds.
type everySecond struct{}

func (everySecond) Relist(t time.Time, after bool) time.Time {
	if at := t.Truncate(time.Second); !at.Before(t) && !after {
		return at
	}
	return t.Truncate(time.Second).Add(time.Second)
}

func at(d time.Duration) time.Time { return start.Add(d) }

func TestARelistTellsWhatHasChangedSinceTheLastOne(t *testing.T) { // T20, T23
	truth := inventory.NewTruth([]inventory.Sandbox{{ID: 1, Ready: true, IP: "10.0.0.1"}}, []inventory.Instance{{ID: 2, State: restart.StateCreated}})
	var g Generator
	steps := []struct {
		name   string
		change func()
		want   []Item
	}{
		{"first sight: a created container is as good as unknown", func() {}, []Item{{1, ofSandbox, restart.StateRunning}, {2, 0, restart.StateUnknown}}},
		{"nothing", func() {}, nil},
		{"a start", func() { truth.Start(2, start) }, []Item{{2, 0, restart.StateRunning}}},
		{"what vanishes has died, too", func() { truth.Remove(2) }, []Item{{2, 0, restart.StateExited}, {2, 0, restart.StateAbsent}}},
		{"a sandbox that is not ready counts as exited", func() { truth.StopSandbox(1) }, []Item{{1, ofSandbox, restart.StateExited}}},
	}
	for i, s := range steps {
		s.change()
		got := g.Relist(at(time.Duration(i)*time.Second), &truth, false)
		for j := range got {
			got[j].State = known(got[j].State)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", s.name, diff)
		}
	}
	if got := g.Cached().IPs; len(got) != 1 || got[0] != "10.0.0.1" {
		t.Errorf("a pod whose sandbox is gone has the addresses %v, want those it had", got)
	}
}

func TestAChangeIsSeenByTheNextRelist(t *testing.T) { // T3
	var g Generator
	g.Touch(at(1500*time.Millisecond), everySecond{})
	g.Touch(at(1700*time.Millisecond), everySecond{})
	if !g.RelistAt.Equal(at(2*time.Second)) || !g.TouchedAt.Equal(at(1500*time.Millisecond)) {
		t.Errorf("relist at %v for a change at %v", g.RelistAt, g.TouchedAt)
	}
}

func TestARelistOnDemandIsSparedIfOneOfAllPodsCameFirst(t *testing.T) { // T4
	var g Generator
	g.RequestRelist(at(1200*time.Millisecond), 100*time.Millisecond)
	g.RequestRelist(at(1250*time.Millisecond), 100*time.Millisecond)
	if want := at(1300 * time.Millisecond); !g.OnDemandAt.Equal(want) {
		t.Errorf("on demand at %v, want %v", g.OnDemandAt, want)
	}
	if !g.TakeOnDemand(at(1300*time.Millisecond), everySecond{}) {
		t.Error("not done, though none came in between")
	}
	g.RequestRelist(at(1950*time.Millisecond), 100*time.Millisecond)
	if g.TakeOnDemand(at(2050*time.Millisecond), everySecond{}) {
		t.Error("done, though one of all pods came at 2s")
	}
}

func TestASyncWaitsForASnapshotNewerThanTheLastOne(t *testing.T) { // T12
	var g Generator
	if wait, _ := g.NewerThan(at(1200*time.Millisecond), at(1300*time.Millisecond), everySecond{}); !wait.Equal(at(2 * time.Second)) {
		t.Errorf("waits until %v", wait)
	}
	g.Touch(at(1250*time.Millisecond), everySecond{})
	if wait, relist := g.NewerThan(at(1200*time.Millisecond), at(2500*time.Millisecond), everySecond{}); !wait.IsZero() || !relist {
		t.Errorf("waits until %v, relist %v; the relist at 2s has passed, and had something to see", wait, relist)
	}
}
