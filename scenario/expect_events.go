package scenario

import (
	"strconv"
	"strings"
	"time"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// events expects how often events with a reason were recorded. Keys limit the count
// to a container, or to messages that contain a text.
//
//	events: {Failed: never, Killing: {count: 1, message: failed liveness probe}}
func (e *expecting) events(v value) {
	v.entries(func(reason string, line int, entry value) {
		e.knows(v, line, "reason of an event", "", reason, eventWords)
		if entry.isMapping() {
			e.eventsOf(entry, reason)
			return
		}
		e.countEvents(entry, reason, func(timeline.PodEvent) bool { return true })
	})
}

func (e *expecting) eventsOf(v value, reason string) {
	var container, message string
	count := v
	v.fields(map[string]fieldReader{
		"container": func(c value) {
			if container = c.text(); container != "" {
				e.known(c, c, container)
			}
		},
		"message": func(m value) { message = m.text() },
		"count":   func(c value) { count = c },
	})
	if count.isMapping() {
		v.wrong("say how many; add count: NUMBER")
		return
	}
	e.countEvents(count, reason, func(event timeline.PodEvent) bool {
		return (container == "" || event.Container == container) && strings.Contains(event.Message, message)
	})
}

func (e *expecting) countEvents(v value, reason string, meant func(timeline.PodEvent) bool) {
	want := v.bound(numberBound)
	e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		n := 0
		for _, event := range t.Events(reason) {
			if meant(event) {
				n += event.Count
			}
		}
		return strconv.Itoa(n), want.allows(time.Duration(n))
	})
}
