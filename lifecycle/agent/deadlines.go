package agent

import "time"

// deadlines orders the pods by when their machines next want to be woken, and
// those of one instant by number. What is compared stands in the heap itself.
type deadlines struct {
	epoch time.Time // of the entries: the first deadline of all
	heap  []deadline
}

type deadline struct {
	at     time.Duration // since the epoch
	number int
	pod    *pod
}

func (d deadline) before(o deadline) bool {
	return d.at < o.at || d.at == o.at && d.number < o.number
}

// children is how many a node of the heap has.
const children = 4

// next returns the first pod.
func (d *deadlines) next() (*pod, bool) {
	if len(d.heap) == 0 {
		return nil, false
	}
	return d.heap[0].pod, true
}

// set changes a pod's deadline; ok false: it has none.
func (d *deadlines) set(p *pod, at time.Time, ok bool) {
	switch {
	case !ok && p.place < 0:
	case !ok:
		d.remove(p.place)
	case p.place < 0:
		if d.epoch.IsZero() {
			d.epoch = at
		}
		p.wakeAt = at
		d.heap = append(d.heap, deadline{})
		d.sift(len(d.heap)-1, deadline{at.Sub(d.epoch), p.number, p})
	case !p.wakeAt.Equal(at):
		p.wakeAt = at
		d.sift(p.place, deadline{at.Sub(d.epoch), p.number, p})
	}
}

func (d *deadlines) remove(i int) {
	d.heap[i].pod.place = -1
	last := len(d.heap) - 1
	moved := d.heap[last]
	d.heap[last] = deadline{}
	d.heap = d.heap[:last]
	if i < last {
		d.sift(i, moved)
	}
}

// sift finds the place of an entry, beginning at i, which is free.
func (d *deadlines) sift(i int, e deadline) {
	for i > 0 && e.before(d.heap[(i-1)/children]) {
		i = d.move((i-1)/children, i)
	}
	for {
		least, first := i, children*i+1
		for c := first; c < min(first+children, len(d.heap)); c++ {
			if least == i && d.heap[c].before(e) || least != i && d.heap[c].before(d.heap[least]) {
				least = c
			}
		}
		if least == i {
			break
		}
		i = d.move(least, i)
	}
	d.heap[i], e.pod.place = e, i
}

// move moves the entry at from to the free place to, and returns from, which is
// free then.
func (d *deadlines) move(from, to int) int {
	d.heap[to] = d.heap[from]
	d.heap[to].pod.place = to
	return from
}
