package podphase

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// QOSClass returns the QoS class of a pod (S85). It considers cpu and memory of regular and
// init containers or, if the pod has pod-level resources, only those. A container's missing
// request counts as its limit, because defaulting sets it so.
func QOSClass(spec *corev1.PodSpec) corev1.PodQOSClass {
	cpu := demandOf(spec, corev1.ResourceCPU)
	memory := demandOf(spec, corev1.ResourceMemory)
	switch {
	case !cpu.any() && !memory.any():
		return corev1.PodQOSBestEffort
	case cpu.guaranteed() && memory.guaranteed():
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}

// demand is how much a pod requests of one resource.
type demand struct {
	requests, limits resource.Quantity // sums of the positive values
	unlimited        bool              // a container has no limit
}

func (d *demand) any() bool { return d.requests.Sign() > 0 || d.limits.Sign() > 0 }

func (d *demand) guaranteed() bool { return !d.unlimited && d.requests.Cmp(d.limits) == 0 }

func demandOf(spec *corev1.PodSpec, name corev1.ResourceName) demand {
	var d demand
	if r := spec.Resources; r != nil {
		d.add(r.Requests[name], r.Limits[name])
		return d
	}
	d.addContainers(spec.Containers, name)
	d.addContainers(spec.InitContainers, name)
	return d
}

func (d *demand) addContainers(cs []corev1.Container, name corev1.ResourceName) {
	for i := range cs {
		r := &cs[i].Resources
		limit := r.Limits[name]
		request, asked := r.Requests[name]
		if !asked {
			request = limit
		}
		d.add(request, limit)
	}
}

func (d *demand) add(request, limit resource.Quantity) {
	if request.Sign() > 0 {
		d.requests.Add(request)
	}
	if limit.Sign() > 0 {
		d.limits.Add(limit)
	} else {
		d.unlimited = true
	}
}
