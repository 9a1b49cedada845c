package apiserver_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/lifecycle/apiserver"
)

func TestWarningsAreOfRegularContainersAndSidecars(t *testing.T) { // P98
	typo := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromString("htpp")}}}
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "migrate"}, {Name: "proxy", LivenessProbe: typo}},
		Containers:     []corev1.Container{{Name: "web", ReadinessProbe: typo}},
	}}
	var got []string
	for _, warning := range apiserver.Warnings(pod) {
		got = append(got, warning.Field)
	}
	if want := []string{"spec.initContainers[1].livenessProbe.httpGet.port", "spec.containers[0].readinessProbe.httpGet.port"}; !slices.Equal(got, want) {
		t.Errorf("warnings of %q; want %q", got, want)
	}
}
