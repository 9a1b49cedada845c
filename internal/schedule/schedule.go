// Package schedule orders numbered things by the time at which they are due. It is an
// indexed heap: the time of a thing can be changed, and things that are due at one
// instant have a defined order.
package schedule

import (
	"slices"
	"time"
)

// Heap is a schedule. The zero Heap is empty. A thing is named by a small number, its
// slot, so that the caller can keep everything else about things in slices.
type Heap struct {
	entries []entry
	place   []int32 // by slot: 1 + the index in entries, or 0 if not scheduled
}

// entry is a thing in the heap. It holds the values that are compared, so that a
// comparison looks nothing up.
type entry struct {
	at    time.Duration
	order uint64
	slot  int32
}

func (e entry) before(o entry) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// children is how many children a node of the heap has. With 4 the heap is half as
// deep as with 2, and the children of a node are still next to each other in memory.
const children = 4

// Len returns how many things are scheduled.
func (h *Heap) Len() int { return len(h.entries) }

// Next returns the thing that is due first, its time and its order. It returns false
// if nothing is scheduled.
func (h *Heap) Next() (slot int32, at time.Duration, order uint64, ok bool) {
	if len(h.entries) == 0 {
		return 0, 0, 0, false
	}
	e := h.entries[0]
	return e.slot, e.at, e.order, true
}

// Set schedules a thing, or changes when it is due. Among things that are due at one
// instant, the one with the least order comes first. No two things may have the same
// order.
func (h *Heap) Set(slot int32, at time.Duration, order uint64) {
	for int(slot) >= len(h.place) {
		h.place = append(h.place, 0)
	}
	e := entry{at, order, slot}
	i := int(h.place[slot]) - 1
	switch {
	case i < 0:
		h.entries = append(h.entries, entry{})
		i = len(h.entries) - 1
	case h.entries[i] == e:
		return
	}
	h.sift(i, e)
}

// Remove removes a thing from the schedule. A thing that is not scheduled is ignored.
func (h *Heap) Remove(slot int32) {
	if int(slot) >= len(h.place) || h.place[slot] == 0 {
		return
	}
	i := int(h.place[slot]) - 1
	h.place[slot] = 0
	last := len(h.entries) - 1
	moved := h.entries[last]
	h.entries = h.entries[:last]
	if i < last {
		h.sift(i, moved)
	}
}

// Clone returns an independent copy.
func (h *Heap) Clone() Heap { return Heap{slices.Clone(h.entries), slices.Clone(h.place)} }

// sift puts an entry into its place in the heap. i is a free place, from which sift
// moves up or down.
func (h *Heap) sift(i int, e entry) {
	for i > 0 && e.before(h.entries[(i-1)/children]) {
		i = h.move((i-1)/children, i)
	}
	for {
		least, first := i, children*i+1
		for c := first; c < min(first+children, len(h.entries)); c++ {
			if least == i && h.entries[c].before(e) || least != i && h.entries[c].before(h.entries[least]) {
				least = c
			}
		}
		if least == i {
			break
		}
		i = h.move(least, i)
	}
	h.entries[i] = e
	h.place[e.slot] = int32(i + 1)
}

// move moves the entry at from to the free place to. It returns from, which is now
// free.
func (h *Heap) move(from, to int) int {
	h.entries[to] = h.entries[from]
	h.place[h.entries[to].slot] = int32(to + 1)
	return from
}
