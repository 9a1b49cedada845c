package apiserver

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateContainer checks the fields that all kinds of containers have.
func validateContainer(c *corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if name := path.Child("name"); c.Name == "" {
		errs = append(errs, field.Required(name, ""))
	} else {
		errs = appendInvalid(errs, name, c.Name, validation.IsDNS1123Label(c.Name))
	}
	if c.Image == "" {
		errs = append(errs, field.Required(path.Child("image"), ""))
	}
	errs = append(errs, validateChoice(c.TerminationMessagePolicy, path.Child("terminationMessagePolicy"),
		corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError)...)
	errs = append(errs, validatePorts(c.Ports, path.Child("ports"))...)
	return append(errs, validateChoice(c.ImagePullPolicy, path.Child("imagePullPolicy"),
		corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)...)
}

// validateChoice checks that value is one of the legal ones.
func validateChoice[T ~string](value T, path *field.Path, legal ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	for _, l := range legal {
		if value == l {
			return nil
		}
	}
	return field.ErrorList{field.NotSupported(path, value, legal)}
}

func validatePorts(ports []corev1.ContainerPort, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := make(map[string]bool)
	for i := range ports {
		p, at := &ports[i], path.Index(i)
		errs = append(errs, validatePortName(p.Name, names, at.Child("name"))...)
		if number := at.Child("containerPort"); p.ContainerPort == 0 {
			errs = append(errs, field.Required(number, ""))
		} else {
			errs = appendInvalid(errs, number, p.ContainerPort, validation.IsValidPortNum(int(p.ContainerPort)))
		}
		if p.HostPort != 0 {
			errs = appendInvalid(errs, at.Child("hostPort"), p.HostPort, validation.IsValidPortNum(int(p.HostPort)))
		}
		errs = append(errs, validateChoice(p.Protocol, at.Child("protocol"), corev1.ProtocolSCTP, corev1.ProtocolTCP,
			corev1.ProtocolUDP)...)
	}
	return errs
}

// validatePortName checks that a name is valid and new, and adds it to names.
func validatePortName(name string, names map[string]bool, path *field.Path) field.ErrorList {
	if name == "" {
		return nil
	}
	if details := validation.IsValidPortName(name); len(details) > 0 {
		return appendInvalid(nil, path, name, details)
	}
	if names[name] {
		return field.ErrorList{field.Duplicate(path, name)}
	}
	names[name] = true
	return nil
}

// validateHostPorts checks that no two ports have the same protocol, host IP and host port.
func validateHostPorts(containers []corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	taken := make(map[string]bool)
	for i := range containers {
		for j := range containers[i].Ports {
			p := &containers[i].Ports[j]
			if p.HostPort == 0 {
				continue
			}
			key := fmt.Sprintf("%s/%s/%d", p.Protocol, p.HostIP, p.HostPort)
			if taken[key] {
				errs = append(errs, field.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key))
			}
			taken[key] = true
		}
	}
	return errs
}

func validateImageSpaces(containers []corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range containers {
		errs = append(errs, validateImageSpace(&containers[i], path.Index(i))...)
	}
	return errs
}

func validateImageSpace(c *corev1.Container, path *field.Path) field.ErrorList {
	if strings.TrimSpace(c.Image) == c.Image {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("image"), c.Image, "must not have leading or trailing whitespace")}
}

// setField is a field of a container and whether it is set.
type setField struct {
	name string
	set  bool
}

// fieldsOf lists the fields that an init container without restartPolicy Always may not
// have, in the order of the errors.
func fieldsOf(c *corev1.Container) []setField {
	return []setField{
		{"lifecycle", c.Lifecycle != nil},
		{"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil},
		{"startupProbe", c.StartupProbe != nil},
	}
}

// ephemeralFieldsOf lists the fields that an ephemeral container may not have, in the order
// of the errors.
func ephemeralFieldsOf(c *corev1.Container) []setField {
	return []setField{
		{"ports", len(c.Ports) > 0},
		{"resources", len(c.Resources.Limits)+len(c.Resources.Requests)+len(c.Resources.Claims) > 0},
		{"resizePolicy", len(c.ResizePolicy) > 0},
		{"restartPolicy", c.RestartPolicy != nil},
		{"restartPolicyRules", len(c.RestartPolicyRules) > 0},
		{"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil},
		{"startupProbe", c.StartupProbe != nil},
		{"lifecycle", c.Lifecycle != nil},
	}
}

func forbid(fields []setField, path *field.Path, detail string) field.ErrorList {
	var errs field.ErrorList
	for _, f := range fields {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), detail))
		}
	}
	return errs
}
