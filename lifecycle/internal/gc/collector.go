// Package gc removes the dead instances and sandboxes of a pod, one after another, in the
// background of syncs. The death of a container makes its older dead instances superfluous
// at once (C12). The rest is removed by the garbage collection (T13).
package gc

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// Collector has what is to be removed. The zero Collector has nothing to do. Only its
// methods change it. Its fields are exported so that it can be saved.
type Collector struct {
	Queue []Item `json:"queue,omitempty"`
	Op    uint64 `json:"waitsForOp,omitempty"` // the removal under way; 0 if none is
	Now   uint64 `json:"removes,omitempty"`    // the ID that Op removes
	// CollectAt is the next garbage collection that has something to do. If zero, there is
	// none.
	CollectAt time.Time `json:"collectAt,omitzero"`
	// HeldUntil is when the queued removals begin. If zero, they are not held.
	HeldUntil time.Time `json:"heldUntil,omitzero"`
}

// Item is a dead instance or a sandbox. A sandbox is stopped before it is removed.
type Item struct {
	ID      uint64 `json:"id"`
	Sandbox bool   `json:"isSandbox,omitempty"`
	Stopped bool   `json:"stopped,omitempty"`
}

// Host carries out the removals. Each method returns the Op of its request.
type Host interface {
	StopSandbox(id uint64) uint64
	RemoveSandbox(id uint64) uint64
	// RemoveInstance returns 0 if the instance is already gone.
	RemoveInstance(id uint64) uint64
}

// Loop returns the first garbage collection strictly after t (T13).
type Loop interface {
	Collect(t time.Time) time.Time
}

// Clone returns an independent copy.
func (c *Collector) Clone() Collector {
	d := *c
	d.Queue = append([]Item(nil), c.Queue...)
	return d
}

// Died removes what the death of an instance makes superfluous (C12): all dead instances of
// its container except the newest. If all is true, it removes every dead instance. Otherwise
// it does not remove what the kubelet has not seen yet. The removals begin at hold. If hold
// is zero, they begin at once.
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

// Schedule finds the next garbage collection that will have something to do. It removes what
// is left of a pod that is gone for good, a sandbox that was replaced, and a container's
// older dead instances.
func (c *Collector) Schedule(now time.Time, truth *inventory.Truth, containers int, gone bool, loop Loop) {
	left := len(truth.Sandboxes()) + len(truth.Instances())
	if gone && left > 0 || superfluous(truth, containers) || len(truth.Sandboxes()) > 1 {
		c.CollectAt = loop.Collect(now)
	}
}

// superfluous reports whether a container has more than one dead instance.
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

// Collect is one garbage collection (T13). It removes dead instances and sandboxes without
// instances. If the pod stays, it keeps the newest dead instance of each container and the
// newest sandbox. If all is true, it keeps only what runs.
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

// add queues a removal, unless it is already queued or under way.
func (c *Collector) add(i Item) {
	known := slices.ContainsFunc(c.Queue, func(q Item) bool { return q.ID == i.ID })
	if !known && !(c.Op != 0 && c.Now == i.ID) {
		c.Queue = append(c.Queue, i)
	}
}

// run begins the next removal, unless the removals are held.
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
			c.Queue = slices.Insert(c.Queue, 0, Item{next.ID, true, true}) // after the stop comes the removal
		default:
			c.Op = host.RemoveInstance(next.ID)
		}
	}
}

// Answered continues with the next removal. A sandbox that could not be stopped is not
// removed (T13).
func (c *Collector) Answered(host Host, stopFailed bool) {
	c.Op = 0
	if stopFailed {
		c.Queue = slices.Delete(c.Queue, 0, 1)
	}
	c.run(host)
}
