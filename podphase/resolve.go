package podphase

import corev1 "k8s.io/api/core/v1"

// Verdict is a phase and the status reason and message that go with it. The zero
// value is none.
type Verdict struct {
	Phase   corev1.PodPhase
	Reason  string
	Message string
}

// VerdictOf returns the verdict that a status holds.
func VerdictOf(st *corev1.PodStatus) Verdict {
	return Verdict{Phase: st.Phase, Reason: st.Reason, Message: st.Message}
}

// Resolve settles a computed phase against the past (S23): cached is the verdict
// of the status cache (of the API where nothing is cached), api that of the API
// object, forced the verdict of a passed deadline or an eviction, zero if there
// is none. A pod never leaves Succeeded or Failed.
func Resolve(computed corev1.PodPhase, cached, api, forced Verdict) Verdict {
	v := Verdict{Phase: computed}
	if !terminal(v.Phase) { // S23 (a)
		switch {
		case terminal(cached.Phase):
			v.Phase = cached.Phase
		case terminal(api.Phase):
			v.Phase = api.Phase
		}
	}
	if v.Phase == cached.Phase { // S23 (b)
		v.Reason = firstSet(cached.Reason, api.Reason)
		v.Message = firstSet(cached.Message, api.Message)
	}
	if forced.Phase != "" { // S23 (c)
		v = forced
	}
	if terminal(api.Phase) { // S23 (d)
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
