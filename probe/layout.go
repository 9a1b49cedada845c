package probe

import corev1 "k8s.io/api/core/v1"

// Container is a container whose probes a Set runs.
type Container struct {
	// Spec has its defaults set. Its probes must be valid.
	Spec *corev1.Container
	// Index is the owner's number for the container. It must be small and unique.
	Index int
	// Sidecar says that it is an init container with restartPolicy Always. Other init
	// containers have no probes (P30).
	Sidecar bool
}

// Layout is the compiled list of a pod's probes. It never changes, so that Sets can share
// it.
type Layout struct {
	slots []slot
	// byContainer has slot numbers plus one, by Container.Index and Kind. 0 is no probe.
	byContainer [][Liveness + 1]int32
}

// slot is one probe.
type slot struct {
	spec      Spec
	container int32
	kind      Kind
	sidecar   bool
}

// NewLayout compiles the probes of a pod. It sorts regular containers before sidecars, and
// otherwise keeps the given order: the kubelet creates workers in this order (P31).
func NewLayout(containers []Container) *Layout {
	l := &Layout{}
	for _, sidecars := range [...]bool{false, true} {
		for i := range containers {
			if containers[i].Sidecar == sidecars {
				l.add(&containers[i])
			}
		}
	}
	return l
}

func (l *Layout) add(c *Container) {
	for len(l.byContainer) <= c.Index {
		l.byContainer = append(l.byContainer, [Liveness + 1]int32{})
	}
	for _, kind := range Kinds {
		p := Of(c.Spec, kind)
		if p == nil {
			continue
		}
		l.slots = append(l.slots, slot{spec: Compile(p), container: int32(c.Index), kind: kind, sidecar: c.Sidecar})
		l.byContainer[c.Index][kind] = int32(len(l.slots))
	}
}

// Of returns a container's probe of a kind, or nil if it has none.
func Of(c *corev1.Container, kind Kind) *corev1.Probe {
	switch kind {
	case Startup:
		return c.StartupProbe
	case Readiness:
		return c.ReadinessProbe
	case Liveness:
		return c.LivenessProbe
	default:
		return nil
	}
}

// slot returns the number of a probe's slot. It returns false if there is no such probe.
func (l *Layout) slot(container int, kind Kind) (int, bool) {
	if uint(container) >= uint(len(l.byContainer)) || kind > Liveness {
		return 0, false
	}
	at := l.byContainer[container][kind]
	return int(at) - 1, at > 0
}

// Spec returns the timing of a container's probe. It returns false if the container has no
// probe of that kind.
func (l *Layout) Spec(container int, kind Kind) (Spec, bool) {
	at, ok := l.slot(container, kind)
	if !ok {
		return Spec{}, false
	}
	return l.slots[at].spec, true
}
