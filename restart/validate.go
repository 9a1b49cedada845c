package restart

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxRules     = 20
	maxExitCodes = 255
)

// ValidatePodPolicy checks spec.restartPolicy at path. Defaults must be set (P21).
func ValidatePodPolicy(p corev1.RestartPolicy, path *field.Path) field.ErrorList {
	switch p {
	case corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever:
		return nil
	case "":
		return field.ErrorList{field.Required(path, "")}
	}
	return field.ErrorList{field.NotSupported(path, p, []corev1.RestartPolicy{
		corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever,
	})}
}

// Validate checks restartPolicy and restartPolicyRules of a container at path (P22, P23).
// init says that it is an entry of spec.initContainers. The errors are those of the API
// server, in its order.
func Validate(c *corev1.Container, init bool, path *field.Path, g Gates) field.ErrorList {
	if init {
		return validateInit(c, path, g)
	}
	if g.ContainerRestartRules() {
		return validateContainer(c, path, g)
	}
	if c.RestartPolicy != nil { // only the pod's policy is allowed (P23)
		return field.ErrorList{field.Forbidden(path.Child("restartPolicy"), "may not be set for non-init containers")}
	}
	return nil
}

func validateInit(c *corev1.Container, path *field.Path, g Gates) field.ErrorList {
	sidecar := RoleOf(c, true) == Sidecar
	switch {
	case c.RestartPolicy == nil:
		return requirePolicy(c, path)
	case g.ContainerRestartRules() && (!sidecar || g.RestartAllContainers()):
		return validateContainer(c, path, g)
	case g.ContainerRestartRules() && len(c.RestartPolicyRules) > 0:
		return field.ErrorList{field.Forbidden(path.Child("restartPolicyRules"),
			"restartPolicyRules are not allowed for init containers with restart policy Always")}
	case !g.ContainerRestartRules() && !sidecar: // only a sidecar's Always is allowed (P23)
		return field.ErrorList{field.NotSupported(path.Child("restartPolicy"), *c.RestartPolicy,
			[]corev1.ContainerRestartPolicy{corev1.ContainerRestartPolicyAlways})}
	}
	return nil
}

// requirePolicy checks a container without a policy: it may not have rules.
func requirePolicy(c *corev1.Container, path *field.Path) field.ErrorList {
	if len(c.RestartPolicyRules) == 0 {
		return nil
	}
	return field.ErrorList{field.Required(path.Child("restartPolicy"),
		"must specify restartPolicy when restart rules are used")}
}

func validateContainer(c *corev1.Container, path *field.Path, g Gates) field.ErrorList {
	var errs field.ErrorList
	if c.RestartPolicy == nil {
		errs = requirePolicy(c, path)
	} else if _, ok := containerLevel(*c.RestartPolicy); !ok {
		errs = append(errs, field.NotSupported(path.Child("restartPolicy"), *c.RestartPolicy,
			[]corev1.ContainerRestartPolicy{
				corev1.ContainerRestartPolicyAlways, corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure,
			}))
	}
	rules := path.Child("restartPolicyRules")
	if n := len(c.RestartPolicyRules); n > maxRules {
		errs = append(errs, field.TooMany(rules, n, maxRules))
	}
	for i := range c.RestartPolicyRules {
		errs = append(errs, validateRule(&c.RestartPolicyRules[i], rules.Index(i), g)...)
	}
	return errs
}

func validateRule(r *corev1.ContainerRestartRule, path *field.Path, g Gates) field.ErrorList {
	var errs field.ErrorList
	actions := []corev1.ContainerRestartRuleAction{corev1.ContainerRestartRuleActionRestart}
	if g.RestartAllContainers() {
		actions = append(actions, corev1.ContainerRestartRuleActionRestartAllContainers)
	}
	compiled := compileRule(*r)
	if compiled.action == actionNone || compiled.action == actionRestartAll && !g.RestartAllContainers() {
		errs = append(errs, field.NotSupported(path.Child("action"), r.Action, actions))
	}
	codes := path.Child("exitCodes")
	if r.ExitCodes == nil {
		return append(errs, field.Required(codes, "must be specified"))
	}
	if compiled.op == opNone {
		errs = append(errs, field.NotSupported(codes.Child("operator"), r.ExitCodes.Operator,
			[]corev1.ContainerRestartRuleOnExitCodesOperator{
				corev1.ContainerRestartRuleOnExitCodesOpIn, corev1.ContainerRestartRuleOnExitCodesOpNotIn,
			}))
	}
	if n := len(r.ExitCodes.Values); n > maxExitCodes {
		errs = append(errs, field.TooMany(codes.Child("values"), n, maxExitCodes))
	}
	return errs
}
