package timeline

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// compareState sets the message of a Status record to what it changes. If the filter says
// so, it drops the complete status.
func (k *Track) compareState(r Record) Record {
	if r.State == nil {
		panic("timeline: a Status record needs a State")
	}
	if r.Message == "" {
		r.Message = r.State.changes(k.state)
	}
	k.state = r.State
	if r.State.Full != nil && k.timeline.filter.NoSnapshots {
		s := *r.State
		s.Full = nil
		r.State = &s
	}
	return r
}

// changes describes the differences to the previous state. If before is nil, it describes
// only the phase.
func (s *State) changes(before *State) string {
	if before == nil {
		return "phase " + string(s.Phase)
	}
	var parts []string
	if s.Phase != before.Phase {
		parts = append(parts, fmt.Sprintf("phase %s to %s", before.Phase, s.Phase))
	}
	for i := range s.Containers {
		parts = s.Containers[i].changes(before, parts)
	}
	return strings.Join(append(parts, s.conditionChanges(before)...), ", ")
}

func (c *ContainerState) changes(before *State, parts []string) []string {
	b, _ := before.container(c.Name)
	if c.Restarts != b.Restarts {
		parts = append(parts, fmt.Sprintf("%s restart count %d", c.Name, c.Restarts))
	}
	if c.Started != b.Started {
		parts = append(parts, fmt.Sprintf("%s %s", c.Name, choose(c.Started, "started", "not started")))
	}
	if c.Ready != b.Ready {
		parts = append(parts, fmt.Sprintf("%s %s", c.Name, choose(c.Ready, "ready", "not ready")))
	}
	return parts
}

// restarts returns the sum of the restart counts.
func (s *State) restarts() int {
	n := 0
	for _, c := range s.Containers {
		n += int(c.Restarts)
	}
	return n
}

func (s *State) container(name string) (ContainerState, bool) {
	for _, c := range s.Containers {
		if c.Name == name {
			return c, true
		}
	}
	return ContainerState{}, false
}

// conditionChanges describes the conditions whose status or reason differs.
func (s *State) conditionChanges(before *State) []string {
	if s.Full == nil || before.Full == nil {
		if s.PodReady == before.PodReady {
			return nil
		}
		return []string{choose(s.PodReady, "Ready", "not Ready")}
	}
	var parts []string
	ready := ""
	for i := range s.Full.Conditions {
		c := &s.Full.Conditions[i]
		if b := condition(before.Full, c.Type); b != nil && b.Status == c.Status && b.Reason == c.Reason {
			continue
		}
		value := strings.TrimSuffix(fmt.Sprintf("%s %s", c.Status, c.Reason), " ")
		switch {
		case c.Type == corev1.PodReady:
			ready = value
		case c.Type == corev1.ContainersReady && value == ready:
			continue // it is the same as Ready
		}
		parts = append(parts, fmt.Sprintf("%s=%s", c.Type, value))
	}
	return parts
}

// looksLike reports whether kubectl shows the same as for the previous state. If before is
// nil, it returns false.
func (s *State) looksLike(before *State) bool {
	return before != nil && s.Ready == before.Ready && s.Status == before.Status && s.Restarts == before.Restarts
}

func condition(s *corev1.PodStatus, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == t {
			return &s.Conditions[i]
		}
	}
	return nil
}

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
