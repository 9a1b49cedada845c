package scenario

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	numberOfProbe = regexp.MustCompile(`\.(startup|readiness|liveness)Probe\.([a-zA-Z]+)$`)
	probeItself   = regexp.MustCompile(`\.(startup|readiness|liveness)Probe$`)
	hookItself    = regexp.MustCompile(`\.lifecycle\.(postStart|preStop)$`)
)

// probeDefaults has the value of each number of a probe that a manifest omits (P2).
var probeDefaults = map[string]string{
	"timeoutSeconds": "1", "periodSeconds": "10", "successThreshold": "1", "failureThreshold": "3",
}

// cureOf returns what to write instead, as a suffix of the API server's own
// message. It returns "" if the message says so itself, or if there is no rule.
func cureOf(fe *field.Error) string {
	switch {
	case fe.Type == field.ErrorTypeRequired && probeItself.MatchString(fe.Field):
		return "; add exec, httpGet, tcpSocket or grpc"
	case fe.Type == field.ErrorTypeRequired && hookItself.MatchString(fe.Field):
		return "; add exec, httpGet or sleep"
	case fe.Type == field.ErrorTypeForbidden && strings.Contains(fe.Detail, "more than 1 handler type"):
		return "; keep one"
	case fe.Type != field.ErrorTypeInvalid:
		return ""
	}
	if m := numberOfProbe.FindStringSubmatch(fe.Field); m != nil {
		return numberCure(m[1], m[2])
	}
	return ""
}

// numberCure returns the cure for an invalid number of a probe (P10, P11).
func numberCure(kind, name string) string {
	fallback, counted := probeDefaults[name]
	switch {
	case name == "terminationGracePeriodSeconds" && kind == "readiness":
		return "; remove it"
	case name == "terminationGracePeriodSeconds":
		return "; write 1 or more, or remove it for the pod's own"
	case name == "successThreshold" && kind != "readiness":
		return "; write 1 or remove it"
	case name == "initialDelaySeconds":
		return "; write 0 or more, or remove it for no delay"
	case counted:
		return "; write 1 or more, or remove it for the default, " + fallback
	}
	return ""
}
