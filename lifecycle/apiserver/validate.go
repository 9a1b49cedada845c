package apiserver

import (
	"math"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Validate returns the errors of the API server of v1.36 for creating a pod, in its order
// and its words. It ignores fields that this package does not use. Call SetDefaults first.
// Unlike the API server it accepts an empty metadata.name and metadata.namespace, and a pod
// that begins with ephemeral containers.
func Validate(pod *corev1.Pod) field.ErrorList { return Gates{}.Validate(pod) }

// Validate is like the function Validate, with other gates.
func (g Gates) Validate(pod *corev1.Pod) field.ErrorList {
	errs := validateMetadata(pod)
	spec, path := &pod.Spec, field.NewPath("spec")
	if spec.TerminationGracePeriodSeconds == nil {
		errs = append(errs, field.Required(path.Child("terminationGracePeriodSeconds"), "")) // P21
	}
	v := podValidation{gates: g, spec: spec, names: make(map[string]bool)}
	errs = append(errs, v.regular(path.Child("containers"))...)
	errs = append(errs, v.init(path.Child("initContainers"))...)
	errs = append(errs, v.ephemeral(path.Child("ephemeralContainers"))...)
	errs = append(errs, restart.ValidatePodPolicy(spec.RestartPolicy, path.Child("restartPolicy"))...)
	errs = append(errs, validateReadinessGates(spec.ReadinessGates, path.Child("readinessGates"))...)
	errs = append(errs, validateActiveDeadline(spec.ActiveDeadlineSeconds, path.Child("activeDeadlineSeconds"))...)
	errs = append(errs, validateImageSpaces(spec.Containers, path.Child("containers"))...)
	return append(errs, validateImageSpaces(spec.InitContainers, path.Child("initContainers"))...)
}

func validateMetadata(pod *corev1.Pod) field.ErrorList {
	var errs field.ErrorList
	path := field.NewPath("metadata")
	if pod.Name != "" {
		errs = appendInvalid(errs, path.Child("name"), pod.Name, validation.IsDNS1123Subdomain(pod.Name))
	}
	if pod.Namespace != "" {
		errs = appendInvalid(errs, path.Child("namespace"), pod.Namespace, validation.IsDNS1123Label(pod.Namespace))
	}
	return errs
}

func validateReadinessGates(gates []corev1.PodReadinessGate, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range gates {
		name := string(gates[i].ConditionType)
		errs = appendInvalid(errs, path.Index(i).Child("conditionType"), name, validation.IsQualifiedName(name))
	}
	return errs
}

// validateActiveDeadline checks that the deadline is 1 to 2147483647 (P21).
func validateActiveDeadline(seconds *int64, path *field.Path) field.ErrorList {
	if seconds == nil || *seconds >= 1 && *seconds <= math.MaxInt32 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *seconds, validation.InclusiveRangeError(1, math.MaxInt32))}
}

func appendInvalid(errs field.ErrorList, path *field.Path, value any, details []string) field.ErrorList {
	for _, detail := range details {
		errs = append(errs, field.Invalid(path, value, detail))
	}
	return errs
}

// podValidation validates the containers of a pod.
type podValidation struct {
	gates Gates
	spec  *corev1.PodSpec
	names map[string]bool // the names of the containers so far
}

func (v *podValidation) regular(path *field.Path) field.ErrorList {
	if len(v.spec.Containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	for i := range v.spec.Containers {
		c, at := &v.spec.Containers[i], path.Index(i)
		errs = append(errs, validateContainer(c, at)...)
		errs = append(errs, v.uniqueName(c.Name, at)...)
		errs = append(errs, v.probes(c, at)...)
		errs = append(errs, restart.Validate(c, false, at, v.gates.Restart)...)
	}
	return append(errs, validateHostPorts(v.spec.Containers, path)...)
}

func (v *podValidation) init(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range v.spec.InitContainers {
		c, at := &v.spec.InitContainers[i], path.Index(i)
		errs = append(errs, validateContainer(c, at)...)
		errs = append(errs, restart.Validate(c, true, at, v.gates.Restart)...)
		errs = append(errs, v.uniqueName(c.Name, at)...)
		// Init containers run one at a time, so the ports of one never conflict with those of
		// another. Like the API server, this reports a conflict within an init container at the
		// path of the first container.
		errs = append(errs, validateHostPorts(v.spec.InitContainers[i:i+1], path)...)
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			errs = append(errs, v.probes(c, at)...)
			continue
		}
		// An init container that must end before the next one has no probes or hooks (P17).
		errs = append(errs, forbid(fieldsOf(c), at, "may not be set for init containers without restartPolicy=Always")...)
	}
	return errs
}

func (v *podValidation) ephemeral(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range v.spec.EphemeralContainers {
		e, at := &v.spec.EphemeralContainers[i], path.Index(i)
		c := (*corev1.Container)(&e.EphemeralContainerCommon)
		errs = append(errs, validateContainer(c, at)...)
		errs = append(errs, validateImageSpace(c, at)...)
		errs = append(errs, v.uniqueName(c.Name, at)...)
		if t := e.TargetContainerName; t != "" && !v.declares(t) {
			errs = append(errs, field.NotFound(at.Child("targetContainerName"), t))
		}
		// No probes, hooks, ports or resources (P18).
		errs = append(errs, forbid(ephemeralFieldsOf(c), at, "cannot be set for an Ephemeral Container")...)
	}
	return errs
}

// uniqueName checks that no earlier container has the name.
func (v *podValidation) uniqueName(name string, at *field.Path) field.ErrorList {
	if v.names[name] {
		return field.ErrorList{field.Duplicate(at.Child("name"), name)}
	}
	if name != "" {
		v.names[name] = true
	}
	return nil
}

// declares reports whether a regular or init container has the name.
func (v *podValidation) declares(name string) bool {
	for _, list := range [...][]corev1.Container{v.spec.Containers, v.spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return true
			}
		}
	}
	return false
}

// probes validates the hooks and probes of a regular container or a sidecar.
func (v *podValidation) probes(c *corev1.Container, at *field.Path) field.ErrorList {
	errs := probe.ValidateLifecycle(c.Lifecycle, probe.LifecycleRules{
		GracePeriodSeconds: effectiveGrace(v.spec.TerminationGracePeriodSeconds),
		StopSignals:        v.gates.ContainerStopSignals,
		OS:                 v.spec.OS,
	}, at.Child("lifecycle"))
	errs = append(errs, probe.Validate(c.LivenessProbe, probe.Liveness, at.Child("livenessProbe"))...)
	errs = append(errs, probe.Validate(c.ReadinessProbe, probe.Readiness, at.Child("readinessProbe"))...)
	return append(errs, probe.Validate(c.StartupProbe, probe.Startup, at.Child("startupProbe"))...)
}

// effectiveGrace returns the grace period that limits a sleep. A negative one counts as 1,
// as it does when the pod is deleted (P21, S70).
func effectiveGrace(seconds *int64) *int64 {
	if seconds == nil || *seconds >= 0 {
		return seconds
	}
	one := int64(1)
	return &one
}
