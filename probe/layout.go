package probe

import corev1 "k8s.io/api/core/v1"

// Container is a container whose probes a Set runs.
type Container struct {
	// Spec, with defaults set; its probes are valid.
	Spec *corev1.Container
	// Index is the owner's number for the container, small and unique.
	Index int
	// Sidecar: an init container that restarts always. Other init containers
	// have no probes (P30).
	Sidecar bool
}

// Layout is the compiled list of a pod's probes. It is immutable: any number
// of Sets share one.
type Layout struct {
	slots []slot
	// byContainer holds slot numbers plus one, by Container.Index and Kind.
	byContainer [][Liveness + 1]int32
}

// slot is one probe.
type slot struct {
	spec      Spec
	container int32
	kind      Kind
	sidecar   bool
}

// NewLayout compiles the probes of a pod. Regular containers come before
// sidecars, whatever the order given; among equals the order stays (P31).
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

// Of returns a container's probe of that kind, or nil.
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

// slot returns the number of a probe's slot; false if there is no such probe.
func (l *Layout) slot(container int, kind Kind) (int, bool) {
	if uint(container) >= uint(len(l.byContainer)) || kind > Liveness {
		return 0, false
	}
	at := l.byContainer[container][kind]
	return int(at) - 1, at > 0
}

// Spec returns the numbers of a container's probe; false if it has none of
// that kind.
func (l *Layout) Spec(container int, kind Kind) (Spec, bool) {
	at, ok := l.slot(container, kind)
	if !ok {
		return Spec{}, false
	}
	return l.slots[at].spec, true
}
