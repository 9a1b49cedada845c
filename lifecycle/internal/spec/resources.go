package spec

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
)

// Resources has what statuses show of a pod's resources. They are those of the spec, because
// resizing is not modelled. They are shared and never modified.
type Resources struct {
	Pod        *corev1.ResourceRequirements
	Allocated  corev1.ResourceList
	Containers []ContainerResources
}

// ContainerResources has the same of one container.
type ContainerResources struct {
	Resources *corev1.ResourceRequirements
	Allocated corev1.ResourceList
}

func resourcesOf(pod *corev1.Pod) Resources {
	spec := &pod.Spec
	requests := effective(spec, func(r *corev1.ResourceRequirements) corev1.ResourceList { return r.Requests })
	limits := effective(spec, func(r *corev1.ResourceRequirements) corev1.ResourceList { return r.Limits })
	addOverhead(requests, limits, spec.Overhead)
	r := Resources{
		Pod:       &corev1.ResourceRequirements{Requests: orNil(requests), Limits: orNil(limits)},
		Allocated: orNil(requests),
	}
	for _, list := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range list {
			r.Containers = append(r.Containers,
				ContainerResources{list[i].Resources.DeepCopy(), list[i].Resources.Requests.DeepCopy()})
		}
	}
	return r
}

// effective returns the resources of the whole pod. It adds up regular containers and
// sidecars, and takes the larger of that sum and the need of each step of the
// initialization. Pod-level values replace the result.
func effective(spec *corev1.PodSpec, of func(*corev1.ResourceRequirements) corev1.ResourceList) corev1.ResourceList {
	total, sidecars, initial := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for i := range spec.Containers {
		add(total, of(&spec.Containers[i].Resources))
	}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		need := of(&c.Resources)
		if restart.RoleOf(c, true) == restart.Sidecar {
			add(total, need)
			add(sidecars, need)
			greatest(initial, sidecars)
			continue
		}
		step := sidecars.DeepCopy()
		add(step, need)
		greatest(initial, step)
	}
	greatest(total, initial)
	if spec.Resources != nil {
		for name, q := range of(spec.Resources) { //podclock:unordered: writes each name once
			total[name] = q
		}
	}
	return total
}

func add(to, list corev1.ResourceList) {
	for name, q := range list { //podclock:unordered: sums per name
		sum := to[name]
		sum.Add(q)
		to[name] = sum
	}
}

func greatest(to, list corev1.ResourceList) {
	for name, q := range list { //podclock:unordered: one name each
		if have, ok := to[name]; !ok || q.Cmp(have) > 0 {
			to[name] = q.DeepCopy()
		}
	}
}

// addOverhead adds the overhead of the runtime class to all requests, and to limits that are
// set.
func addOverhead(requests, limits, overhead corev1.ResourceList) {
	add(requests, overhead)
	for name, q := range overhead { //podclock:unordered: one name each
		if have, ok := limits[name]; ok && !have.IsZero() {
			have.Add(q)
			limits[name] = have
		}
	}
}

func orNil(l corev1.ResourceList) corev1.ResourceList {
	if len(l) == 0 {
		return nil
	}
	return l
}
