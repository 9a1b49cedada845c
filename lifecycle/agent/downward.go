package agent

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// field returns a field of the pod, as the downward API gives it.
func (e *environment) field(path string) (string, error) {
	config := e.config
	pod, ip := config.PodSpec, config.IP
	if ip == "" {
		ip = e.from.HostIP // hostNetwork
	}
	switch path {
	case "metadata.name":
		return config.Pod.Name, nil
	case "metadata.namespace":
		return config.Pod.Namespace, nil
	case "metadata.uid":
		return string(config.Pod.UID), nil
	case "metadata.labels":
		return formatMap(pod.Labels), nil
	case "metadata.annotations":
		return formatMap(pod.Annotations), nil
	case "spec.nodeName":
		return pod.Spec.NodeName, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.hostIP", "status.hostIPs":
		return e.from.HostIP, nil
	case "status.podIP", "status.podIPs":
		return ip, nil
	}
	if key, ok := subscript(path, "metadata.labels"); ok {
		return pod.Labels[key], nil
	}
	if key, ok := subscript(path, "metadata.annotations"); ok {
		return pod.Annotations[key], nil
	}
	return "", fmt.Errorf("unsupported fieldPath: %v", path)
}

// subscript returns KEY of FIELD['KEY'].
func subscript(path, field string) (string, bool) {
	rest, ok := strings.CutPrefix(path, field+"['")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "']")
}

// formatMap writes a line KEY="VALUE" for each entry, sorted.
func formatMap(m map[string]string) string {
	lines := make([]string, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, key+"="+strconv.Quote(m[key]))
	}
	return strings.Join(lines, "\n")
}

// resource returns a request or limit in units of the divisor, rounded up. A
// limit that is not set is the node's whole resource, as in Kubernetes.
func (e *environment) resource(ref *corev1.ResourceFieldSelector) (string, error) {
	spec := e.config.Spec
	if ref.ContainerName != "" && ref.ContainerName != spec.Name {
		if spec = containerNamed(e.config.PodSpec, ref.ContainerName); spec == nil {
			return "", fmt.Errorf("container %s not found", ref.ContainerName)
		}
	}
	kind, name, _ := strings.Cut(ref.Resource, ".")
	var list corev1.ResourceList
	switch kind {
	case "limits":
		list = spec.Resources.Limits
	case "requests":
		list = spec.Resources.Requests
	default:
		return "", fmt.Errorf("unsupported container resource : %v", ref.Resource)
	}
	quantity, ok := list[corev1.ResourceName(name)]
	if !ok && kind == "limits" {
		quantity = e.from.Allocatable[corev1.ResourceName(name)]
	}
	divisor := ref.Divisor
	if divisor.IsZero() {
		divisor = resource.MustParse("1")
	}
	if name == string(corev1.ResourceCPU) {
		return divide(quantity.MilliValue(), divisor.MilliValue()), nil
	}
	return divide(quantity.Value(), divisor.Value()), nil
}

func divide(value, divisor int64) string {
	return strconv.FormatInt(int64(math.Ceil(float64(value)/float64(divisor))), 10)
}

func containerNamed(pod *corev1.Pod, name string) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}
