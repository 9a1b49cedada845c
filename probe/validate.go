package probe

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate returns what the API server holds against a probe of that kind at
// that path, in its order and words (P10, P11). The probe has its defaults; nil
// is no probe, and fine.
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

// validateKind checks what only some kinds allow (P11).
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

// LifecycleRules are what the rules for hooks depend on besides the hooks.
type LifecycleRules struct {
	// GracePeriodSeconds is the pod's terminationGracePeriodSeconds, which
	// bounds a sleep (P19); nil: no bound is checked.
	GracePeriodSeconds *int64
	// StopSignals: the gate ContainerStopSignals is on (P20). If it is off, a
	// stopSignal is ignored, for the API server drops it.
	StopSignals bool
	// OS is the pod's os, on which the legal stop signals depend.
	OS *corev1.PodOS
}

// ValidateLifecycle returns what the API server holds against a container's
// hooks at that path, in its order and words (P19, P20). The hooks have their
// defaults; nil is no hooks, and fine.
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
