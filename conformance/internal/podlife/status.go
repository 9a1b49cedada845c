package podlife

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/podphase"
)

// lifecycleEvent is one line of a recorded trace.
type lifecycleEvent struct {
	T     int64  `json:"t"`
	Event string `json:"event"`
	Name  string `json:"name,omitempty"`
	N     *int   `json:"n,omitempty"`
	V     any    `json:"v,omitempty"`
}

// String returns the event as in the trace.
func (e lifecycleEvent) String() string {
	b, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// lifecycleStatus is a stored status as in the trace.
type lifecycleStatus struct {
	Phase      corev1.PodPhase      `json:"phase"`
	Reason     string               `json:"reason,omitempty"`
	Conditions map[string]string    `json:"conditions"`
	Init       []lifecycleContainer `json:"init,omitempty"`
	Containers []lifecycleContainer `json:"containers"`
	Columns    []string             `json:"columns"`
}

type lifecycleContainer struct {
	Name         string `json:"name"`
	State        string `json:"state"`
	Reason       string `json:"reason,omitempty"`
	Message      string `json:"message,omitempty"`
	ExitCode     *int32 `json:"exitCode,omitempty"`
	Restarts     int32  `json:"restarts"`
	Ready        bool   `json:"ready"`
	Started      bool   `json:"started"`
	LastExitCode *int32 `json:"lastExitCode,omitempty"`
	LastReason   string `json:"lastReason,omitempty"`
	N            *int   `json:"n,omitempty"`
}

// stored logs a stored status. It leaves out a status that is equal to the last one, and
// that of the pod's end, which the trace does not have.
func (l *lifecycleLog) stored(t podclock.Tap, a *lifecycle.Action) {
	if a.Last {
		return
	}
	l.add(t, "status", "", nil, l.status(t, a))
	n := len(l.events) - 1
	shown, err := json.Marshal(l.events[n].V)
	if err == nil && string(shown) == l.shown {
		l.events = l.events[:n]
	}
	l.shown = string(shown)
}

func (l *lifecycleLog) status(t podclock.Tap, a *lifecycle.Action) lifecycleStatus {
	s := a.Status
	out := lifecycleStatus{Phase: s.Phase, Reason: s.Reason, Conditions: make(map[string]string)}
	for _, c := range s.Conditions {
		text := string(c.Status)
		if c.Reason != "" {
			text += " " + c.Reason
		}
		out.Conditions[string(c.Type)] = text
	}
	for i := range s.InitContainerStatuses {
		out.Init = append(out.Init, l.container(&s.InitContainerStatuses[i]))
	}
	for i := range s.ContainerStatuses {
		out.Containers = append(out.Containers, l.container(&s.ContainerStatuses[i]))
	}
	pod := l.template.Pod().DeepCopy()
	pod.Status = *s
	if a.Deleting {
		pod.DeletionTimestamp = &metav1.Time{Time: t.At}
	}
	row := podphase.Columns(pod, t.At)
	restarts, _, _ := strings.Cut(row.Restarts, " ")
	out.Columns = []string{row.Ready, row.Status, restarts}
	return out
}

func (l *lifecycleLog) container(c *corev1.ContainerStatus) lifecycleContainer {
	out := lifecycleContainer{Name: c.Name, Restarts: c.RestartCount, Ready: c.Ready,
		Started: c.Started != nil && *c.Started}
	switch {
	case c.State.Waiting != nil:
		out.State, out.Reason, out.Message = "waiting", c.State.Waiting.Reason, c.State.Waiting.Message
	case c.State.Running != nil:
		out.State = "running"
	case c.State.Terminated != nil:
		t := c.State.Terminated
		out.State, out.Reason, out.Message, out.ExitCode = "terminated", t.Reason, t.Message, &t.ExitCode
	}
	if t := c.LastTerminationState.Terminated; t != nil {
		out.LastExitCode, out.LastReason = &t.ExitCode, t.Reason
	}
	if n, ok := l.ids[c.ContainerID]; ok {
		out.N = &n
	}
	return out
}

// rank returns the rank of events at one instant: exits, deletion, statuses, calls to the
// runtime, emitted events, requeues, the end.
func (e lifecycleEvent) rank() int {
	if at := slices.Index([]string{"exit", "delete", "status", "", "event", "requeue", "finished"}, e.Event); at >= 0 {
		return at
	}
	return 3
}

func compareLifecycle(a, b lifecycleEvent) int {
	if c := cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.rank(), b.rank())); c != 0 {
		return c
	}
	switch a.Event {
	case "status", "requeue":
		return 0 // these stay in the order in which they happened
	}
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Event, b.Event), cmp.Compare(a.String(), b.String()))
}

// diffLifecycle compares two complete traces and describes the first difference.
func diffLifecycle(want, got []lifecycleEvent) string {
	slices.SortStableFunc(want, compareLifecycle)
	slices.SortStableFunc(got, compareLifecycle)
	for i := range max(len(want), len(got)) {
		w, g := at(want, i), at(got, i)
		if w == g {
			continue
		}
		var b strings.Builder
		for j := max(0, i-6); j < i; j++ {
			fmt.Fprintf(&b, "     %s\n", want[j])
		}
		fmt.Fprintf(&b, "want %s\ngot  %s\nthen want %s\nthen got  %s", w, g, at(want, i+1), at(got, i+1))
		return b.String()
	}
	return ""
}

// at returns line i of a trace, or "" after its end.
func at(list []lifecycleEvent, i int) string {
	if i < len(list) {
		return list[i].String()
	}
	return ""
}
