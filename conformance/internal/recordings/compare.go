package recordings

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// compare describes the first difference between a recording and its replay.
func (p *Pod) compare(l *playedLog) string {
	calls, events, probes, statuses, reported := p.recorded()
	for _, c := range []struct {
		what      string
		want, got []happening
	}{
		{"calls to the runtime", calls, l.calls},
		{"events", events, l.events},
		{"probes", probes, l.probes},
	} {
		if d := p.compareHappenings(c.want, c.got); d != "" {
			return c.what + ": " + d
		}
	}
	if d := p.compareStatuses(statuses, l.statuses); d != "" {
		return "statuses: " + d
	}
	if d := p.compareReported(reported, l.reported); d != "" {
		return "patches: " + d
	}
	if d := p.compareFinish(l); d != "" {
		return "finished: " + d
	}
	return ""
}

// lastRelist is how much later than in the replay the end of a pod may come. The last pass
// waits for a relist (T12). If the passes before it end within slack of each other, the
// replay can use the previous relist (docs/fidelity.md).
const lastRelist = 1.1 // seconds

// compareFinish compares when the kubelet finished with the pod.
func (p *Pod) compareFinish(l *playedLog) string {
	want, recorded := p.finished(), p.finished() < p.End
	if recorded != l.finished {
		return fmt.Sprintf("want %v, got %v", recorded, l.finished)
	}
	if !recorded {
		return ""
	}
	p.tolerate(want - l.finishedAt)
	if want < l.finishedAt-Slack || want > l.finishedAt+lastRelist {
		return fmt.Sprintf("want at %.6f, got at %.6f", want, l.finishedAt)
	}
	return ""
}

// tolerate counts what came later than slack allows.
func (p *Pod) tolerate(late float64) {
	if late > Slack {
		p.late++
	}
}

// compareHappenings pairs equal happenings, in order, that are no farther apart than slack
// and noise allow. Near the end, one may be on one side only.
func (p *Pod) compareHappenings(want, got []happening) string {
	slices.SortStableFunc(want, byTime)
	slices.SortStableFunc(got, byTime)
	used := make([]bool, len(got))
	from := 0
	for _, w := range want {
		match := -1
		for i := from; i < len(got) && got[i].t <= w.t+Slack; i++ {
			if !used[i] && got[i].text == w.text && got[i].t >= w.t-noise {
				match = i
				break
			}
		}
		if match < 0 {
			if w.t > p.stopped() {
				continue
			}
			return fmt.Sprintf("want %s, which does not come\n%s", w, vicinity(w.t, want, got))
		}
		used[match] = true
		p.tolerate(w.t - got[match].t)
		for from < len(got) && used[from] {
			from++
		}
	}
	for i, g := range got {
		if !used[i] && g.t < p.stopped() && !p.twice(got, used, i) {
			return fmt.Sprintf("got %s, which was not recorded\n%s", g, vicinity(g.t, want, got))
		}
	}
	return ""
}

// twice reports whether a happening came twice at nearly one instant where the recording has
// it once. If a tick and a trigger of a probe come that close together, they make one pass
// or two.
func (p *Pod) twice(got []happening, used []bool, i int) bool {
	for j := range got {
		if j != i && used[j] && got[j].text == got[i].text && math.Abs(got[j].t-got[i].t) < Slack {
			p.late++
			return true
		}
	}
	return false
}

func byTime(a, b happening) int {
	switch {
	case a.t < b.t:
		return -1
	case a.t > b.t:
		return 1
	}
	return 0
}

func (h happening) String() string { return fmt.Sprintf("%.6f %s", h.t, h.text) }

// vicinity shows both sides near t.
func vicinity(t float64, want, got []happening) string {
	var b strings.Builder
	for _, side := range []struct {
		name string
		list []happening
	}{{"want", want}, {"got ", got}} {
		near := slices.DeleteFunc(slices.Clone(side.list), func(h happening) bool { return h.t < t-3 || h.t > t+3 })
		for i, h := range near {
			if i >= 24 {
				fmt.Fprintf(&b, "  %s … %d more\n", side.name, len(near)-i)
				break
			}
			fmt.Fprintf(&b, "  %s %s\n", side.name, h)
		}
	}
	return b.String()
}

