package timeline

import (
	"cmp"
	"iter"
	"slices"
)

// all iterates over the records in their order.
func (t *Timeline) all() iter.Seq[*Record] {
	return func(yield func(*Record) bool) {
		for e := range t.allEntries() {
			if !yield(&e.Record) {
				return
			}
		}
	}
}

// allEntries iterates over the entries in their order.
func (t *Timeline) allEntries() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, i := range t.sorted() {
			if !yield(&t.entries[i]) {
				return
			}
		}
	}
}

// of iterates over the records of a pod in their order.
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

// sorted returns the order. It sorts again if an entry was added.
func (t *Timeline) sorted() []int32 {
	if len(t.order) != len(t.entries) || len(t.orderOf) != len(t.tracks) {
		t.sort()
	}
	return t.order
}

// sort computes the order. Passes that a simulation leaps over are added late, so the order
// of adding alone would differ between runs with and without leaps.
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

// compare orders entries by time and, among the quiet probes of one instant, by pod,
// container and probe. If it returns 0, the order of adding counts.
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

// probeRank returns the rank of a probe at one instant.
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
