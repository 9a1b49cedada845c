package answer

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Port returns the port that a probe or hook connects to. It looks a name up among the
// container's ports (P96), and reads a name that is not found as a number (P97). Its error
// is the error of the attempt (P95, P98).
func Port(field intstr.IntOrString, ports []corev1.ContainerPort) (int, error) {
	port := field.IntValue()
	if field.Type == intstr.String {
		var err error
		if port, err = namedPort(field.StrVal, ports); err != nil {
			return 0, err
		}
	}
	if port < 1 || port > 65535 { // ports outside this range are errors (P95)
		return 0, fmt.Errorf("invalid port number: %v", port)
	}
	return port, nil
}

func namedPort(name string, ports []corev1.ContainerPort) (int, error) {
	for i := range ports {
		if ports[i].Name == name {
			return int(ports[i].ContainerPort), nil
		}
	}
	return strconv.Atoi(name)
}

// Host returns the host that an attempt connects to. If the probe or hook names none, it is
// the pod (P92).
func Host(field, podIP string) string {
	if field == "" {
		return podIP
	}
	return field
}

// Address joins a host and a port. The host may be an IPv6 address.
func Address(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

// URL returns the URL that an httpGet requests. It parses the path as a URL reference and
// replaces the reference's scheme and address. A path that is no valid reference is taken
// literally (P105).
func URL(action *corev1.HTTPGetAction, address string) *url.URL {
	u, err := url.Parse(action.Path)
	if err != nil {
		u = &url.URL{Path: action.Path}
	}
	u.Scheme = strings.ToLower(string(action.Scheme))
	if u.Scheme == "" {
		u.Scheme = "http"
	}
	u.Host = address
	return u
}
