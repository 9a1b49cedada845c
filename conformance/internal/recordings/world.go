package recordings

import (
	"math"
	"time"
)

// Slack is how much earlier or later than in the recording something may be in the replay.
// It covers the scheduling noise of the recorded machine (docs/fidelity.md).
const Slack = 0.05 // seconds

// never is longer than any recording.
const never = 24 * time.Hour

// collectPeriod is the time between garbage collections: a minute and the duration of one.
const collectPeriod = 60.013 // seconds

// cleanup is the time from housekeeping's tick until it handles orphaned pods.
const cleanup = 0.03 // seconds

// noise is how much later than Slack something may be, because the recorded machine was
// busy. What needs it is counted (docs/fidelity.md).
const noise = 0.15 // seconds

// margin is how long before the kubelet's last relist the comparison ends: the kubelet was
// stopped about then.
const margin = 0.5 // seconds

// recordedWorld has the kubelet's chance as it was recorded: when the kubelet relisted, and
// when it took up the pod by itself.
//
// Calls take a moment in a recording, so a replay is a few milliseconds ahead of it. A
// relist between the two would count for only one of them. Relist therefore looks up in the
// recording which relist revealed a change.
type recordedWorld struct {
	epoch      time.Time
	relists    []relist  // all relists
	reveals    []float64 // the relists, global or on demand, that showed a change of this pod
	given      bool      // the first of reveals was returned
	begins     []float64 // the beginnings of passes
	ends       []float64 // the ends of passes
	own        []float64 // the beginnings of passes that nothing else caused
	start      float64   // the start of the kubelet
	loop       float64   // the start of its main loop, from which looks and housekeeping count
	removes    []float64 // the garbage collections
	collection float64   // one of the garbage collections
}

// relist is one global relist: when it began, and when the main loop took up its changes.
// Both are in seconds since the epoch.
type relist struct{ began, seen float64 }

// newRecordedWorld reads the chance from the entries of one life of the pod, up to the
// beginning of the next life.
func newRecordedWorld(p *Pod, until float64) *recordedWorld {
	w := &recordedWorld{epoch: p.Epoch, start: p.Run.KubeletStart.Sub(p.Epoch).Seconds()}
	origin := float64(p.Epoch.UnixNano()) / 1e9
	for _, r := range p.Run.Relists {
		w.relists = append(w.relists, relist{r - origin, r - origin})
	}
	for _, c := range p.Run.Collections {
		w.removes = append(w.removes, c-origin)
	}
	last := math.Inf(-1) // the latest thing that may have caused a pass
	for _, e := range p.Entries {
		switch {
		case e.T > until:
		case e.Kind == "loop" && e.Call == "PLEG":
			w.reveal(e.T)
			last = e.T
		case e.Kind == "loop" && e.Call == "(SYNC) pods":
			w.own = append(w.own, e.T)
		case e.Kind == "loop" && e.Call != "RECONCILE":
			last = e.T
		case e.Kind == "syncDone":
			w.ends = append(w.ends, e.T)
			last = e.T
		case e.Kind == "sync":
			w.begins = append(w.begins, e.T)
			if e.T-last > 0.01 {
				w.own = append(w.own, e.T)
			}
		}
	}
	w.loop = w.start + mod(p.Run.Look-origin-w.start, 1)
	w.collection = w.loop
	if len(w.removes) > 0 {
		w.collection = w.removes[0]
	}
	return w
}

func mod(a, b float64) float64 { return a - b*math.Floor(a/b) }

// reveal records that the main loop took up the changes of a relist at t. It is the global
// one just before, or one on demand.
func (w *recordedWorld) reveal(t float64) {
	const lag = 0.12   // from the beginning of a relist to the main loop
	const burst = 0.01 // between the changes of one relist
	if n := len(w.reveals); n > 0 && t-w.reveals[n-1] < burst {
		return
	}
	for i := len(w.relists) - 1; i >= 0; i-- {
		if r := &w.relists[i]; r.began <= t+0.0005 {
			if t-r.began < lag && r.seen == r.began {
				r.seen = t
			}
			break
		}
	}
	w.reveals = append(w.reveals, t)
}

