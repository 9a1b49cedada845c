package apiserver_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/lifecycle/apiserver"
)

// This prints the defaults that the API server sets and the reason why it refuses the pod.
func ExampleValidate() {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "app", Image: "app:1",
		LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}},
	}}}}
	apiserver.SetDefaults(pod)
	fmt.Println(pod.Spec.RestartPolicy, pod.Spec.Containers[0].LivenessProbe.PeriodSeconds)

	pod.Spec.Containers[0].LivenessProbe.SuccessThreshold = 2
	for _, err := range apiserver.Validate(pod) {
		fmt.Println(err)
	}
	// Output:
	// Always 10
	// spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1
}

// The name of the port is misspelt, and the API server accepts that.
func ExampleWarnings() {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name:  "app",
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromString("htpp")},
		}},
	}}}}
	for _, warning := range apiserver.Warnings(pod) {
		fmt.Println(warning.Field)
		fmt.Println(warning.Detail)
	}
	// Output:
	// spec.containers[0].readinessProbe.httpGet.port
	// container app has no port of that name: the probe errs each time and the container is never ready (P67); write one of its names, http, or a number
}
