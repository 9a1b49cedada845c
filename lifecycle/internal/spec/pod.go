package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/apiserver"
	"github.com/podclock/podclock/lifecycle/internal/imagename"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Pod is a compiled pod spec. It never changes, and any number of machines can share it.
//
// Containers have dense indices: the regular containers in spec order, then the entries of
// the init list (init containers and sidecars) in spec order.
type Pod struct {
	Manifest   *corev1.Pod // with defaults
	Containers []Container
	Regular    int            // the number of regular containers
	Sorted     []int          // regular containers by name, which is the order of statuses (C15)
	Position   []int          // by container: its index among its statuses
	IndexOf    map[string]int // by name
	Images     int            // the number of distinct image strings

	Limits     restart.Limits // of the crash-loop back-off
	PullLimits restart.Limits // of the back-off of image pulls (I6)
	Rules      *podphase.Rules
	Layout     *probe.Layout

	HasSidecar   bool
	Static       bool // it is from a file or a URL (S84)
	HostNetwork  bool
	RestartsAll  bool // a rule may restart all containers (R9)
	QOS          corev1.PodQOSClass
	Grace        int64         // spec.terminationGracePeriodSeconds
	Deadline     time.Duration // spec.activeDeadlineSeconds; 0 if there is none
	MessageLimit int           // the maximum length of a termination message, in bytes (C10)
	Resources    Resources
}

// Container is one container of a [Pod].
type Container struct {
	Spec   *corev1.Container
	Role   restart.Role
	Policy restart.Policy
	// RestartPolicy is the container's own or, if it has none, the pod's.
	RestartPolicy corev1.RestartPolicy
	FieldPath     string // for events (P124)
	Image         string // the image to pull, with a tag (I2)
	ImageErr      string // why Image does not parse (I3)
	ImageKey      int    // containers with the same image string share the back-off of pulls (I6)
	RunsAsRoot    bool   // it must not run as root, and its user is root (C2)
}

// Compile compiles a pod, which must have its defaults.
func Compile(pod *corev1.Pod, gates restart.Gates, limits restart.Limits) *Pod {
	p := &Pod{
		Manifest:    pod,
		Regular:     len(pod.Spec.Containers),
		IndexOf:     make(map[string]int),
		Limits:      limits,
		PullLimits:  restart.DefaultLimits(), // I6
		Rules:       podphase.Compile(pod, gates),
		Static:      isStatic(pod),
		HostNetwork: pod.Spec.HostNetwork,
		RestartsAll: restart.MayRestartAll(&pod.Spec, gates),
		QOS:         podphase.QOSClass(&pod.Spec),
		Resources:   resourcesOf(pod),
	}
	for i := range pod.Spec.Containers {
		p.add(gates, &pod.Spec.Containers[i], restart.Regular, "spec.containers{%s}")
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		p.add(gates, c, restart.RoleOf(c, true), "spec.initContainers{%s}")
	}
	p.finish()
	return p
}

func (p *Pod) add(gates restart.Gates, c *corev1.Container, role restart.Role, path string) {
	i := len(p.Containers)
	ct := Container{
		Spec: c, Role: role,
		Policy:        restart.Compile(role, p.Manifest.Spec.RestartPolicy, c, gates),
		RestartPolicy: p.effectivePolicy(c, gates),
		FieldPath:     fmt.Sprintf(path, c.Name),
		ImageKey:      p.Images,
	}
	ct.Image, ct.ImageErr = imagename.PullName(c.Image)
	ct.RunsAsRoot = apiserver.RunsAsRoot(&p.Manifest.Spec, c)
	for _, o := range p.Containers {
		if o.Spec.Image == c.Image {
			ct.ImageKey = o.ImageKey
		}
	}
	if ct.ImageKey == p.Images {
		p.Images++
	}
	p.HasSidecar = p.HasSidecar || role == restart.Sidecar
	p.IndexOf[c.Name] = i
	p.Containers = append(p.Containers, ct)
}

func (p *Pod) finish() {
	for i := range p.Regular {
		p.Sorted = append(p.Sorted, i)
	}
	slices.SortFunc(p.Sorted, func(a, b int) int { return strings.Compare(p.Name(a), p.Name(b)) })
	p.Position = make([]int, len(p.Containers))
	for at, i := range p.Sorted {
		p.Position[i] = at
	}
	for i := p.Regular; i < len(p.Containers); i++ {
		p.Position[i] = i - p.Regular
	}
	var probed []probe.Container
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Role != restart.Init {
			probed = append(probed, probe.Container{Spec: c.Spec, Index: i, Sidecar: c.Role == restart.Sidecar})
		}
	}
	p.Layout = probe.NewLayout(probed)
	p.Grace = 2 // the default of the kubelet (C41 row 5)
	if g := p.Manifest.Spec.TerminationGracePeriodSeconds; g != nil {
		p.Grace = *g
	}
	if d := p.Manifest.Spec.ActiveDeadlineSeconds; d != nil {
		p.Deadline = Seconds(*d)
	}
	p.MessageLimit = maxPodMessages / max(1, len(p.Containers)+len(p.Manifest.Spec.EphemeralContainers))
}

// isStatic reports whether the pod is from a file or a URL (S84).
func isStatic(pod *corev1.Pod) bool {
	source, ok := pod.Annotations["kubernetes.io/config.source"]
	return ok && source != "api"
}

// IsSidecar reports whether container i is a sidecar.
func (p *Pod) IsSidecar(i int) bool { return p.Containers[i].Role == restart.Sidecar }

// Name returns the name of container i.
func (p *Pod) Name(i int) string { return p.Containers[i].Spec.Name }

// Inits returns how many entries the init list has.
func (p *Pod) Inits() int { return len(p.Containers) - p.Regular }

// effectivePolicy returns the container's own restart policy or, if it has none, the pod's.
func (p *Pod) effectivePolicy(c *corev1.Container, gates restart.Gates) corev1.RestartPolicy {
	if c.RestartPolicy != nil && !gates.DisableContainerRestartRules {
		return corev1.RestartPolicy(*c.RestartPolicy)
	}
	return p.Manifest.Spec.RestartPolicy
}
