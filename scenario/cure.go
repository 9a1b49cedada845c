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

// probeDefaults are what a number of a probe is if it is left out (P2).
var probeDefaults = map[string]string{
	"timeoutSeconds": "1", "periodSeconds": "10", "successThreshold": "1", "failureThreshold": "3",
}

// cureOf is what to write instead, to be put after an error in the words of the
// API server; "" where they say it, or where nobody knows.
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

// numberCure is for a number of a probe of that kind (P10, P11).
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
