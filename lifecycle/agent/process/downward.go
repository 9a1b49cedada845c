//go:build unix

package process

import (
	"maps"
	"runtime"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// allocatable returns what this node has for pods.
func (r *Runtime) allocatable() corev1.ResourceList {
	all := corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewQuantity(int64(runtime.NumCPU()), resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(machineMemory(), resource.BinarySI),
	}
	maps.Copy(all, r.o.Allocatable)
	return all
}