// stopped returns the time up to which the recording is compared.
func (p *Pod) stopped() float64 {
	origin := float64(p.Epoch.UnixNano()) / 1e9
	return p.Run.Relists[len(p.Run.Relists)-1] - origin - margin
}

// compareStatuses compares the sequences of statuses without equal neighbours.
func (p *Pod) compareStatuses(want, got []playedStatus) string {
	var wantIDs, gotIDs []string
	w, g := distinct(want, &wantIDs), distinct(got, &gotIDs)
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) {
			return fmt.Sprintf("want %d, got %d\n  want %s\n  got  %s", len(w), len(g), nth(w, i), nth(g, i))
		}
		if d := diffStatus("", w[i].v, g[i].v); d != "" {
			return fmt.Sprintf("number %d, recorded at %.6f, replayed at %.6f: %s\n  want %s\n  got  %s", i, w[i].t, g[i].t, d,
				nth(w, i), nth(g, i))
		}
		p.tolerate(w[i].t - g[i].t)
		if w[i].t < g[i].t-Slack || w[i].t > g[i].t+noise {
			return fmt.Sprintf("number %d: want at %.6f, got at %.6f\n  %s", i, w[i].t, g[i].t, nth(w, i))
		}
	}
	return ""
}

type distinctStatus struct {
	t    float64
	v    any
	text string
}

func nth(list []distinctStatus, i int) string {
	if i < len(list) {
		return fmt.Sprintf("%.6f %s", list[i].t, list[i].text)
	}
	return "nothing"
}

func distinct(list []playedStatus, ids *[]string) []distinctStatus {
	var out []distinctStatus
	for _, s := range list {
		text := s.text(ids)
		if len(out) > 0 && out[len(out)-1].text == text {
			continue
		}
		out = append(out, distinctStatus{t: s.t, v: s.named(ids), text: text})
	}
	return out
}

// compareReported compares the patches that the API received. The kubelet sends only the
// latest of several statuses that follow each other at once. Each patch must therefore be a
// status that was reported, in order.
func (p *Pod) compareReported(want, got []playedStatus) string {
	var wantIDs, gotIDs []string
	w, g := distinct(want, &wantIDs), distinct(got, &gotIDs)
	next := 0
	for i := range w {
		at := slices.IndexFunc(g[next:], func(s distinctStatus) bool { return diffStatus("", w[i].v, s.v) == "" })
		if at < 0 {
			d := ""
			if next < len(g) {
				d = diffStatus("", w[i].v, g[next].v)
			}
			return fmt.Sprintf("want number %d: %s\n  want %s\n  got  %s", i, d, nth(w, i), nth(g, next))
		}
		next += at
	}
	return ""
}

// diffStatus says where two decoded statuses differ. Time stamps, which are whole seconds,
// may differ by one, because the replay is a few milliseconds ahead.
func diffStatus(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: want %v, got %v", path, want, got)
		}
		for _, key := range unionKeys(w, g) {
			if d := diffStatus(path+"."+key, w[key], g[key]); d != "" {
				return d
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: want %v, got %v", path, want, got)
		}
		for i := range w {
			if d := diffStatus(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); d != "" {
				return d
			}
		}
		return ""
	case string:
		g, ok := got.(string)
		if ok && (g == w || SecondsApart(w, g) <= 1) {
			return ""
		}
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s: want %v, got %v", path, want, got)
}

func unionKeys(a, b map[string]any) []string {
	keys := append(sortedKeys(a), sortedKeys(b)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// SecondsApart returns how many seconds two time stamps are apart. For other texts it is
// infinite.
func SecondsApart(a, b string) float64 {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	if errX != nil || errY != nil {
		return math.Inf(1)
	}
	return math.Abs(x.Sub(y).Seconds())
}
