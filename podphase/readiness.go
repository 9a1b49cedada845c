package podphase

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// class is how a container counts for a condition.
type class uint8

const (
	classMissing class = iota // it has no status
	classLacking              // its status does not meet the condition
	classFine
)

func readyClass(_ *member, s *corev1.ContainerStatus) class {
	switch {
	case s == nil:
		return classMissing
	case !s.Ready:
		return classLacking
	}
	return classFine
}

// initClass returns the class for the condition Initialized. A sidecar must be started, and
// an init container ready, which means done (S45).
func initClass(m *member, s *corev1.ContainerStatus) class {
	switch {
	case s == nil:
		return classMissing
	case m.sidecar() && !started(s), !m.sidecar() && !s.Ready:
		return classLacking
	}
	return classFine
}

func count(ms []member, st *corev1.PodStatus, of func(*member, *corev1.ContainerStatus) class) (n [classFine + 1]int) {
	for i := range ms {
		n[of(&ms[i], ms[i].status(st))]++
	}
	return n
}

// describe appends "containers with unknown status: [a b], containers with WORD status: [c
// d]". A part without a container is left out.
func describe(b []byte, ms []member, st *corev1.PodStatus, of func(*member, *corev1.ContainerStatus) class,
	word string) []byte {
	b = describeClass(b, ms, st, of, classMissing, "unknown")
	return describeClass(b, ms, st, of, classLacking, word)
}

func describeClass(b []byte, ms []member, st *corev1.PodStatus, of func(*member, *corev1.ContainerStatus) class,
	want class, word string) []byte {
	first := true
	for i := range ms {
		if of(&ms[i], ms[i].status(st)) != want {
			continue
		}
		switch {
		case !first:
			b = append(b, ' ')
		case len(b) > 0:
			b = append(b, ", "...)
		}
		if first {
			b = append(append(append(b, "containers with "...), word...), " status: ["...)
			first = false
		}
		b = append(b, ms[i].name...)
	}
	if !first {
		b = append(b, ']')
	}
	return b
}

// message returns b as a string. If the previous condition has the same message, it returns
// that string.
func (f *Facts) message(t corev1.PodConditionType, b []byte) string {
	if c := find(f.Previous, t); c != nil && c.Message == string(b) {
		return c.Message
	}
	return string(b)
}

// messageSize is the length up to which a message is built on the stack.
const messageSize = 256

// containersReady returns the condition ContainersReady, by the table of S43.
func (r *Rules) containersReady(f *Facts) corev1.PodCondition {
	const t = corev1.ContainersReady
	if noStatuses(f.Status) {
		return f.condition(t, false, reasonUnknownStatuses, "")
	}
	n := count(r.ready, f.Status, readyClass)
	switch {
	case f.Status.Phase == corev1.PodSucceeded && n[classMissing] == 0:
		return f.condition(t, false, reasonPodCompleted, "")
	case f.Status.Phase == corev1.PodFailed:
		return f.condition(t, false, reasonPodFailed, "")
	case n[classFine] == len(r.ready):
		return f.condition(t, true, "", "")
	}
	var buf [messageSize]byte
	message := f.message(t, describe(buf[:0], r.ready, f.Status, readyClass, "unready"))
	return f.condition(t, false, reasonNotReady, message)
}

// podReady returns the condition Ready (S44). present has the conditions before it, among
// which the readiness gates are.
func (r *Rules) podReady(f *Facts, containersReady *corev1.PodCondition,
	present []corev1.PodCondition) corev1.PodCondition {
	const t = corev1.PodReady
	if containersReady.Status != corev1.ConditionTrue {
		return f.condition(t, false, containersReady.Reason, containersReady.Message)
	}
	var buf [messageSize]byte
	b := describeGates(buf[:0], r.gates, present)
	if len(b) > 0 {
		return f.condition(t, false, reasonGatesNotReady, f.message(t, b))
	}
	return f.condition(t, true, "", "")
}

func describeGates(b []byte, gates []corev1.PodConditionType, present []corev1.PodCondition) []byte {
	for _, gate := range gates {
		c := find(present, gate)
		if c != nil && c.Status == corev1.ConditionTrue {
			continue
		}
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		if c == nil {
			b = append(b, "corresponding condition of pod readiness gate "...)
			b = append(strconv.AppendQuote(b, string(gate)), " does not exist."...)
			continue
		}
		b = append(b, "the status of pod readiness gate "...)
		b = append(strconv.AppendQuote(b, string(gate)), ` is not "True", but `...)
		b = append(b, c.Status...)
	}
	return b
}

// initialized returns the condition Initialized, by the table of S45.
func (r *Rules) initialized(f *Facts) corev1.PodCondition {
	const t = corev1.PodInitialized
	if len(r.init) > 0 && noStatuses(f.Status) {
		return f.condition(t, false, reasonUnknownStatuses, "")
	}
	n := count(r.init, f.Status, initClass)
	switch {
	case f.Status.Phase == corev1.PodSucceeded && n[classMissing] == 0:
		return f.condition(t, true, reasonPodCompleted, "")
	case r.anyRegularStarted(f.Status),
		n[classFine] == len(r.init),
		r.restartAll && isTrue(f.Previous, t):
		return f.condition(t, true, "", "")
	}
	var buf [messageSize]byte
	message := f.message(t, describe(buf[:0], r.init, f.Status, initClass, "incomplete"))
	return f.condition(t, false, reasonNotInitialized, message)
}

// anyRegularStarted reports whether a regular container runs or has ended.
func (r *Rules) anyRegularStarted(st *corev1.PodStatus) bool {
	for i := range r.regular {
		s := r.regular[i].status(st)
		if s != nil && (s.State.Running != nil || s.State.Terminated != nil) {
			return true
		}
	}
	return false
}

func noStatuses(st *corev1.PodStatus) bool {
	return len(st.InitContainerStatuses) == 0 && len(st.ContainerStatuses) == 0
}

// GatesNeedSync reports whether a change of conditions in the API object needs a sync of the
// pod. It does only if the readiness gates now make Ready different (S44). Like the kubelet
// it looks only at the statuses of regular containers. For a pod with sidecars it therefore
// always returns true.
func (r *Rules) GatesNeedSync(api *corev1.PodStatus) bool {
	current := find(api.Conditions, corev1.PodReady)
	if len(r.gates) == 0 || current == nil {
		return false
	}
	st := corev1.PodStatus{Phase: api.Phase, ContainerStatuses: api.ContainerStatuses}
	f := Facts{Status: &st, Previous: api.Conditions}
	containersReady := r.containersReady(&f)
	want := r.podReady(&f, &containersReady, api.Conditions)
	return want.Status != current.Status || want.Message != current.Message
}
