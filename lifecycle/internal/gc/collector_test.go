package gc

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// host writes down the requests.
type host struct{ log []string }

func (h *host) ask(format string, id uint64) uint64 {
	h.log = append(h.log, fmt.Sprintf(format, id))
	return 1000 + id
}

func (h *host) StopSandbox(id uint64) uint64    { return h.ask("stop sandbox %d", id) }
func (h *host) RemoveSandbox(id uint64) uint64  { return h.ask("remove sandbox %d", id) }
func (h *host) RemoveInstance(id uint64) uint64 { return h.ask("remove %d", id) }

type everyMinute struct{}

func (everyMinute) Collect(t time.Time) time.Time { return t.Truncate(time.Minute).Add(time.Minute) }

func dead(id uint64, container int, sandbox uint64) inventory.Instance {
	return inventory.Instance{ID: id, Container: container, Sandbox: sandbox, State: restart.StateExited}
}

// drain answers every removal with success.
func drain(c *Collector, h *host) []string {
	for c.Op != 0 {
		c.Answered(h, false)
	}
	return h.log
}

func TestADeathRemovesTheOlderDeadOfItsContainer(t *testing.T) { // C12
	truth := inventory.NewTruth(nil, []inventory.Instance{dead(1, 0, 9), dead(2, 1, 9), dead(3, 0, 9)})
	seen := truth.Snapshot()
	for all, want := range map[bool][]string{
		false: {"remove 1"},
		true:  {"remove 3", "remove 2", "remove 1"},
	} {
		var c Collector
		h := &host{}
		c.Died(&seen, 2, 3, 0, all, time.Time{}, h)
		if got := drain(&c, h); !slices.Equal(got, want) {
			t.Errorf("all %v: %q, want %q", all, got, want)
		}
	}
}

func TestWhatTheKubeletHasNotSeenIsNotRemoved(t *testing.T) { // C12
	truth := inventory.NewTruth(nil, []inventory.Instance{dead(1, 0, 9), dead(2, 0, 9)})
	seen := truth.Snapshot()
	var c Collector
	h := &host{}
	if c.Died(&seen, 1, 7, 0, false, time.Time{}, h); len(h.log) != 0 {
		t.Errorf("asked for %q", h.log)
	}
}

func TestACollectionKeepsTheNewestOfEach(t *testing.T) { // T13
	truth := inventory.NewTruth([]inventory.Sandbox{{ID: 8}, {ID: 9, Ready: true}}, []inventory.Instance{dead(1, 0, 9), dead(2, 0, 9)})
	var c Collector
	h := &host{}
	c.Schedule(start.Add(time.Second), &truth, 1, false, everyMinute{})
	if !c.CollectAt.Equal(start.Add(time.Minute)) {
		t.Errorf("collects at %v", c.CollectAt)
	}
	c.Collect(&truth, 1, false, h)
	if got, want := drain(&c, h), []string{"remove 1", "stop sandbox 8", "remove sandbox 8"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestASandboxThatCannotBeStoppedIsNotRemoved(t *testing.T) { // T13
	truth := inventory.NewTruth([]inventory.Sandbox{{ID: 8}, {ID: 9, Ready: true}}, nil)
	var c Collector
	h := &host{}
	c.Collect(&truth, 0, false, h)
	c.Answered(h, true)
	if want := []string{"stop sandbox 8"}; !slices.Equal(h.log, want) || c.Op != 0 || len(c.Queue) != 0 {
		t.Errorf("%q and %v left, want %q and nothing", h.log, c.Queue, want)
	}
}
