package corpus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Event is one line of a recorded trace.
type Event struct {
	T     int64  `json:"t"` // in microseconds
	Kind  string `json:"kind"`
	Event string `json:"event"`
	C     int    `json:"c"` // the instance, or -1
	V     any    `json:"v"`
}

// String returns the event on one line.
func (e Event) String() string {
	text := fmt.Sprintf("%12.6fs %-9s %s", float64(e.T)/1e6, e.Kind, e.Event)
	if e.C >= 0 {
		text += fmt.Sprintf(" #%d", e.C)
	}
	if e.V != nil {
		v, err := json.Marshal(e.V)
		if err != nil {
			return text + " " + err.Error()
		}
		text += " " + string(v)
	}
	return text
}

// traceKinds has the kinds in their order at one instant.
var traceKinds = []string{"pod", "startup", "readiness", "liveness"}

// Log collects events in the order in which they happen.
type Log struct {
	events []Event
}

// Add records an event. It converts the value as JSON would, so that it can be compared with
// a decoded one.
func (l *Log) Add(t int64, kind, event string, c int, v any) {
	l.events = append(l.events, Event{T: t, Kind: kind, Event: event, C: c, V: plainJSON(v)})
}

// Sorted returns the events by time, then by kind, then in the order in which they were
// added.
func (l *Log) Sorted() []Event {
	slices.SortStableFunc(l.events, func(a, b Event) int {
		if a.T != b.T {
			return int(min(max(a.T-b.T, -1), 1))
		}
		return slices.Index(traceKinds, a.Kind) - slices.Index(traceKinds, b.Kind)
	})
	return l.events
}

// plainJSON returns v as encoding/json would decode it into an any.
func plainJSON(v any) any {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case int:
		return float64(v)
	case uint8:
		return float64(v)
	case int32:
		return float64(v)
	case map[string]any:
		plain := make(map[string]any, len(v))
		for key, value := range v {
			plain[key] = plainJSON(value)
		}
		return plain
	case int64:
		return float64(v)
	}
	panic(fmt.Sprintf("conformance: no plain form for a %T", v))
}

// around is how many events a report shows before a difference.
const around = 6

// Diff describes the first difference between two traces. If there is none, it returns "".
func Diff(want, got []Event) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			return explainDiff(want, i, want[i].String(), "nothing more")
		case i >= len(want):
			return explainDiff(want, i, "nothing more", got[i].String())
		case !reflect.DeepEqual(want[i], got[i]):
			return explainDiff(want, i, want[i].String(), got[i].String())
		}
	}
	return ""
}

func explainDiff(want []Event, at int, kubelet, podclock string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "event %d of %d differs\n", at+1, len(want))
	for _, e := range want[max(0, at-around):min(at, len(want))] {
		fmt.Fprintf(&b, "  both     %s\n", e)
	}
	fmt.Fprintf(&b, "  kubelet  %s\n  podclock %s", kubelet, podclock)
	return b.String()
}

// DiffJSON compares two values as JSON and describes the difference.
func DiffJSON(want, got any) (string, error) {
	w, err := json.Marshal(want)
	if err != nil {
		return "", err
	}
	g, err := json.Marshal(got)
	if err != nil || bytes.Equal(w, g) {
		return "", err
	}
	return fmt.Sprintf("want %s\ngot  %s", w, g), nil
}

// DecodedJSON converts a value to the form of a decoded record, so that equal values have
// equal texts.
func DecodedJSON(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		panic("conformance: " + err.Error())
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		panic("conformance: " + err.Error())
	}
	return out
}

// Segment is the app's answer to a probe up to a time of its instance's life, in
// microseconds. If UntilUs is -1, it is the answer to the end.
type Segment struct {
	UntilUs   int64  `json:"untilUs"`
	Outcome   string `json:"outcome"`
	LatencyUs int64  `json:"latencyUs"`
	ExitCode  int32  `json:"exitCode"`
}
