package probe

import corev1 "k8s.io/api/core/v1"

// Event is what the kubelet records about a probe. The event's object is the container
// (P124).
type Event struct {
	Type    string // always corev1.EventTypeWarning
	Reason  string // "Unhealthy" or "ProbeWarning"
	Message string
}

// Event returns the event of an ActionEvent (P120 to P123). For any other kind it returns
// the zero Event. The worker does not build it, so that a text that nobody reads costs
// nothing.
func (a Action) Event() Event {
	switch {
	case a.Kind != ActionEvent:
		return Event{}
	case a.Errored(): // all attempts of the pass gave an error (P123)
		return unhealthy(a.Probe.title() + " probe errored and resulted in " + a.Outcome.String() + " state: " + a.output)
	case a.Outcome == OutcomeWarning:
		return Event{
			Type:    corev1.EventTypeWarning,
			Reason:  "ProbeWarning",
			Message: a.Probe.title() + " probe warning: " + a.output,
		}
	default: // an answer that is a failure (P122)
		return unhealthy(a.Probe.title() + " probe failed: " + a.output)
	}
}

func unhealthy(message string) Event {
	return Event{Type: corev1.EventTypeWarning, Reason: "Unhealthy", Message: message}
}

// reports reports whether the kubelet records an event about an answer: a warning, a failure
// or an error (P120).
func (a Answer) reports() bool {
	return a.Err != "" || a.Outcome == OutcomeWarning || a.Outcome == OutcomeFailure
}
