package timeline

import (
	"slices"
	"time"
)

// Timeline is a log of what happened to some pods. Use [New] to make one.
type Timeline struct {
	start, end time.Time
	filter     Filter
	entries    []entry
	tracks     []*Track
	byName     map[string]int32
	// order is the sorted view of entries. It is stale if entries has more elements.
	order []int32
	// orderOf has each track's part of order.
	orderOf [][]int32
}

// entry is a record with the values that its place in the order depends on.
type entry struct {
	Record
	track int32
	quiet bool // it is of a probe that changed nothing
}

// New returns an empty timeline that begins at start.
func New(start time.Time) *Timeline { return NewFiltered(start, Filter{}) }

// NewFiltered returns an empty timeline that begins at start and drops what filter says.
func NewFiltered(start time.Time, filter Filter) *Timeline {
	return &Timeline{start: start, end: start, filter: filter, byName: map[string]int32{}}
}

// Track returns the track of the pod "namespace/name". If there is none, it makes one.
// Tracks are ordered by when they were made.
func (t *Timeline) Track(pod string) *Track {
	if i, ok := t.byName[pod]; ok {
		return t.tracks[i]
	}
	k := &Track{timeline: t, pod: pod, index: int32(len(t.tracks))}
	t.byName[pod] = k.index
	t.tracks = append(t.tracks, k)
	return k
}

// Start returns the time from which offsets count.
func (t *Timeline) Start() time.Time { return t.start }

// End returns the time up to which the timeline is complete. See [Timeline.Close].
func (t *Timeline) End() time.Time { return t.end }

// Close says that the timeline is complete up to at: the last states lasted until then. It
// may be called again with later times.
func (t *Timeline) Close(at time.Time) {
	if at.After(t.end) {
		t.end = at
	}
}

// Keeps reports whether records of the kind are kept.
func (t *Timeline) Keeps(k Kind) bool { return !t.filter.Drop.Has(k) }

// Wants reports whether records of the kind have any effect. If not, the caller need not
// make them.
func (t *Timeline) Wants(k Kind) bool {
	return t.Keeps(k) || (k == Counted || k == Skipped || k == Result) && t.Keeps(Event) // they separate series of events
}

// KeepsSnapshots reports whether Status records keep the complete status.
func (t *Timeline) KeepsSnapshots() bool { return !t.filter.NoSnapshots }

// Len returns the number of records.
func (t *Timeline) Len() int { return len(t.entries) }

// Pods returns the names of the pods, "namespace/name", in the order of their tracks.
func (t *Timeline) Pods() []string {
	names := make([]string, len(t.tracks))
	for i, k := range t.tracks {
		names[i] = k.pod
	}
	return names
}

// Records returns copies of all records in their order.
func (t *Timeline) Records() []Record {
	records := make([]Record, 0, len(t.entries))
	for r := range t.all() {
		records = append(records, *r)
	}
	return records
}

// Clone returns an independent copy.
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