func (w *recordedWorld) since(t time.Time) float64 { return t.Sub(w.epoch).Seconds() }

func (w *recordedWorld) instant(s float64) time.Time {
	return w.epoch.Add(time.Duration(math.Round(s*1e6)) * time.Microsecond)
}

// first returns the first number of a list that is at or after t.
func first(list []float64, t float64) (float64, bool) {
	for _, s := range list {
		if s >= t {
			return s, true
		}
	}
	return 0, false
}

// Relist returns, for a change at t, the relist that revealed it. For a pass that ended at t
// it returns the first relist after the end of the recorded pass.
func (w *recordedWorld) Relist(t time.Time, after bool) time.Time {
	at := w.since(t)
	if after {
		return w.instant(max(w.relisted(w.nearest(w.ends, at)+1e-6), at))
	}
	for len(w.reveals) > 0 && (w.reveals[0] < at-0.01 || w.given && w.reveals[0] <= at) {
		w.reveals, w.given = w.reveals[1:], false // a relist reveals once
	}
	if len(w.reveals) > 0 {
		w.given = true
		return w.instant(max(w.reveals[0], at))
	}
	return w.instant(max(w.relisted(at), at))
}

// relisted returns when the main loop took up the first relist that began at or after t.
func (w *recordedWorld) relisted(t float64) float64 {
	for _, r := range w.relists {
		if r.began >= t {
			return r.seen
		}
	}
	return t + 1
}

// nearest returns the instant of a list that is within slack of t, or t if there is none.
func (w *recordedWorld) nearest(list []float64, t float64) float64 {
	best := t
	for _, s := range list {
		if d := math.Abs(s - t); d <= Slack && (best == t || d < math.Abs(best-t)) {
			best = s
		}
	}
	return best
}

// Requeue returns the delay after which the recorded kubelet took up the pod again by
// itself, if jitter and the looks of one second allow that delay.
func (w *recordedWorld) Requeue(now time.Time, base time.Duration) time.Duration {
	at, b := w.since(now), base.Seconds()
	if s, ok := first(w.own, max(at+b-Slack, at+0.001)); ok && s <= at+1.5*b+1+2*Slack {
		return time.Duration((s-at)*float64(time.Second)) - time.Millisecond
	}
	return never // something else comes first, or the recording ends
}

// Look returns the recorded beginning of a pass within a second after t, if there is one.
func (w *recordedWorld) Look(t time.Time) time.Time {
	at := w.since(t)
	if s, ok := first(w.begins, at-0.005); ok && s <= at+1+2*Slack {
		if s <= at {
			return t.Add(time.Microsecond)
		}
		return w.instant(s)
	}
	return w.grid(t, w.loop, 1)
}

func (w *recordedWorld) Housekeeping(t time.Time) time.Time { return w.grid(t, w.loop+cleanup, 2) }

// Collect returns the recorded garbage collection, or else the next minute of the kubelet's
// life.
func (w *recordedWorld) Collect(t time.Time) time.Time {
	next := w.grid(t, w.collection, collectPeriod)
	if s, ok := first(w.removes, w.since(t)+1e-6); ok && math.Abs(s-w.since(next)) < 1 {
		return w.instant(s)
	}
	return next
}

// grid returns the next multiple of a period since an origin.
func (w *recordedWorld) grid(t time.Time, origin, period float64) time.Time {
	n := math.Floor((w.since(t) - origin) / period)
	at := w.instant(origin + (n+1)*period)
	if !at.After(t) { // rounding
		at = at.Add(time.Duration(period * float64(time.Second)))
	}
	return at
}

func (w *recordedWorld) FirstProbe(time.Time, time.Duration) time.Duration { return 0 }
