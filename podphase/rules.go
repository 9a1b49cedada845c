package podphase

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
)

// Rules has what phase and conditions need of a pod's spec. It never changes and may be
// shared.
type Rules struct {
	regular []member // in spec order
	init    []member // init containers and sidecars, in spec order
	// ready are the members whose readiness conditions consider (S43): sidecars first, then
	// regular containers.
	ready []member
	gates []corev1.PodConditionType

	podPolicy corev1.RestartPolicy
	static    bool // it was read from a file or a URL
	// podOnly says that ContainerRestartRules is off (F1).
	podOnly bool
	// restartAll says that RestartAllContainersOnContainerExits is on (F2).
	restartAll bool
	// mayRestartAll says that a rule of the pod could restart all of its containers.
	mayRestartAll bool
}

// member is one container of the spec.
type member struct {
	name   string
	policy restart.Policy
	// hint is the index where its status normally is. Statuses of regular containers are
	// sorted by name, those of init containers are in spec order (C15).
	hint int
	init bool // its status is among the init container statuses
}

// The kubelet recognises a pod that it read from the API by this annotation and value.
const (
	sourceAnnotation = "kubernetes.io/config.source"
	sourceAPI        = "api"
)

// Compile returns the rules of a pod's spec. A pod is static if it has the annotation
// kubernetes.io/config.source with another value than "api". Compile keeps no reference to
// the pod.
func Compile(pod *corev1.Pod, g restart.Gates) *Rules {
	source, marked := pod.Annotations[sourceAnnotation]
	r := &Rules{
		regular:       members(&pod.Spec, pod.Spec.Containers, false, g),
		init:          members(&pod.Spec, pod.Spec.InitContainers, true, g),
		podPolicy:     pod.Spec.RestartPolicy,
		static:        marked && source != sourceAPI,
		podOnly:       !g.ContainerRestartRules(),
		restartAll:    g.RestartAllContainers(),
		mayRestartAll: restart.MayRestartAll(&pod.Spec, g),
	}
	for _, m := range r.init {
		if m.policy.Role() == restart.Sidecar {
			r.ready = append(r.ready, m)
		}
	}
	r.ready = append(r.ready, r.regular...)
	for _, gate := range pod.Spec.ReadinessGates {
		r.gates = append(r.gates, gate.ConditionType)
	}
	return r
}

func members(spec *corev1.PodSpec, cs []corev1.Container, init bool, g restart.Gates) []member {
	out := make([]member, len(cs))
	names := make([]string, len(cs))
	for i := range cs {
		names[i] = cs[i].Name
	}
	if !init {
		slices.Sort(names)
	}
	for i := range cs {
		c := &cs[i]
		out[i] = member{
			name:   c.Name,
			policy: restart.Compile(restart.RoleOf(c, init), spec.RestartPolicy, c, g),
			hint:   slices.Index(names, c.Name),
			init:   init,
		}
	}
	return out
}

// status returns the member's status, or nil.
func (m *member) status(st *corev1.PodStatus) *corev1.ContainerStatus {
	list := st.ContainerStatuses
	if m.init {
		list = st.InitContainerStatuses
	}
	if m.hint < len(list) && list[m.hint].Name == m.name {
		return &list[m.hint]
	}
	for i := range list {
		if list[i].Name == m.name {
			return &list[i]
		}
	}
	return nil
}

func (m *member) sidecar() bool { return m.policy.Role() == restart.Sidecar }

func started(s *corev1.ContainerStatus) bool { return s.Started != nil && *s.Started }

// terminal reports whether a phase is terminal: a pod never leaves it.
func terminal(p corev1.PodPhase) bool {
	return p == corev1.PodSucceeded || p == corev1.PodFailed
}
