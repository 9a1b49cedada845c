package podclock

import "time"

// deadlines orders the pods by when their machines next want to be woken, and
// those of one instant by number.
type deadlines struct {
	at    []time.Duration // by pod
	heap  []int32         // pods
	place []int32         // by pod: index in heap, or -1
}

func newDeadlines(pods int) deadlines {
	d := deadlines{at: make([]time.Duration, pods), place: make([]int32, pods)}
	for i := range d.place {
		d.place[i] = -1
	}
	return d
}

// next returns the first pod and its deadline.
func (d *deadlines) next() (pod int32, at time.Duration, ok bool) {
	if len(d.heap) == 0 {
		return 0, 0, false
	}
	return d.heap[0], d.at[d.heap[0]], true
}

// set changes a pod's deadline; ok false: it has none.
func (d *deadlines) set(pod int32, at time.Duration, ok bool) {
	i := d.place[pod]
	switch {
	case !ok && i < 0:
	case !ok:
		d.remove(int(i))
	case i < 0:
		d.at[pod] = at
		d.place[pod] = int32(len(d.heap))
		d.heap = append(d.heap, pod)
		d.up(len(d.heap) - 1)
	case d.at[pod] != at:
		d.at[pod] = at
		d.up(int(i))
		d.down(int(d.place[pod]))
	}
}

func (d *deadlines) remove(i int) {
	last := len(d.heap) - 1
	d.place[d.heap[i]] = -1
	if i != last {
		d.heap[i] = d.heap[last]
		d.place[d.heap[i]] = int32(i)
	}
	d.heap = d.heap[:last]
	if i != last {
		pod := d.heap[i]
		d.up(i)
		d.down(int(d.place[pod]))
	}
}

func (d *deadlines) less(a, b int32) bool {
	return d.at[a] < d.at[b] || d.at[a] == d.at[b] && a < b
}

func (d *deadlines) swap(i, j int) {
	d.heap[i], d.heap[j] = d.heap[j], d.heap[i]
	d.place[d.heap[i]], d.place[d.heap[j]] = int32(i), int32(j)
}

func (d *deadlines) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !d.less(d.heap[i], d.heap[parent]) {
			return
		}
		d.swap(i, parent)
		i = parent
	}
}

func (d *deadlines) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(d.heap); c++ {
			if d.less(d.heap[c], d.heap[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		d.swap(i, least)
		i = least
	}
}
