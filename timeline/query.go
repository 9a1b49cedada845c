package timeline

import (
	"fmt"
	"iter"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Pod has one pod's part of a timeline. Its durations count from the start of the timeline.
// The zero Pod has no records. Queries panic if the timeline's [Filter] drops what they need.
type Pod struct {
	timeline *Timeline
	name     string
}

// Pod returns the part of the pod "namespace/name". The namespace may be left out. It is an
// error if no pod or several pods have the name.
func (t *Timeline) Pod(name string) (Pod, error) {
	if _, ok := t.byName[name]; ok {
		return Pod{t, name}, nil
	}
	var found []string
	for _, k := range t.tracks {
		if k.pod == name || strings.HasSuffix(k.pod, "/"+name) {
			found = append(found, k.pod)
		}
	}
	if len(found) != 1 {
		return Pod{}, fmt.Errorf("timeline: %d pods are called %q; the pods are %s", len(found), name,
			strings.Join(t.Pods(), ", "))
	}
	return Pod{t, found[0]}, nil
}

// Name returns "namespace/name".
func (p Pod) Name() string { return p.name }

// Records returns copies of the pod's records in their order.
func (p Pod) Records() []Record {
	var records []Record
	for r := range p.all() {
		records = append(records, *r)
	}
	return records
}

// all iterates over the pod's records in their order.
func (p Pod) all() iter.Seq[*Record] { return p.of() }

// of iterates over the pod's records of the given kinds. If there are none given, it
// iterates over all. It panics if the filter drops one of the given kinds.
func (p Pod) of(kinds ...Kind) iter.Seq[*Record] {
	if p.timeline == nil {
		return func(func(*Record) bool) {}
	}
	if err := p.timeline.filter.allows(kinds...); err != nil {
		panic(err)
	}
	set := KindsOf(kinds...)
	return func(yield func(*Record) bool) {
		for r := range p.timeline.of(p.name) {
			if (set == 0 || set.Has(r.Kind)) && !yield(r) {
				return
			}
		}
	}
}

// Container returns the part of one container of a pod. See [Timeline.Pod] and
// [Pod.Container].
func (t *Timeline) Container(pod, name string) (Container, error) {
	p, err := t.Pod(pod)
	if err != nil {
		return Container{}, err
	}
	return p.Container(name)
}

// Container returns the part of one container of the pod. It is an error if no status of the
// pod has a container of that name, or if the timeline's filter drops statuses.
func (p Pod) Container(name string) (Container, error) {
	if p.timeline != nil {
		if err := p.timeline.filter.allows(Status); err != nil {
			return Container{}, err
		}
	}
	var names []string
	for r := range p.of(Status) {
		for _, c := range r.State.Containers {
			if c.Name == name {
				return Container{p, name}, nil
			}
			if !contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	return Container{}, fmt.Errorf("timeline: no status of pod %s has a container %q; they have: %s", p.name, name,
		strings.Join(names, ", "))
}

// since returns the duration from the start of the timeline to at.
func (p Pod) since(at time.Time) time.Duration { return at.Sub(p.timeline.start) }

// PodEvent is an event of the kubelet, as in kubectl describe.
type PodEvent struct {
	First, Last           time.Duration
	Count                 int
	Container             string // empty if the event is about the pod
	Type, Reason, Message string
}

// Events returns the events with one of the given reasons. Without reasons it returns all.
func (p Pod) Events(reasons ...string) []PodEvent {
	var events []PodEvent
	for r := range p.of(Event) {
		if len(reasons) > 0 && !contains(reasons, r.Reason) {
			continue
		}
		events = append(events, PodEvent{
			First: p.since(r.At), Last: p.since(r.last()), Count: r.Count,
			Container: r.Container, Type: r.Type, Reason: r.Reason, Message: r.Message,
		})
	}
	return events
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// StateAt returns the pod's status as stored d after the start. It includes the changes at
// that instant. It returns false if there was no status yet.
func (p Pod) StateAt(d time.Duration) (State, bool) {
	var state *State
	for r := range p.of(Status) {
		if p.since(r.At) > d {
			break
		}
		state = r.State
	}
	if state == nil {
		return State{}, false
	}
	return *state, true
}

// StatusAt returns a copy of the complete status as stored d after the start. It returns
// false if there was none. It panics if the timeline's filter drops complete statuses.
func (p Pod) StatusAt(d time.Duration) (corev1.PodStatus, bool) {
	p.needSnapshots()
	s, ok := p.StateAt(d)
	if !ok || s.Full == nil {
		return corev1.PodStatus{}, false
	}
	return *s.Full.DeepCopy(), true
}

// needSnapshots panics if the filter drops complete statuses.
func (p Pod) needSnapshots() {
	if p.timeline == nil {
		return
	}
	if err := p.timeline.filter.allowsSnapshots(); err != nil {
		panic(err)
	}
}

// last returns the status at the end of the timeline, or the zero State if there was none.
func (p Pod) last() State {
	var state State
	for r := range p.of(Status) {
		state = *r.State
	}
	return state
}

// FirstReady returns the time at which the pod was first Ready. It returns false if it never
// was.
func (p Pod) FirstReady() (time.Duration, bool) {
	return p.first(func(s *State) bool { return s.PodReady })
}

// TimeReady returns how long the pod was Ready in total.
func (p Pod) TimeReady() time.Duration {
	return p.total(func(s *State) bool { return s.PodReady })
}

// first returns the time at which a stored status first had a property. It returns false if
// none had it.
func (p Pod) first(has func(*State) bool) (time.Duration, bool) {
	for r := range p.of(Status) {
		if has(r.State) {
			return p.since(r.At), true
		}
	}
	return 0, false
}

// total returns how long the stored status had a property in total.
func (p Pod) total(has func(*State) bool) time.Duration {
	var sum time.Duration
	var since time.Time
	for r := range p.of(Status) {
		if !since.IsZero() {
			sum += r.At.Sub(since)
		}
		if since = (time.Time{}); has(r.State) {
			since = r.At
		}
	}
	if !since.IsZero() {
		sum += p.timeline.end.Sub(since)
	}
	return sum
}

// Restarts returns the sum of the restart counts of the pod's containers at the end of the
// timeline.
func (p Pod) Restarts() int {
	s := p.last()
	return s.restarts()
}

// RestartsBetween returns how many restarts of the pod's containers were counted from one
// instant to another. Both instants are included.
func (p Pod) RestartsBetween(from, to time.Duration) int {
	return p.restartsAt(to) - p.restartsAt(from-1)
}

// restartsAt returns the sum of the restart counts as stored d after the start.
func (p Pod) restartsAt(d time.Duration) int {
	s, _ := p.StateAt(d)
	return s.restarts()
}

// Kills returns all decisions to kill a container of the pod or the whole pod.
func (p Pod) Kills() []Kill { return p.kills("") }
