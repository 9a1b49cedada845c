package timeline

import (
	"cmp"
	"iter"
	"slices"
)

// all walks the records in their order.
func (t *Timeline) all() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		for e := range t.allEntries() {
			if !yield(&e.Record) {
				return
			}
		}
	}
}

// allEntries walks the entries in their order.
func (t *Timeline) allEntries() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, i := range t.sorted() {
			if !yield(&t.entries[i]) {
				return
			}
		}
	}
}

// of walks the records of a pod in their order.
func (t *Timeline) of(pod string) iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		track, ok := t.byName[pod]
		if !ok {
			return
		}
		t.sorted()
		for _, i := range t.orderOf[track] {
			if !yield(&t.entries[i].Record) {
				return
			}
		}
	}
}

// sorted returns the order, and makes it anew after an entry was added.
func (t *Timeline) sorted() []int32 {
	if len(t.order) != len(t.entries) || len(t.orderOf) != len(t.tracks) {
		t.sort()
	}
	return t.order
}

// sort makes the order. What a leap passed over is told late, so arrival alone
// would tell runs with and without leaping apart.
func (t *Timeline) sort() {
	t.order = make([]int32, len(t.entries))
	for i := range t.order {
		t.order[i] = int32(i)
	}
	slices.SortFunc(t.order, func(i, j int32) int {
		return cmp.Or(t.entries[i].compare(&t.entries[j]), cmp.Compare(i, j))
	})
	t.orderOf = make([][]int32, len(t.tracks))
	for _, i := range t.order {
		track := t.entries[i].track
		t.orderOf[track] = append(t.orderOf[track], i)
	}
}

// compare orders entries by time and, among the quiet probes of one instant,
// by pod, container and probe. Zero leaves it to the order of arrival.
func (e *entry) compare(f *entry) int {
	if c := e.At.Compare(f.At); c != 0 {
		return c
	}
	switch {
	case !e.quiet && !f.quiet:
		return 0
	case !e.quiet:
		return -1
	case !f.quiet:
		return 1
	}
	return cmp.Or(
		cmp.Compare(e.track, f.track),
		cmp.Compare(e.Container, f.Container),
		cmp.Compare(probeRank(e.Probe), probeRank(f.Probe)))
}

// probeRank is the written order of probes at equal instants.
func probeRank(probe string) int {
	switch probe {
	case "startup":
		return 1
	case "readiness":
		return 2
	case "liveness":
		return 3
	}
	return 0
}
