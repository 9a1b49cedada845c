// Package schedule orders numbered things by when they are due: an indexed heap,
// in which the time of a thing can be changed, and those of one instant have a
// written order.
package schedule

import (
	"slices"
	"time"
)

// Heap is the schedule. The zero Heap is empty. Things are named by small numbers,
// their slots, by which what else is known of them can stand in slices.
type Heap struct {
	entries []entry
	place   []int32 // by slot: 1 + index in entries; 0: it is not scheduled
}

// entry is a thing in the heap. What is compared stands in the heap itself, so
// that nothing is looked up.
type entry struct {
	at    time.Duration
	order uint64
	slot  int32
}

func (e entry) before(o entry) bool { return e.at < o.at || e.at == o.at && e.order < o.order }

// children is how many a node of the heap has: 4 make it half as deep as 2, and a
// node's children stand together.
const children = 4

// Len returns how many things are scheduled.
func (h *Heap) Len() int { return len(h.entries) }

// Next returns the first thing that is due, when, and its order; false: there is
// none.
func (h *Heap) Next() (slot int32, at time.Duration, order uint64, ok bool) {
	if len(h.entries) == 0 {
		return 0, 0, 0, false
	}
	e := h.entries[0]
	return e.slot, e.at, e.order, true
}

// Set schedules a thing, or changes when it is due. Of those that are due at one
// instant the least order comes first; no two things may have the same.
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

// Remove takes a thing off the schedule, if it is on it.
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

// sift finds the place of an entry, beginning at i, which is free.
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

// move moves the entry at from to the free place to, and returns from, which is
// free then.
func (h *Heap) move(from, to int) int {
	h.entries[to] = h.entries[from]
	h.place[h.entries[to].slot] = int32(to + 1)
	return from
}
