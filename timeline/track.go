package timeline

import (
	"strings"
	"time"
)

// Track takes the records of one pod.
type Track struct {
	timeline *Timeline
	pod      string
	index    int32
	workers  []worker
	state    *State // the last one, for what the next one changes
}

// worker remembers the records of one probe of one container.
type worker struct {
	container, probe string
	// event and counted are the indices of the open series of events and counts, plus 1. 0 is
	// none.
	event, counted int32
	// recent has the indices of the worker's records at the instant at.
	recent  [4]int32
	nrecent int
	at      time.Time
	// eventAt is the time of the last event.
	eventAt time.Time
	// failure is the text of the failure event at the instant at.
	failure string
}

// Add appends a record to the track of its pod, or extends the series that it belongs to.
// Add records in the order of their times. Only those of probes may come late. Add panics if
// the record has no time or no kind.
func (k *Track) Add(r Record) {
	if r.At.IsZero() || r.Kind == 0 || r.Kind >= numKinds {
		panic("timeline: a record needs a time and a kind")
	}
	t := k.timeline
	r.Pod = k.pod
	r.Count = max(r.Count, 1)
	if r.Last.Equal(r.At) {
		r.Last = time.Time{}
	}
	t.Close(r.last())
	if r.Kind == Status {
		if k.state != nil && r.State != nil && k.state.Full != nil && k.state.Full == r.State.Full &&
			k.state.Status == r.State.Status && k.state.Deleted == r.State.Deleted {
			return // added twice
		}
		r = k.compareState(r)
	}
	if r.Probe != "" {
		k.addProbe(&r)
		return
	}
	k.append(&r, false)
}

// append appends the record unless the filter drops it. It returns the index of the record,
// or -1.
func (k *Track) append(r *Record, quiet bool) int32 {
	t := k.timeline
	if !t.Keeps(r.Kind) {
		return -1
	}
	t.entries = append(t.entries, entry{Record: *r, track: k.index, quiet: quiet})
	t.order = nil
	return int32(len(t.entries) - 1)
}

// addProbe adds a record of a probe worker. Any other record of the same worker ends a
// series, and nothing else does.
func (k *Track) addProbe(r *Record) {
	w := k.worker(r.Container, r.Probe)
	if !w.at.Equal(r.At) {
		w.at, w.nrecent, w.failure = r.At, 0, ""
	}
	switch r.Kind {
	case Event:
		k.addProbeEvent(w, r)
	case Counted:
		if !w.eventAt.Equal(r.At) {
			w.event = 0 // an answer without an event ends a series of answers with one
		}
		k.addCounted(w, r)
	case Result:
		w.event, w.counted = 0, 0
		k.append(r, false)
		for _, i := range w.recent[:w.nrecent] {
			if e := &k.timeline.entries[i]; e.Outcome == r.Outcome && e.Instance == r.Instance {
				e.quiet, k.timeline.order = false, nil // it changed the result
			}
		}
	default:
		w.event, w.counted = 0, 0
		w.remember(k.append(r, true))
	}
}

func (k *Track) addProbeEvent(w *worker, r *Record) {
	w.eventAt = r.At
	if _, text, ok := strings.Cut(r.Message, " probe failed: "); ok && r.Outcome == "failure" {
		w.failure = text
	}
	if e := k.open(w.event); e != nil && e.Type == r.Type && e.Reason == r.Reason && e.Message == r.Message {
		e.extend(r)
		return
	}
	w.event = k.append(r, true) + 1
	w.remember(w.event - 1)
}

func (k *Track) addCounted(w *worker, r *Record) {
	if r.Message == "" && r.Outcome == "failure" {
		r.Message = w.failure
	}
	if r.From == 0 {
		r.From = max(r.N-r.Count+1, 1)
	}
	if below := r.Of - r.From; below > 0 && r.N >= r.Of && r.Count > 1 {
		first, rest := r.part(0, below), r.part(below, r.Count)
		k.addCounted(w, &first)
		r = &rest
	}
	if e := k.open(w.counted); e != nil && e.continues(r) {
		e.extend(r)
		e.N = r.N
		return
	}
	w.counted = k.append(r, true) + 1
	w.remember(w.counted - 1)
}

// part returns the probes from i to j, without j, of the series r, whose probes are equally
// spaced.
func (r *Record) part(i, j int) Record {
	p := *r
	period := r.last().Sub(r.At) / time.Duration(r.Count-1)
	p.At, p.Last = r.At.Add(time.Duration(i)*period), time.Time{}
	if j-i > 1 {
		p.Last = r.At.Add(time.Duration(j-1) * period)
	}
	p.Count, p.From, p.N = j-i, r.From+i, r.From+j-1
	return p
}

// continues reports whether r continues the series e: it has the same answer, is on the same
// side of the threshold, and keeps the period.
func (e *entry) continues(r *Record) bool {
	return e.Outcome == r.Outcome && e.Message == r.Message && e.Of == r.Of && e.Run == r.Run &&
		r.From > e.N && (e.N < e.Of) == (r.N < r.Of) && e.Reason == "" && r.Reason == "" && e.inStep(r)
}

// inStep reports whether the first probe of r comes one period, its Span, after the last of
// the series e. It tolerates a tenth of the period, because a real machine is not exact. If
// the period is unknown, it returns true.
func (e *entry) inStep(r *Record) bool {
	gap := r.At.Sub(e.last())
	return r.Span == 0 || (gap-r.Span).Abs() <= r.Span/10
}

// extend extends the series by r.
func (e *entry) extend(r *Record) {
	e.Count += r.Count
	e.Last = r.last()
}

func (k *Track) open(place int32) *entry {
	if place == 0 {
		return nil
	}
	return &k.timeline.entries[place-1]
}

func (k *Track) worker(container, probe string) *worker {
	for i := range k.workers {
		if w := &k.workers[i]; w.container == container && w.probe == probe {
			return w
		}
	}
	k.workers = append(k.workers, worker{container: container, probe: probe})
	return &k.workers[len(k.workers)-1]
}

func (w *worker) remember(place int32) {
	if place >= 0 && w.nrecent < len(w.recent) {
		w.recent[w.nrecent] = place
		w.nrecent++
	}
}
