package podphase_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podclock/podclock/podphase"
)

func list(cpu, memory string) corev1.ResourceList {
	out := corev1.ResourceList{"example.com/gpu": resource.MustParse("1")}
	if cpu != "" {
		out[corev1.ResourceCPU] = resource.MustParse(cpu)
	}
	if memory != "" {
		out[corev1.ResourceMemory] = resource.MustParse(memory)
	}
	return out
}

func needs(requests, limits corev1.ResourceList) corev1.Container {
	return corev1.Container{Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
}

func TestTheQOSClassIsThatOfS85(t *testing.T) {
	full := needs(list("1", "1Gi"), list("1", "1Gi"))
	podLevel := corev1.PodSpec{
		Resources:  &corev1.ResourceRequirements{Requests: list("2", "1Gi"), Limits: list("2", "1024Mi")},
		Containers: []corev1.Container{needs(list("1", ""), nil)},
	}
	podLevelNothing := corev1.PodSpec{Resources: &corev1.ResourceRequirements{}, Containers: []corev1.Container{full}}
	of := func(cs ...corev1.Container) corev1.PodSpec { return corev1.PodSpec{Containers: cs} }
	rows := []struct {
		why  string
		spec corev1.PodSpec
		want corev1.PodQOSClass
	}{
		{"nothing asked", of(needs(nil, nil)), corev1.PodQOSBestEffort},
		{"only other resources, and zeros", of(needs(list("0", ""), list("", "0"))), corev1.PodQOSBestEffort},
		{"all limits met by requests", of(full, full), corev1.PodQOSGuaranteed},
		{"requests default to limits", of(needs(nil, list("1", "1Gi"))), corev1.PodQOSGuaranteed},
		{"a request of 0 is not a missing one", of(needs(list("0", "1Gi"), list("1", "1Gi"))), corev1.PodQOSBurstable},
		{"equal amounts written otherwise", of(needs(list("1000m", "1024Mi"), list("1", "1Gi"))), corev1.PodQOSGuaranteed},
		{"a request below its limit", of(needs(list("500m", "1Gi"), list("1", "1Gi"))), corev1.PodQOSBurstable},
		{"the sums are compared, not the containers", of(needs(list("2", "1Gi"), list("1", "1Gi")), needs(list("1", "1Gi"), list("2", "1Gi"))), corev1.PodQOSGuaranteed},
		{"one without limits", of(full, needs(nil, nil)), corev1.PodQOSBurstable},
		{"one without a memory limit", of(needs(list("1", "1Gi"), list("1", ""))), corev1.PodQOSBurstable},
		{"only a request", of(needs(list("", "1Gi"), nil)), corev1.PodQOSBurstable},
		{"init containers count", corev1.PodSpec{Containers: []corev1.Container{full}, InitContainers: []corev1.Container{needs(nil, nil)}}, corev1.PodQOSBurstable},
		{"pod-level resources count alone", podLevel, corev1.PodQOSGuaranteed},
		{"even if they are empty", podLevelNothing, corev1.PodQOSBestEffort},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			before := row.spec.DeepCopy()
			if got := podphase.QOSClass(&row.spec); got != row.want {
				t.Errorf("S85: %s, want %s", got, row.want)
			}
			for i := range before.Containers {
				b, a := before.Containers[i].Resources.Requests.Cpu(), row.spec.Containers[i].Resources.Requests.Cpu()
				if b.Cmp(*a) != 0 {
					t.Errorf("the spec was changed: %v is now %v", b, a)
				}
			}
		})
	}
}
