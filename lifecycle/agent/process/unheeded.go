//go:build unix

package process

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// unheeded returns the fields of a pod that this runtime ignores although
// somebody may rely on them.
func unheeded(pod *corev1.Pod) []string {
	var fields []string
	note := func(is bool, path string) {
		if is {
			fields = append(fields, path)
		}
	}
	spec := &pod.Spec
	note(len(spec.Volumes) > 0, "spec.volumes")
	note(!equality.Semantic.DeepEqual(spec.SecurityContext, &corev1.PodSecurityContext{}) && spec.SecurityContext != nil,
		"spec.securityContext")
	for i, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		path := fmt.Sprintf("spec.containers[%d]", i-len(spec.InitContainers))
		if i < len(spec.InitContainers) {
			path = fmt.Sprintf("spec.initContainers[%d]", i)
		}
		note(c.SecurityContext != nil, path+".securityContext")
		for j, p := range c.Ports {
			note(p.HostPort != 0 && !spec.HostNetwork, fmt.Sprintf("%s.ports[%d].hostPort", path, j))
		}
	}
	return fields
}
