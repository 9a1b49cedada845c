package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// statusOf returns the status that an expectation is about. If there is none, it returns
// why.
type statusOf func(podclock.PodResult, timeline.Pod) (s *corev1.PodStatus, why string)

func statusAtEnd(p podclock.PodResult, _ timeline.Pod) (*corev1.PodStatus, string) {
	return &p.Status, ""
}

const (
	noStatus    = "no status yet"
	noCondition = "no such condition"
)

func statusAt(at time.Duration) statusOf {
	return func(_ podclock.PodResult, t timeline.Pod) (*corev1.PodStatus, string) {
		s, ok := t.StateAt(at)
		switch {
		case !ok:
			return nil, noStatus
		case s.Full == nil:
			return nil, "no complete status, which Options.Filter drops; take NoSnapshots out of it"
		}
		return s.Full, ""
	}
}

// statusFields adds the readers of the keys that look into a pod's status.
func (e *expecting) statusFields(of statusOf, known map[string]fieldReader) {
	pod := func(read func(*corev1.PodStatus) string, match matcher) fieldReader {
		return func(v value) { e.part(v, of, match(v), read) }
	}
	known["reason"] = pod(func(s *corev1.PodStatus) string { return s.Reason }, e.reason)
	known["message"] = pod(func(s *corev1.PodStatus) string { return s.Message }, holds)
	known["conditions"] = func(v value) { e.conditions(v, of) }
	known["containers"] = func(v value) { e.containerStatuses(v, of) }
	known["order"] = func(v value) {
		want := fmt.Sprint(v.texts())
		e.part(v, of, wanted{want, func(got string) bool { return got == want }}, orderOf)
	}
}

// wanted is a condition on a text, and its wording in an error.
type wanted struct {
	text  string
	meets func(string) bool
}

// matcher reads a condition on a text.
type matcher func(value) wanted

func equals(v value) wanted {
	want := v.text()
	return wanted{want, func(got string) bool { return got == want }}
}

// holds matches a text that contains the given part. An empty part matches the empty
// text only: it expects that there is no message.
func holds(v value) wanted {
	want := v.text()
	return wanted{want, func(got string) bool { return strings.Contains(got, want) && (want != "" || got == "") }}
}

func yesOrNo(v value) wanted {
	want := strconv.FormatBool(v.boolean())
	return wanted{want, func(got string) bool { return got == want }}
}

func number(v value) wanted {
	want := strconv.FormatInt(v.integer(0, 1<<31-1), 10)
	return wanted{want, func(got string) bool { return got == want }}
}

// part adds an expectation about a part of a status.
func (e *expecting) part(v value, of statusOf, want wanted, read func(*corev1.PodStatus) string) {
	e.add(v, want.text, func(p podclock.PodResult, t timeline.Pod) (string, bool) {
		s, why := of(p, t)
		if s == nil {
			return why, false
		}
		got := read(s)
		return strconv.Quote(got), want.meets(got)
	})
}

// orderOf lists the regular containers in the order of their statuses (C15).
func orderOf(s *corev1.PodStatus) string {
	var names []string
	for i := range s.ContainerStatuses {
		names = append(names, s.ContainerStatuses[i].Name)
	}
	return fmt.Sprint(names)
}

// conditions expects conditions by type. Each is given by its status, by absent, or by
// keys.
//
//	conditions: {Initialized: True, Ready: {status: False, reason: PodFailed}}
func (e *expecting) conditions(v value, of statusOf) {
	v.entries(func(name string, line int, entry value) {
		if !contains(e.types, name) {
			v.p.addf(line, "%s: no pod has the condition %q; %s", v.path, name, hint(name, e.types))
			return
		}
		part := func(read func(corev1.PodCondition) string, match matcher) fieldReader {
			return func(v value) {
				e.part(v, of, match(v), func(s *corev1.PodStatus) string {
					for _, c := range s.Conditions {
						if string(c.Type) == name {
							return read(c)
						}
					}
					return noCondition
				})
			}
		}
		status := part(func(c corev1.PodCondition) string { return string(c.Status) }, conditionStatus)
		if entry.isScalar() {
			status(entry)
			return
		}
		entry.fields(map[string]fieldReader{
			"status":  status,
			"reason":  part(func(c corev1.PodCondition) string { return c.Reason }, equals),
			"message": part(func(c corev1.PodCondition) string { return c.Message }, holds),
			"since":   func(v value) { e.since(v, of, name) },
		})
	})
}

