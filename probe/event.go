package probe

import corev1 "k8s.io/api/core/v1"

// Event is what the kubelet records about a probe. Its object is the
// container (P124).
type Event struct {
	Type    string // corev1.EventTypeWarning
	Reason  string // "Unhealthy" or "ProbeWarning"
	Message string
}

// Event builds the event of an ActionEvent (P120 to P123); the zero Event for
// any other kind. It is built here, not in the worker, so that a text
// costs nothing if it is not read.
func (a Action) Event() Event {
	switch {
	case a.Kind != ActionEvent:
		return Event{}
	case a.Errored(): // P123
		return unhealthy(a.Probe.title() + " probe errored and resulted in " + a.Outcome.String() + " state: " + a.output)
	case a.Outcome == OutcomeWarning:
		return Event{
			Type:    corev1.EventTypeWarning,
			Reason:  "ProbeWarning",
			Message: a.Probe.title() + " probe warning: " + a.output,
		}
	default: // P122
		return unhealthy(a.Probe.title() + " probe failed: " + a.output)
	}
}

func unhealthy(message string) Event {
	return Event{Type: corev1.EventTypeWarning, Reason: "Unhealthy", Message: message}
}

// reports tells whether an answer is recorded as an event (P120).
func (a Answer) reports() bool {
	return a.Err != "" || a.Outcome == OutcomeWarning || a.Outcome == OutcomeFailure
}
