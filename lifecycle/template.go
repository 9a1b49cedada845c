package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/apiserver"
	"github.com/podclock/podclock/lifecycle/internal/imagename"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Template is a pod spec, defaulted, validated and compiled once. It is
// immutable: any number of machines share it.
//
// Containers have dense indices: the regular containers in spec order, then the
// entries of the init list (init containers and sidecars) in spec order.
type Template struct {
	pod *corev1.Pod
	cfg Config

	containers []containerTemplate
	nRegular   int
	sorted     []int // regular containers by name: the order of statuses (C15)
	index      map[string]int
	images     int // distinct image strings

	plans              plan.Pod // what plans need to know of it
	limits, pullLimits restart.Limits
	rules              *podphase.Rules
	layout             *probe.Layout
	hasSidecar         bool
	static             bool
	hostNetwork        bool
	restartsAll        bool // some rule may restart all containers (R9)
	qos                corev1.PodQOSClass
	position           []int // by container: its place among its statuses
	grace              int64 // spec.terminationGracePeriodSeconds
	deadline           time.Duration
	messageLimit       int // of a termination message (C10)
	resources          podResources
}

// containerTemplate is one container of a Template.
type containerTemplate struct {
	spec      *corev1.Container
	role      restart.Role
	policy    restart.Policy
	fieldPath string
	image     string // to pull: with a tag (I2)
	imageErr  string // why image does not parse (I3)
	imageKey  int    // containers with the same image string share a pull back-off (I6)
}

// Identity is what tells one machine of a template from another.
type Identity struct {
	Namespace, Name string
	UID             types.UID
}

// String is the long form NAME_NAMESPACE(UID) of messages.
func (id Identity) String() string {
	return fmt.Sprintf("%s_%s(%s)", id.Name, id.Namespace, id.UID)
}

// Compile defaults, validates and compiles a pod. The pod is not modified. Times
// of its status are cut to whole seconds, as the API keeps them (S66). The
// error joins everything that the API server would refuse and what of the
// configuration cannot be.
func Compile(pod *corev1.Pod, cfg Config) (*Template, error) {
	limits, err := cfg.Restart.Limits()
	if err != nil {
		return nil, err
	}
	pod = pod.DeepCopy()
	pod.CreationTimestamp = podphase.Truncate(pod.CreationTimestamp)
	podphase.TruncateStatus(&pod.Status)
	api := apiserver.Gates{Restart: cfg.Restart.Gates}
	api.SetDefaults(pod)
	if errs := api.Validate(pod); len(errs) > 0 && !cfg.Trusted {
		return nil, errs.ToAggregate()
	}
	return compile(pod, cfg, limits), nil
}

func compile(pod *corev1.Pod, cfg Config, limits restart.Limits) *Template {
	t := &Template{
		pod: pod, cfg: cfg,
		nRegular:    len(pod.Spec.Containers),
		index:       make(map[string]int),
		limits:      limits,
		pullLimits:  restart.DefaultLimits(), // I6
		rules:       podphase.Compile(pod, cfg.Restart.Gates),
		static:      isStatic(pod),
		hostNetwork: pod.Spec.HostNetwork,
		restartsAll: restart.MayRestartAll(&pod.Spec, cfg.Restart.Gates),
		qos:         podphase.QOSClass(&pod.Spec),
		resources:   podResourcesOf(pod),
	}
	for i := range pod.Spec.Containers {
		t.add(&pod.Spec.Containers[i], restart.Regular, "spec.containers{%s}")
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		t.add(c, restart.RoleOf(c, true), "spec.initContainers{%s}")
	}
	t.finish()
	return t
}

func (t *Template) add(c *corev1.Container, role restart.Role, path string) {
	i := len(t.containers)
	ct := containerTemplate{
		spec: c, role: role,
		policy:    restart.Compile(role, t.pod.Spec.RestartPolicy, c, t.cfg.Restart.Gates),
		fieldPath: fmt.Sprintf(path, c.Name),
		imageKey:  t.images,
	}
	ct.image, ct.imageErr = imagename.PullName(c.Image)
	for _, o := range t.containers {
		if o.spec.Image == c.Image {
			ct.imageKey = o.imageKey
		}
	}
	if ct.imageKey == t.images {
		t.images++
	}
	t.hasSidecar = t.hasSidecar || role == restart.Sidecar
	t.index[c.Name] = i
	t.containers = append(t.containers, ct)
}

