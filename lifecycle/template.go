package lifecycle

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/apiserver"
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
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
	spec  *spec.Pod
	cfg   Config
	plans plan.Pod // what plans need to know of the pod
	// status is what of the configuration shows in a status.
	status status.Config
	// execute is what of the configuration changes how plans are carried out.
	execute execute.Config
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
	api.DropDisabled(pod)
	if errs := api.Validate(pod); len(errs) > 0 && !cfg.Trusted {
		return nil, errs.ToAggregate()
	}
	t := &Template{spec: spec.Compile(pod, cfg.Restart.Gates, limits), cfg: cfg}
	t.plans = t.planned()
	t.status = status.Config{
		HostIP: cfg.HostIP, ResetOnKubeletRestart: cfg.Gates.ResetOnKubeletRestart, StartedByInstance: !t.has(QuirkP76),
	}
	t.execute = execute.Config{
		SeesOwnKills: !t.has(QuirkR26), KeepsBackoff: !t.has(QuirkR25), OwesRestart: !t.has(QuirkR41),
		NoLogs: cfg.NoLogs, SharesImages: cfg.Gates.DisableEnsureSecretPulledImages,
	}
	return t, nil
}

// planned is what plans need to know of the pod.
func (t *Template) planned() plan.Pod {
	p := plan.Pod{
		RestartPolicy: t.spec.Manifest.Spec.RestartPolicy, HostNetwork: t.spec.HostNetwork, Regular: t.spec.Regular,
		StaysInitialized: !t.has(QuirkS11), SingleKillStands: !t.has(QuirkS14),
	}
	for i := range t.spec.Containers {
		c := &t.spec.Containers[i]
		p.Containers = append(p.Containers, plan.Container{
			Name: c.Spec.Name, Image: c.Spec.Image, Role: c.Role, Policy: c.Policy, RestartPolicy: c.RestartPolicy,
			Startup: c.Spec.StartupProbe != nil, Liveness: c.Spec.LivenessProbe != nil,
		})
	}
	return p
}

// Plan decides what one sync of the pod does.
func (t *Template) Plan(in plan.Input) plan.Plan { return t.plans.Plan(in) }

// Pod returns the defaulted pod. It must not be modified.
func (t *Template) Pod() *corev1.Pod { return t.spec.Manifest }

// Static reports whether the pod comes from a file or URL (S84).
func (t *Template) Static() bool { return t.spec.Static }

// HostNetwork reports whether the pod has the addresses of its host.
func (t *Template) HostNetwork() bool { return t.spec.HostNetwork }

// Containers returns how many containers there are, the init list included.
func (t *Template) Containers() int { return len(t.spec.Containers) }

// Container returns the spec of container i. It must not be modified.
func (t *Template) Container(i int) *corev1.Container { return t.spec.Containers[i].Spec }

// Role returns the part that container i plays.
func (t *Template) Role(i int) restart.Role { return t.spec.Containers[i].Role }

// Probe returns the numbers of a container's probe; false if it has none that
// is run.
func (t *Template) Probe(i int, kind probe.Kind) (probe.Spec, bool) {
	return t.spec.Layout.Spec(i, kind)
}

// Index returns the index of the container with this name.
func (t *Template) Index(name string) (int, bool) {
	i, ok := t.spec.IndexOf[name]
	return i, ok
}

// byExec reports whether a container's probe of that kind is an exec.
func (t *Template) byExec(i int, kind probe.Kind) bool {
	return probe.Of(t.spec.Containers[i].Spec, kind).Exec != nil
}

// FieldPath is the field path of container i in events (P124); that of the pod
// is empty.
func (t *Template) FieldPath(i int) string {
	if i == NoContainer {
		return ""
	}
	return t.spec.Containers[i].FieldPath
}
