package timeline

import (
	"slices"
	"strings"
	"time"
)

// Window is a time in which a pod was not Ready.
type Window struct {
	// From is when the pod lost Ready. To is when it was Ready again, or when it was deleted.
	// If neither came, To is the end of the timeline.
	From, To time.Duration
	// Why is the reason for the loss as text, such as "app: exited with 1, Error (run 0)".
	Why string
}

// Length returns the duration of the window.
func (w Window) Length() time.Duration { return w.To - w.From }

// Unready returns the windows in which the pod was not Ready. They lie after the first Ready
// and before the deletion. If the pod was never Ready, there are none.
func (p Pod) Unready() []Window {
	var found []Window
	var s unready
	for r := range p.of(Status, Started, Exited, Lost, Decision, Event, Result, Fact) {
		if r.Kind != Status {
			s.cause.note(r)
			continue
		}
		if s.open {
			found[len(found)-1].To = p.since(r.At)
		}
		if r.State.Deleted {
			return found
		}
		if s.loses(r.State) {
			found = append(found, Window{From: p.since(r.At), Why: s.cause.of(r, s.last)})
		}
		s.take(r.State)
	}
	if s.open {
		found[len(found)-1].To = p.since(p.timeline.end)
	}
	return found
}

// unready follows the Ready of a pod.
type unready struct {
	last  *State // nil before the first status
	open  bool   // a window is open
	cause cause
}

// loses reports whether the pod loses Ready with a status.
func (u *unready) loses(s *State) bool { return u.last != nil && u.last.PodReady && !s.PodReady }

// take makes a status the last one.
func (u *unready) take(s *State) {
	u.open = u.loses(s) || u.open && !s.PodReady
	if u.last = s; s.PodReady {
		u.cause.pod, u.cause.end = "", ""
	}
}

// TimeUnready returns how long the pod was not Ready in total, after the first Ready and
// before the deletion.
func (p Pod) TimeUnready() time.Duration {
	var sum time.Duration
	for _, w := range p.Unready() {
		sum += w.Length()
	}
	return sum
}

// LongestUnready returns the length of the longest window in which the pod was not Ready. See
// [Pod.Unready].
func (p Pod) LongestUnready() time.Duration {
	var longest time.Duration
	for _, w := range p.Unready() {
		longest = max(longest, w.Length())
	}
	return longest
}

// Flaps returns how often the pod lost Ready. See [Pod.Unready].
func (p Pod) Flaps() int { return len(p.Unready()) }

// cause collects what can make a pod lose Ready.
type cause struct {
	end        string           // the decision that ends the whole pod
	pod        string           // what was done to the whole pod last
	containers []containerCause // of those that are not well
	probe      *Record          // the last event of a readiness probe
}

type containerCause struct{ name, why string }

// note takes a record that is not a status.
func (c *cause) note(r *Record) {
	switch {
	case r.Kind == Event && r.Probe == "readiness":
		c.probe = r
	case r.Kind == Fact && r.Container == "":
		c.pod = r.Text()
	case r.decided(DecidedEnd), r.decided(DecidedKill) && r.Container == "":
		c.end = r.Text()
	case r.decided(DecidedKill), r.Kind == Exited, r.Kind == Lost:
		c.unwell(r.Container, r.Text())
	case r.Kind == Started, r.Kind == Result && r.Probe == "readiness" && r.Outcome == "success":
		c.well(r.Container)
	case r.Kind == Result && r.Probe == "readiness":
		c.unwell(r.Container, c.probed(r))
	}
}

// probed words a result of a readiness probe: by the event of the same instant, if there is one.
func (c *cause) probed(r *Record) string {
	if e := c.probe; e != nil && e.Container == r.Container && e.last().Equal(r.At) {
		return e.Message
	}
	return r.Text()
}

// unwell keeps the first reason why a container is not well.
func (c *cause) unwell(name, why string) {
	if !slices.ContainsFunc(c.containers, func(x containerCause) bool { return x.name == name }) {
		c.containers = append(c.containers, containerCause{name, why})
	}
}

func (c *cause) well(name string) {
	c.containers = slices.DeleteFunc(c.containers, func(x containerCause) bool { return x.name == name })
}

// of returns why the pod loses Ready with the status r. If nothing explains it, it returns
// what the status changes.
func (c *cause) of(r *Record, before *State) string {
	if c.end != "" {
		return c.end
	}
	var parts []string
	for _, x := range c.containers {
		was, _ := before.container(x.name)
		if is, _ := r.State.container(x.name); was.Ready && !is.Ready {
			parts = append(parts, x.name+": "+x.why)
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case c.pod != "":
		return c.pod
	}
	return r.Message
}
