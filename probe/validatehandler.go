package probe

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// handler is the handler of a probe or a hook. A probe has no sleep and a hook has no gRPC.
type handler struct {
	exec  *corev1.ExecAction
	http  *corev1.HTTPGetAction
	tcp   *corev1.TCPSocketAction
	grpc  *corev1.GRPCAction
	sleep *corev1.SleepAction
}

func handlerOf(h *corev1.ProbeHandler) handler {
	return handler{exec: h.Exec, http: h.HTTPGet, tcp: h.TCPSocket, grpc: h.GRPC}
}

func hookOf(h *corev1.LifecycleHandler) handler {
	return handler{exec: h.Exec, http: h.HTTPGet, tcp: h.TCPSocket, sleep: h.Sleep}
}

// validateHandler checks that there is exactly one handler and that it is valid. It does not
// validate a second one, because the API server does not either (P12).
func validateHandler(h handler, grace *int64, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	found := false
	for _, choice := range [...]struct {
		name     string
		present  bool
		validate func(*field.Path) field.ErrorList
	}{
		{"exec", h.exec != nil, h.validateExec},
		{"httpGet", h.http != nil, h.validateHTTPGet},
		{"tcpSocket", h.tcp != nil, h.validateTCPSocket},
		{"grpc", h.grpc != nil, h.validateGRPC},
		{"sleep", h.sleep != nil, func(p *field.Path) field.ErrorList { return h.validateSleep(grace, p) }},
	} {
		switch {
		case !choice.present:
		case found:
			errs = append(errs, field.Forbidden(path.Child(choice.name), "may not specify more than 1 handler type"))
		default:
			found = true
			errs = append(errs, choice.validate(path.Child(choice.name))...)
		}
	}
	if !found {
		errs = append(errs, field.Required(path, "must specify a handler type"))
	}
	return errs
}

// validateExec checks that there is a command (P13).
func (h handler) validateExec(path *field.Path) field.ErrorList {
	if len(h.exec.Command) > 0 {
		return nil
	}
	return field.ErrorList{field.Required(path.Child("command"), "")}
}

// validateHTTPGet checks path, port, scheme and the names of the headers (P14).
func (h handler) validateHTTPGet(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if h.http.Path == "" {
		errs = append(errs, field.Required(path.Child("path"), ""))
	}
	errs = append(errs, validatePort(h.http.Port, path.Child("port"))...)
	if s := h.http.Scheme; s != corev1.URISchemeHTTP && s != corev1.URISchemeHTTPS {
		errs = append(errs, field.NotSupported(path.Child("scheme"), s,
			[]corev1.URIScheme{corev1.URISchemeHTTP, corev1.URISchemeHTTPS}))
	}
	for i := range h.http.HTTPHeaders {
		errs = append(errs, invalid(path.Child("httpHeaders"), h.http.HTTPHeaders[i].Name,
			validation.IsHTTPHeaderName(h.http.HTTPHeaders[i].Name))...)
	}
	return errs
}

// validateTCPSocket and validateGRPC check only the port (P15).
func (h handler) validateTCPSocket(path *field.Path) field.ErrorList {
	return validatePort(h.tcp.Port, path.Child("port"))
}

func (h handler) validateGRPC(path *field.Path) field.ErrorList {
	return validatePort(intstr.FromInt32(h.grpc.Port), path.Child("port"))
}

// validateSleep checks that a sleep is not longer than the grace period. It may be equal,
// although the text of the error says "less" (P19).
func (h handler) validateSleep(grace *int64, path *field.Path) field.ErrorList {
	if grace == nil || h.sleep.Seconds >= 0 && h.sleep.Seconds <= *grace {
		return nil
	}
	return field.ErrorList{field.Invalid(path, h.sleep.Seconds,
		fmt.Sprintf("must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))}
}

// validatePort checks the number or the name of a port. It does not check that the container
// has a port of that name (P16).
func validatePort(port intstr.IntOrString, path *field.Path) field.ErrorList {
	if port.Type == intstr.String {
		return invalid(path, port.StrVal, validation.IsValidPortName(port.StrVal))
	}
	return invalid(path, port.IntValue(), validation.IsValidPortNum(port.IntValue()))
}

func invalid(path *field.Path, value any, details []string) field.ErrorList {
	var errs field.ErrorList
	for _, detail := range details {
		errs = append(errs, field.Invalid(path, value, detail))
	}
	return errs
}