// conditionStatus matches the status of a condition. The word absent matches that there is
// no such condition.
func conditionStatus(v value) wanted {
	want := string(v.conditionStatus("absent"))
	if want == "absent" {
		return wanted{want, func(got string) bool { return got == noCondition }}
	}
	return wanted{want, func(got string) bool { return got == want }}
}

// since expects the time from the pod's startTime to the condition's last
// transition. The API has both in whole seconds (S66), and so has their difference.
func (e *expecting) since(v value, of statusOf, condition string) {
	want := v.bound(parseDuration)
	e.add(v, want.text, func(p podclock.PodResult, t timeline.Pod) (string, bool) {
		s, why := of(p, t)
		switch {
		case s == nil:
			return why, false
		case s.StartTime == nil:
			return noStatus, false
		}
		for _, c := range s.Conditions {
			if string(c.Type) == condition {
				d := c.LastTransitionTime.Sub(s.StartTime.Time)
				return d.String(), want.meets(d, true)
			}
		}
		return noCondition, want.meets(0, false)
	})
}

// containerStatuses expects parts of the status of each container.
//
//	containers:
//	  web: {state: waiting, reason: CrashLoopBackOff, last: {exitCode: 1}}
func (e *expecting) containerStatuses(v value, of statusOf) {
	v.entries(func(name string, _ int, entry value) {
		if !e.known(v, entry, name) {
			return
		}
		part := func(read func(*corev1.ContainerStatus) string, match matcher) fieldReader {
			return func(v value) {
				e.part(v, of, match(v), func(s *corev1.PodStatus) string {
					if c := statusNamed(s, name); c != nil {
						return read(c)
					}
					return "no such container status"
				})
			}
		}
		state := func(s *corev1.ContainerStatus) *corev1.ContainerState { return &s.State }
		known := e.stateFields(state, part)
		known["ready"] = part(func(c *corev1.ContainerStatus) string { return strconv.FormatBool(c.Ready) }, yesOrNo)
		known["started"] = part(func(c *corev1.ContainerStatus) string {
			return strconv.FormatBool(c.Started != nil &&
				*c.Started)
		}, yesOrNo)
		known["restarts"] = part(func(c *corev1.ContainerStatus) string { return strconv.Itoa(int(c.RestartCount)) }, number)
		known["last"] = func(v value) {
			v.fields(e.stateFields(func(s *corev1.ContainerStatus) *corev1.ContainerState { return &s.LastTerminationState },
				part))
		}
		entry.fields(known)
	})
}

func statusNamed(s *corev1.PodStatus, name string) *corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{s.ContainerStatuses, s.InitContainerStatuses} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// stateFields returns the readers of the keys of a container's state, or of its last
// state.
func (e *expecting) stateFields(of func(*corev1.ContainerStatus) *corev1.ContainerState,
	part func(func(*corev1.ContainerStatus) string, matcher) fieldReader) map[string]fieldReader {
	read := func(get func(*corev1.ContainerState) string) func(*corev1.ContainerStatus) string {
		return func(s *corev1.ContainerStatus) string { return get(of(s)) }
	}
	return map[string]fieldReader{
		"state":    part(read(stateWord), stateWanted),
		"reason":   part(read(stateReason), e.reason),
		"message":  part(read(stateMessage), holds),
		"exitCode": part(read(stateCode), number),
	}
}

func stateWanted(v value) wanted {
	want := v.oneOf("waiting", "running", "terminated", "none")
	return wanted{want, func(got string) bool { return got == want }}
}

func stateWord(s *corev1.ContainerState) string {
	switch {
	case s.Waiting != nil:
		return "waiting"
	case s.Running != nil:
		return "running"
	case s.Terminated != nil:
		return "terminated"
	}
	return "none"
}

func stateReason(s *corev1.ContainerState) string {
	switch {
	case s.Waiting != nil:
		return s.Waiting.Reason
	case s.Terminated != nil:
		return s.Terminated.Reason
	}
	return ""
}

func stateMessage(s *corev1.ContainerState) string {
	switch {
	case s.Waiting != nil:
		return s.Waiting.Message
	case s.Terminated != nil:
		return s.Terminated.Message
	}
	return ""
}

func stateCode(s *corev1.ContainerState) string {
	if s.Terminated == nil {
		return "none"
	}
	return strconv.Itoa(int(s.Terminated.ExitCode))
}
