// Package gc removes what is dead of a pod, in the background, one thing after
// another, apart from syncs: what a container's death makes superfluous at once
// (C12), the rest when garbage is collected (T13).
package gc

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// Collector is what is to be removed. The zero Collector has nothing to do. Only
// its methods change it; the fields are exported for its written form.
type Collector struct {
	Queue []Item `json:"queue,omitempty"`
	Op    uint64 `json:"waitsForOp,omitempty"` // the removal under way; 0: none
	Now   uint64 `json:"removes,omitempty"`    // what Op removes
	// CollectAt is the garbage collection that has something to do; zero: none.
	CollectAt time.Time `json:"collectAt,omitzero"`
	// HeldUntil is when the removals in the queue begin; zero: they are not held.
	HeldUntil time.Time `json:"heldUntil,omitzero"`
}

// Item is a dead instance, or a sandbox, which is stopped before it is removed.
type Item struct {
	ID      uint64 `json:"id"`
	Sandbox bool   `json:"isSandbox,omitempty"`
	Stopped bool   `json:"stopped,omitempty"`
}

// Host carries the removals out; each call returns the Op of the request.
type Host interface {
	StopSandbox(id uint64) uint64
	RemoveSandbox(id uint64) uint64
	// RemoveInstance returns 0 for an instance that is gone already.
	RemoveInstance(id uint64) uint64
}

// Loop gives the first garbage collection strictly after t (T13).
type Loop interface {
	Collect(t time.Time) time.Time
}

// Clone returns an independent copy.
func (c *Collector) Clone() Collector {
	d := *c
	d.Queue = append([]Item(nil), c.Queue...)
	return d
}

// Died removes what the death of an instance makes superfluous: all but the
// newest dead instance of its container or, with all, every dead instance (C12).
// What the kubelet has not seen yet it does not remove, unless it removes all. The
// removals begin at hold, or at once if that is zero.
func (c *Collector) Died(seen *inventory.Snapshot, containers int, id uint64, container int, all bool, hold time.Time,
	host Host) {
	known := slices.ContainsFunc(seen.Instances, func(c inventory.Instance) bool { return c.ID == id })
	if !all && !known {
		return
	}
	kept := make([]bool, containers)
	for i := range seen.Instances {
		d := &seen.Instances[i]
		if d.State != restart.StateExited || !all && d.Container != container {
			continue
		}
		if all || kept[d.Container] {
			c.add(Item{ID: d.ID})
		}
		kept[d.Container] = true
	}
	if c.HeldUntil.IsZero() {
		c.HeldUntil = hold
	}
	c.run(host)
}

// Release ends the hold on the removals.
func (c *Collector) Release(host Host) {
	c.HeldUntil = time.Time{}
	c.run(host)
}

// Schedule finds the garbage collection that will have something to do: what a
// pod leaves that is gone for good, a sandbox that was replaced, or a container's
// older dead instances.
func (c *Collector) Schedule(now time.Time, truth *inventory.Truth, containers int, gone bool, loop Loop) {
	left := len(truth.Sandboxes()) + len(truth.Instances())
	if gone && left > 0 || superfluous(truth, containers) || len(truth.Sandboxes()) > 1 {
		c.CollectAt = loop.Collect(now)
	}
}

// superfluous reports whether some container has more than one dead instance.
func superfluous(truth *inventory.Truth, containers int) bool {
	dead := make([]bool, containers)
	for _, c := range truth.Instances() {
		if c.State != restart.StateExited {
			continue
		}
		if dead[c.Container] {
			return true
		}
		dead[c.Container] = true
	}
	return false
}

// Collect is one garbage collection: dead instances, but for the newest of each
// container of a pod that stays, and sandboxes in which nothing is left, but for
// the newest of a pod that stays (T13). With all, nothing stays but what runs.
func (c *Collector) Collect(truth *inventory.Truth, containers int, all bool, host Host) {
	c.CollectAt, c.HeldUntil = time.Time{}, time.Time{}
	kept := make([]bool, containers)
	instances := truth.Instances()
	for i := len(instances) - 1; i >= 0; i-- {
		d := &instances[i]
		dead := d.State == restart.StateExited
		if dead && kept[d.Container] || all && d.State != restart.StateRunning {
			c.add(Item{ID: d.ID})
		}
		kept[d.Container] = kept[d.Container] || dead
	}
	for i, s := range truth.Sandboxes() {
		newest := i == len(truth.Sandboxes())-1
		if !s.Ready && (all || !newest && empty(instances, s.ID)) {
			c.add(Item{ID: s.ID, Sandbox: true})
		}
	}
	c.run(host)
}

func empty(instances []inventory.Instance, sandbox uint64) bool {
	return !slices.ContainsFunc(instances, func(c inventory.Instance) bool { return c.Sandbox == sandbox })
}

// add queues a removal, once.
func (c *Collector) add(i Item) {
	known := slices.ContainsFunc(c.Queue, func(q Item) bool { return q.ID == i.ID })
	if !known && !(c.Op != 0 && c.Now == i.ID) {
		c.Queue = append(c.Queue, i)
	}
}

// run starts the next removal, unless all are held.
func (c *Collector) run(host Host) {
	for c.Op == 0 && len(c.Queue) > 0 && c.HeldUntil.IsZero() {
		next := c.Queue[0]
		c.Queue = slices.Delete(c.Queue, 0, 1)
		c.Now = next.ID
		switch {
		case next.Sandbox && next.Stopped:
			c.Op = host.RemoveSandbox(next.ID)
		case next.Sandbox:
			c.Op = host.StopSandbox(next.ID)
			c.Queue = slices.Insert(c.Queue, 0, Item{next.ID, true, true}) // its removal comes next
		default:
			c.Op = host.RemoveInstance(next.ID)
		}
	}
}

// Answered goes on with the next removal. A sandbox that could not be stopped is
// not removed (T13).
func (c *Collector) Answered(host Host, stopFailed bool) {
	c.Op = 0
	if stopFailed {
		c.Queue = slices.Delete(c.Queue, 0, 1)
	}
	c.run(host)
}
