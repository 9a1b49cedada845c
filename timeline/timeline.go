package timeline

import (
	"slices"
	"time"
)

// Timeline is a log of what happened to some pods. Make one with [New].
type Timeline struct {
	start, end time.Time
	filter     Filter
	entries    []entry
	tracks     []*Track
	byName     map[string]int32
	// order is the sorted view of entries; stale once more was added.
	order []int32
	// orderOf is the part of order of each track.
	orderOf [][]int32
}

// entry is a record and what its place in the order depends on.
type entry struct {
	Record
	track int32
	quiet bool // a probe that changed nothing
}

// New returns an empty timeline that starts then.
func New(start time.Time) *Timeline { return NewFiltered(start, Filter{}) }

// NewFiltered returns an empty timeline that starts then and keeps what the
// filter leaves.
func NewFiltered(start time.Time, filter Filter) *Timeline {
	return &Timeline{start: start, end: start, filter: filter, byName: map[string]int32{}}
}

// Track returns the track of the pod "namespace/name", which is made if need
// be. Tracks are ordered as they were made.
func (t *Timeline) Track(pod string) *Track {
	if i, ok := t.byName[pod]; ok {
		return t.tracks[i]
	}
	k := &Track{timeline: t, pod: pod, index: int32(len(t.tracks))}
	t.byName[pod] = k.index
	t.tracks = append(t.tracks, k)
	return k
}

// Start returns the instant that offsets are measured from.
func (t *Timeline) Start() time.Time { return t.start }

// End returns the instant up to which the timeline tells, see [Timeline.Close].
func (t *Timeline) End() time.Time { return t.end }

// Close says that the timeline is complete up to the instant at: what was the
// case then went on until then. It may be called again, with later times.
func (t *Timeline) Close(at time.Time) {
	if at.After(t.end) {
		t.end = at
	}
}

// Keeps reports whether records of the kind are kept.
func (t *Timeline) Keeps(k Kind) bool { return !t.filter.Drop.Has(k) }

// Wants reports whether records of the kind have any effect. Asking first
// saves the making of a record.
func (t *Timeline) Wants(k Kind) bool {
	return t.Keeps(k) || (k == Counted || k == Skipped || k == Result) && t.Keeps(Event) // they part series of events
}

// KeepsSnapshots reports whether Status records keep the whole status.
func (t *Timeline) KeepsSnapshots() bool { return !t.filter.NoSnapshots }

// Len returns the number of records.
func (t *Timeline) Len() int { return len(t.entries) }

// Pods returns the names of the pods, "namespace/name", in the order in which
// their tracks were made.
func (t *Timeline) Pods() []string {
	names := make([]string, len(t.tracks))
	for i, k := range t.tracks {
		names[i] = k.pod
	}
	return names
}

// Records returns all records in their order, as a copy.
func (t *Timeline) Records() []Record {
	records := make([]Record, 0, len(t.entries))
	for r := range t.all() {
		records = append(records, *r)
	}
	return records
}

// Clone returns a timeline that grows on its own from here.
func (t *Timeline) Clone() *Timeline {
	c := *t
	c.entries = slices.Clone(t.entries)
	c.order = nil
	c.byName = make(map[string]int32, len(t.tracks))
	c.tracks = make([]*Track, len(t.tracks))
	for i, k := range t.tracks {
		copied := *k
		copied.timeline = &c
		copied.workers = slices.Clone(k.workers)
		c.tracks[i] = &copied
		c.byName[k.pod] = int32(i)
	}
	return &c
}
