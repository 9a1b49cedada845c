package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/probe"
)

// Warnings returns what the API server accepts in a pod that [Validate] has
// nothing against, and what all the same can never do what it is there for: see
// [probe.Warnings].
func Warnings(pod *corev1.Pod) field.ErrorList {
	var found field.ErrorList
	spec := field.NewPath("spec")
	for i := range pod.Spec.InitContainers { // those that are no sidecars have neither probes nor hooks (P17)
		found = append(found, probe.Warnings(&pod.Spec.InitContainers[i], spec.Child("initContainers").Index(i))...)
	}
	for i := range pod.Spec.Containers {
		found = append(found, probe.Warnings(&pod.Spec.Containers[i], spec.Child("containers").Index(i))...)
	}
	return found
}