func (t *Template) finish() {
	for i := range t.nRegular {
		t.sorted = append(t.sorted, i)
	}
	slices.SortFunc(t.sorted, func(a, b int) int { return strings.Compare(t.name(a), t.name(b)) })
	t.position = make([]int, len(t.containers))
	for at, i := range t.sorted {
		t.position[i] = at
	}
	for i := t.nRegular; i < len(t.containers); i++ {
		t.position[i] = i - t.nRegular
	}
	var probed []probe.Container
	for i := range t.containers {
		if c := &t.containers[i]; c.role != restart.Init {
			probed = append(probed, probe.Container{Spec: c.spec, Index: i, Sidecar: c.role == restart.Sidecar})
		}
	}
	t.layout = probe.NewLayout(probed)
	t.grace = 2 // C41 row 5
	if g := t.pod.Spec.TerminationGracePeriodSeconds; g != nil {
		t.grace = *g
	}
	if d := t.pod.Spec.ActiveDeadlineSeconds; d != nil {
		t.deadline = time.Duration(*d) * time.Second
	}
	t.plans = t.planned()
	t.messageLimit = maxPodMessages / max(1, len(t.containers)+len(t.pod.Spec.EphemeralContainers))
}

// planned is what plans need to know of the pod.
func (t *Template) planned() plan.Pod {
	p := plan.Pod{
		RestartPolicy: t.pod.Spec.RestartPolicy, HostNetwork: t.hostNetwork, Regular: t.nRegular,
		StaysInitialized: !t.has(QuirkS11), SingleKillStands: !t.has(QuirkS14),
	}
	for i := range t.containers {
		c := &t.containers[i]
		p.Containers = append(p.Containers, plan.Container{
			Name: c.spec.Name, Image: c.spec.Image, Role: c.role, Policy: c.policy, RestartPolicy: t.effectivePolicy(i),
			Startup: c.spec.StartupProbe != nil, Liveness: c.spec.LivenessProbe != nil,
		})
	}
	return p
}

// Plan decides what one sync of the pod does.
func (t *Template) Plan(in plan.Input) plan.Plan { return t.plans.Plan(in) }

// isStatic reports whether the pod comes from a file or URL (S84).
func isStatic(pod *corev1.Pod) bool {
	source, ok := pod.Annotations["kubernetes.io/config.source"]
	return ok && source != "api"
}

// Pod returns the defaulted pod. It must not be modified.
func (t *Template) Pod() *corev1.Pod { return t.pod }

// Static reports whether the pod comes from a file or URL (S84).
func (t *Template) Static() bool { return t.static }

// HostNetwork reports whether the pod has the addresses of its host.
func (t *Template) HostNetwork() bool { return t.hostNetwork }

// Containers returns how many containers there are, the init list included.
func (t *Template) Containers() int { return len(t.containers) }

// Container returns the spec of container i. It must not be modified.
func (t *Template) Container(i int) *corev1.Container { return t.containers[i].spec }

// Role returns the part that container i plays.
func (t *Template) Role(i int) restart.Role { return t.containers[i].role }

// Probe returns the numbers of a container's probe; false if it has none that
// is run.
func (t *Template) Probe(i int, kind probe.Kind) (probe.Spec, bool) { return t.layout.Spec(i, kind) }

// Index returns the index of the container with this name.
func (t *Template) Index(name string) (int, bool) {
	i, ok := t.index[name]
	return i, ok
}

// FieldPath is the field path of container i in events (P124); that of the pod
// is empty.
func (t *Template) FieldPath(i int) string {
	if i == NoContainer {
		return ""
	}
	return t.containers[i].fieldPath
}

func (t *Template) isSidecar(i int) bool { return t.containers[i].role == restart.Sidecar }

func (t *Template) name(i int) string { return t.containers[i].spec.Name }
func (t *Template) regular() int      { return t.nRegular }
func (t *Template) inits() int        { return len(t.containers) - t.nRegular }

// effectivePolicy is the container's own policy, else the pod's.
func (t *Template) effectivePolicy(i int) corev1.RestartPolicy {
	if p := t.containers[i].spec.RestartPolicy; p != nil && !t.cfg.Restart.Gates.DisableContainerRestartRules {
		return corev1.RestartPolicy(*p)
	}
	return t.pod.Spec.RestartPolicy
}
