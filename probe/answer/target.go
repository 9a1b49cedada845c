package answer

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Port resolves the port field of a probe or hook. A name is looked up among the
// container's ports (P96); one that is not found is read as a number (P97). The
// error is the one that the attempt ends with (P95, P98).
func Port(field intstr.IntOrString, ports []corev1.ContainerPort) (int, error) {
	port := field.IntValue()
	if field.Type == intstr.String {
		var err error
		if port, err = namedPort(field.StrVal, ports); err != nil {
			return 0, err
		}
	}
	if port < 1 || port > 65535 { // P95
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

// Host returns where an attempt connects to: the host that its field names, else
// the pod (P92).
func Host(field, podIP string) string {
	if field == "" {
		return podIP
	}
	return field
}

// Address joins a host and a port; the host may be an IPv6 address.
func Address(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

// URL returns what an httpGet asks for. It reads the path as a URL reference and
// puts scheme and address over what that says; a path that is no reference is
// taken literally (P105).
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
