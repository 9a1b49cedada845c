package timeline

import (
	"fmt"
	"iter"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Pod is one pod's part of a timeline. All its durations count from the start
// of the timeline. The zero Pod has no records.
type Pod struct {
	timeline *Timeline
	name     string
}

// Pod returns the part of the pod "namespace/name"; the namespace may be left
// out. It is an error if no pod has the name, or several have it.
func (t *Timeline) Pod(name string) (Pod, error) {
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

// Records returns the pod's records in their order.
func (p Pod) Records() []Record {
	var records []Record
	for r := range p.all() {
		records = append(records, *r)
	}
	return records
}

// all walks the pod's records in their order.
func (p Pod) all() iter.Seq[*Record] { return p.of() }

// of walks the pod's records of the given kinds; of every kind without any.
func (p Pod) of(kinds ...Kind) iter.Seq[*Record] {
	set := KindsOf(kinds...)
	return func(yield func(*Record) bool) {
		if p.timeline == nil {
			return
		}
		for r := range p.timeline.of(p.name) {
			if (set == 0 || set.Has(r.Kind)) && !yield(r) {
				return
			}
		}
	}
}

// Container returns the part of one of a pod's containers: see [Timeline.Pod]
// and [Pod.Container].
func (t *Timeline) Container(pod, name string) (Container, error) {
	p, err := t.Pod(pod)
	if err != nil {
		return Container{}, err
	}
	return p.Container(name)
}

// Container returns the part of one of the pod's containers. The error is for
// a name that no status of the pod has; statuses that the timeline's filter
// drops have none.
func (p Pod) Container(name string) (Container, error) {
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

// since is the distance of at from the start of the timeline.
func (p Pod) since(at time.Time) time.Duration { return at.Sub(p.timeline.start) }

// PodEvent is an event of the kubelet, as in kubectl describe.
type PodEvent struct {
	First, Last           time.Duration
	Count                 int
	Container             string // empty: of the pod
	Type, Reason, Message string
}

// Events returns the events with one of the given reasons; without any, all.
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

// StateAt returns the pod's status as it was stored at the instant d after the
// start, and whether it had one. What changes at that instant counts.
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

// StatusAt returns the complete status as it was stored at the instant d after
// the start, as a copy. It is false if there was none, or the timeline's filter
// does not keep it.
func (p Pod) StatusAt(d time.Duration) (corev1.PodStatus, bool) {
	s, ok := p.StateAt(d)
	if !ok || s.Full == nil {
		return corev1.PodStatus{}, false
	}
	return *s.Full.DeepCopy(), true
}

// last is the status at the end of the timeline; zero if there was none.
func (p Pod) last() State {
	var state State
	for r := range p.of(Status) {
		state = *r.State
	}
	return state
}

// FirstReady returns when the pod was first Ready, and whether it ever was.
func (p Pod) FirstReady() (time.Duration, bool) {
	return p.first(func(s *State) bool { return s.PodReady })
}

// TimeReady returns for how long the pod was Ready in total.
func (p Pod) TimeReady() time.Duration {
	return p.total(func(s *State) bool { return s.PodReady })
}

// first is when the stored status first had a property.
func (p Pod) first(has func(*State) bool) (time.Duration, bool) {
	for r := range p.of(Status) {
		if has(r.State) {
			return p.since(r.At), true
		}
	}
	return 0, false
}

// total is for how long the stored status had a property.
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

// Restarts returns the sum of the restart counts of the pod's containers at
// the end of the timeline.
func (p Pod) Restarts() int {
	n := 0
	for _, c := range p.last().Containers {
		n += int(c.Restarts)
	}
	return n
}

// Kills returns every decision to kill a container of the pod.
func (p Pod) Kills() []Kill { return p.kills("") }
