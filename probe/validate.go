package probe

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate returns the errors of the API server for a probe of that kind at that path, in
// its order and its words (P10, P11). The probe must have its defaults. If nil, there are
// none.
func Validate(p *corev1.Probe, kind Kind, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := validateHandler(handlerOf(&p.ProbeHandler), nil, path)
	for _, n := range [...]struct {
		name  string
		value int32
	}{
		{"initialDelaySeconds", p.InitialDelaySeconds},
		{"timeoutSeconds", p.TimeoutSeconds},
		{"periodSeconds", p.PeriodSeconds},
		{"successThreshold", p.SuccessThreshold},
		{"failureThreshold", p.FailureThreshold},
	} {
		if n.value < 0 {
			errs = append(errs, field.Invalid(path.Child(n.name), int64(n.value), "must be greater than or equal to 0"))
		}
	}
	if grace := p.TerminationGracePeriodSeconds; grace != nil && *grace <= 0 {
		errs = append(errs, field.Invalid(path.Child("terminationGracePeriodSeconds"), *grace, "must be greater than 0"))
	}
	return append(errs, validateKind(p, kind, path)...)
}

// validateKind checks the fields that only some kinds allow (P11).
func validateKind(p *corev1.Probe, kind Kind, path *field.Path) field.ErrorList {
	switch {
	case kind == Readiness && p.TerminationGracePeriodSeconds != nil:
		return field.ErrorList{field.Invalid(path.Child("terminationGracePeriodSeconds"),
			p.TerminationGracePeriodSeconds, "must not be set for readinessProbes")}
	case kind != Readiness && p.SuccessThreshold != 1:
		return field.ErrorList{field.Invalid(path.Child("successThreshold"), p.SuccessThreshold, "must be 1")}
	}
	return nil
}

// LifecycleRules are the settings that the validation of hooks depends on.
type LifecycleRules struct {
	// GracePeriodSeconds is the pod's terminationGracePeriodSeconds, the longest sleep of a
	// hook (P19). If nil, a sleep may be of any length.
	GracePeriodSeconds *int64
	// StopSignals says that the gate ContainerStopSignals is on (P20). If false, a stopSignal
	// is ignored, because the API server drops it.
	StopSignals bool
	// OS is the pod's os. It decides which stop signals are valid.
	OS *corev1.PodOS
}

// ValidateLifecycle returns the errors of the API server for a container's hooks at that
// path, in its order and its words (P19, P20). The hooks must have their defaults. If nil,
// there are none.
func ValidateLifecycle(l *corev1.Lifecycle, rules LifecycleRules, path *field.Path) field.ErrorList {
	if l == nil {
		return nil
	}
	var errs field.ErrorList
	if l.PostStart != nil {
		errs = append(errs, validateHandler(hookOf(l.PostStart), rules.GracePeriodSeconds, path.Child("postStart"))...)
	}
	if l.PreStop != nil {
		errs = append(errs, validateHandler(hookOf(l.PreStop), rules.GracePeriodSeconds, path.Child("preStop"))...)
	}
	if l.StopSignal != nil && rules.StopSignals {
		errs = append(errs, validateStopSignal(*l.StopSignal, rules.OS, path.Child("stopSignal"))...)
	}
	return errs
}
