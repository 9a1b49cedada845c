package agent

import (
	"time"

	"github.com/podclock/podclock/internal/schedule"
)

// deadlines orders the pods by the next deadlines of their machines. Pods with
// the same deadline are ordered by number, so that the order does not depend on
// chance. It alone writes pod.wakeAt and pod.slot.
type deadlines struct {
	epoch time.Time // the first deadline ever; the heap counts from it
	heap  schedule.Heap
	pods  []*pod // by slot; nil if the slot is free
	free  []int32
}

// next returns the pod with the first deadline. It is false if there is none.
func (d *deadlines) next() (*pod, bool) {
	slot, _, _, ok := d.heap.Next()
	if !ok {
		return nil, false
	}
	return d.pods[slot], true
}

// set changes a pod's deadline. If ok is false, the pod has none.
func (d *deadlines) set(p *pod, at time.Time, ok bool) {
	switch {
	case ok && p.slot >= 0 && p.wakeAt.Equal(at):
	case ok:
		if d.epoch.IsZero() {
			d.epoch = at
		}
		if p.slot < 0 {
			p.slot = d.take(p)
		}
		p.wakeAt = at
		d.heap.Set(p.slot, at.Sub(d.epoch), uint64(p.number))
	case p.slot >= 0:
		d.heap.Remove(p.slot)
		d.pods[p.slot] = nil
		d.free = append(d.free, p.slot)
		p.slot = -1
	}
}

// take gives a pod a slot of its own, a free one if there is one.
func (d *deadlines) take(p *pod) int32 {
	if n := len(d.free); n > 0 {
		slot := d.free[n-1]
		d.free = d.free[:n-1]
		d.pods[slot] = p
		return slot
	}
	d.pods = append(d.pods, p)
	return int32(len(d.pods) - 1)
}
