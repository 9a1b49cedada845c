package timeline

import (
	"encoding/json"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// PodStatus is one status of a pod, which a watcher receives when it changes.
type PodStatus struct {
	// At is its time since the start.
	At time.Duration
	// Ready, Column and Restarts are kubectl's columns READY, STATUS and RESTARTS. RESTARTS
	// has no age.
	Ready, Column, Restarts string
	Status                  corev1.PodStatus
}

// Statuses returns copies of all statuses of the pod, in order. They are everything that a
// watcher of the pod could have received. Only Column shows that a pod is being deleted. It
// panics if the timeline's filter drops statuses or complete statuses.
func (p Pod) Statuses() []PodStatus {
	p.needSnapshots()
	var all []PodStatus
	for r := range p.of(Status) {
		if s := r.State; s.Full != nil {
			all = append(all, PodStatus{p.since(r.At), s.Ready, s.Status, s.Restarts, *s.Full.DeepCopy()})
		}
	}
	return all
}

// statusLine is a status as JSON.
type statusLine struct {
	At       string            `json:"at"`
	Time     time.Time         `json:"time"`
	Pod      string            `json:"pod"`
	Ready    string            `json:"ready"`
	Column   string            `json:"column"`
	Restarts string            `json:"restarts"`
	Status   *corev1.PodStatus `json:"status"`
}

// WriteStatuses writes the statuses of all pods in order, each as a JSON object on its own
// line. It is for programs that check whether a pod is stuck. It is an error if the filter
// drops statuses or complete statuses.
func (t *Timeline) WriteStatuses(w io.Writer) error {
	if err := t.filter.allowsSnapshots(); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for r := range t.all() {
		if r.Kind != Status || r.State.Full == nil {
			continue
		}
		s := r.State
		line := statusLine{Offset(t.start, r.At), r.At, r.Pod, s.Ready, s.Status, s.Restarts, s.Full}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
