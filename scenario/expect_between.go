package scenario

import (
	"strings"
	"time"

	"github.com/podclock/podclock/timeline"
)

// span is a part of a run, with both ends in it. The zero span is the whole run.
type span struct{ from, to time.Duration }

// has reports whether an instant is in the span.
func (s span) has(at time.Duration) bool { return s == span{} || s.from <= at && at <= s.to }

// spans reads an expectation of the whole run, or one or several of spans. key has what
// is expected of a span.
//
//	killed: [{between: [0s, 1m], by: never}, {between: [2m, 10m], by: liveness}]
func (e *expecting) spans(v value, key string, read func(value, span)) {
	v.items(func(item value) {
		if !item.isMapping() {
			read(item, span{})
			return
		}
		var of span
		var want value
		item.fields(map[string]fieldReader{
			"between": func(v value) { of = e.between(v) },
			key:       func(v value) { want = v },
		})
		if !want.given() || !item.has("between") {
			item.wrong("write both between and %s, as in {between: [2m, 10m], %[1]s: never}", key)
			return
		}
		e.moment = of.to
		read(want, of)
		e.moment = 0
	})
}

// between reads the two ends of a span.
func (e *expecting) between(v value) span {
	var ends []time.Duration
	v.items(func(end value) { ends = append(ends, end.duration()) })
	if len(ends) != 2 || ends[0] >= ends[1] {
		v.wrong("no span; write its two ends, the earlier one first, as in [2m, 10m]")
		return span{}
	}
	if e.end > 0 {
		v.p.within(e.end, place{at: ends[1], line: v.at(), path: v.path})
	}
	return span{from: ends[0], to: ends[1]}
}

// byContainer reads an expectation of the whole pod, or one of each container. For the
// whole pod, add gets no name.
func (e *expecting) byContainer(v value, add func(v value, container string)) {
	if !v.isMapping() || v.has("between") {
		add(v, "")
		return
	}
	v.entries(func(name string, _ int, entry value) {
		if e.known(v, entry, name) {
			add(entry, name)
		}
	})
}

// restartsIn returns the restarts of a container in a span. If the container has no name,
// it returns those of the pod.
func restartsIn(t timeline.Pod, container string, of span) int {
	switch {
	case container == "" && of == span{}:
		return t.Restarts()
	case container == "":
		return t.RestartsBetween(of.from, of.to)
	case of == span{}:
		return containerOf(t, container).Restarts()
	}
	return containerOf(t, container).RestartsBetween(of.from, of.to)
}

// killsIn returns the kills of a container in a span. If the container has no name, it
// returns those of the pod.
func killsIn(t timeline.Pod, container string, of span) []timeline.Kill {
	all := t.Kills()
	if container != "" {
		all = containerOf(t, container).Kills()
	}
	var kills []timeline.Kill
	for _, k := range all {
		if of.has(k.At) {
			kills = append(kills, k)
		}
	}
	return kills
}

// because reports whether the reason of a kill holds a text.
func because(text string) func(timeline.Kill) bool {
	return func(k timeline.Kill) bool { return strings.Contains(k.Why, text) }
}
