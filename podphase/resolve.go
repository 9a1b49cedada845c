package podphase

import corev1 "k8s.io/api/core/v1"

// Verdict is a phase with the status reason and message that belong to it. The zero Verdict
// means none.
type Verdict struct {
	Phase   corev1.PodPhase
	Reason  string
	Message string
}

// VerdictOf returns the verdict of a status.
func VerdictOf(st *corev1.PodStatus) Verdict {
	return Verdict{Phase: st.Phase, Reason: st.Reason, Message: st.Message}
}

// Resolve corrects a computed phase by the previous ones (S23). cached is the verdict of the
// status cache or, if nothing is cached, of the API. api is the verdict of the API object.
// forced is the verdict of a passed deadline or an eviction, and zero if there is none. A
// pod never leaves Succeeded or Failed.
func Resolve(computed corev1.PodPhase, cached, api, forced Verdict) Verdict {
	v := Verdict{Phase: computed}
	if !terminal(v.Phase) { // a pod does not leave a terminal phase (S23 a)
		switch {
		case terminal(cached.Phase):
			v.Phase = cached.Phase
		case terminal(api.Phase):
			v.Phase = api.Phase
		}
	}
	if v.Phase == cached.Phase { // the reason and the message belong to the phase (S23 b)
		v.Reason = firstSet(cached.Reason, api.Reason)
		v.Message = firstSet(cached.Message, api.Message)
	}
	if forced.Phase != "" { // a deadline or an eviction (S23 c)
		v = forced
	}
	if terminal(api.Phase) { // the API's terminal phase is final (S23 d)
		v.Phase = api.Phase
	}
	return v
}

func firstSet(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
