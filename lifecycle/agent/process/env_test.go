//go:build unix

package process

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podclock/podclock/lifecycle/agent"
)

func field(path string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
}

func amount(container, of, divisor string) *corev1.EnvVarSource {
	ref := &corev1.ResourceFieldSelector{ContainerName: container, Resource: of}
	if divisor != "" {
		ref.Divisor = resource.MustParse(divisor)
	}
	return &corev1.EnvVarSource{ResourceFieldRef: ref}
}

func envConfig() agent.ContainerConfig {
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name, pod.UID = "default", "web", "1"
	pod.Labels, pod.Annotations = map[string]string{"app": "web", "a/b": "c"}, map[string]string{"note": "it's \"x\""}
	pod.Spec.NodeName, pod.Spec.ServiceAccountName = "node-1", "robot"
	pod.Spec.InitContainers = []corev1.Container{{Name: "other", Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{"memory": resource.MustParse("1Gi")},
	}}}
	spec := &corev1.Container{Name: "app", Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"cpu": resource.MustParse("1500m"), "memory": resource.MustParse("100Mi")},
	}}
	c := agent.ContainerConfig{PodSpec: pod, Spec: spec, IP: "127.64.0.1"}
	c.Pod.Namespace, c.Pod.Name, c.Pod.UID = "default", "web", "1"
	return c
}

func TestTheEnvironmentIsMadeAsTheKubeletMakesIt(t *testing.T) {
	r := &Runtime{o: Options{HostIP: "10.0.0.1", Allocatable: corev1.ResourceList{
		"cpu": resource.MustParse("4"), "memory": resource.MustParse("8Gi"),
	}}}
	optional := true
	reference := corev1.LocalObjectReference{Name: "x"}
	for _, test := range []struct {
		name string
		env  []corev1.EnvVar
		want map[string]string
	}{
		{"a value", []corev1.EnvVar{{Name: "A", Value: "1"}}, map[string]string{"A": "1"}},
		{"an empty value", []corev1.EnvVar{{Name: "A"}}, map[string]string{"A": ""}},
		{"the last one counts", []corev1.EnvVar{{Name: "A", Value: "1"}, {Name: "A", Value: "2"}}, map[string]string{"A": "2"}},
		{"references to earlier ones", []corev1.EnvVar{{Name: "A", Value: "$(B)"}, {Name: "B", Value: "b"}, {Name: "C", Value: "$(B)$$(B)"}},
			map[string]string{"A": "$(B)", "B": "b", "C": "b$(B)"}},
		{"a value before a source", []corev1.EnvVar{{Name: "A", Value: "1", ValueFrom: field("metadata.name")}}, map[string]string{"A": "1"}},
		{"identity", []corev1.EnvVar{{Name: "A", ValueFrom: field("metadata.name")}, {Name: "B", ValueFrom: field("metadata.namespace")},
			{Name: "C", ValueFrom: field("metadata.uid")}}, map[string]string{"A": "web", "B": "default", "C": "1"}},
		{"labels", []corev1.EnvVar{{Name: "A", ValueFrom: field("metadata.labels['a/b']")}, {Name: "B", ValueFrom: field("metadata.labels")},
			{Name: "C", ValueFrom: field("metadata.labels['none']")}}, map[string]string{"A": "c", "B": "a/b=\"c\"\napp=\"web\"", "C": ""}},
		{"annotations", []corev1.EnvVar{{Name: "A", ValueFrom: field("metadata.annotations['note']")}, {Name: "B", ValueFrom: field("metadata.annotations")}},
			map[string]string{"A": `it's "x"`, "B": `note="it's \"x\""`}},
		{"node", []corev1.EnvVar{{Name: "A", ValueFrom: field("spec.nodeName")}, {Name: "B", ValueFrom: field("spec.serviceAccountName")},
			{Name: "C", ValueFrom: field("status.hostIP")}}, map[string]string{"A": "node-1", "B": "robot", "C": "10.0.0.1"}},
		{"addresses", []corev1.EnvVar{{Name: "A", ValueFrom: field("status.podIP")}, {Name: "B", ValueFrom: field("status.podIPs")}},
			map[string]string{"A": "127.64.0.1", "B": "127.64.0.1"}},
		{"what a source gives is not expanded, but can be referred to", []corev1.EnvVar{{Name: "A", ValueFrom: field("status.podIP")},
			{Name: "B", Value: "$(A):80"}}, map[string]string{"A": "127.64.0.1", "B": "127.64.0.1:80"}},
		{"requests are rounded up", []corev1.EnvVar{{Name: "A", ValueFrom: amount("", "requests.cpu", "")},
			{Name: "B", ValueFrom: amount("", "requests.cpu", "1m")}, {Name: "C", ValueFrom: amount("", "requests.memory", "1Gi")}},
			map[string]string{"A": "2", "B": "1500", "C": "1"}},
		{"a limit that is not set is the node's", []corev1.EnvVar{{Name: "A", ValueFrom: amount("", "limits.cpu", "")},
			{Name: "B", ValueFrom: amount("app", "limits.memory", "1Mi")}}, map[string]string{"A": "4", "B": "8192"}},
		{"another container's", []corev1.EnvVar{{Name: "A", ValueFrom: amount("other", "limits.memory", "1Mi")}}, map[string]string{"A": "1024"}},
		{"what is optional is left out", []corev1.EnvVar{
			{Name: "A", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: reference, Optional: &optional}}},
			{Name: "B", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: reference, Optional: &optional}}},
		}, map[string]string{}},
	} {
		config := envConfig()
		config.Spec.Env = test.env
		got, err := r.environment(&config)
		if err != nil || !maps.Equal(got, test.want) {
			t.Errorf("%s: %v\n%s", test.name, err, cmp.Diff(test.want, got))
		}
	}
}

func TestWhatOnlyAnAPIServerHasIsAConfigError(t *testing.T) { // C2
	b := newBench(t, Options{})
	reference := corev1.LocalObjectReference{Name: "x"}
	for want, spec := range map[string]*corev1.Container{
		`configmap "x" not found`: {Env: []corev1.EnvVar{{Name: "A", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: reference}}}}},
		`secret "x" not found`:    {Env: []corev1.EnvVar{{Name: "A", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: reference}}}}},
		`configmap "x" not fou`:   {EnvFrom: []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: reference}}}},
		`secret "x" not fou`:      {EnvFrom: []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: reference}}}},
		`unsupported fieldPath`:   {Env: []corev1.EnvVar{{Name: "A", ValueFrom: field("status.phase")}}},
		`container none not`:      {Env: []corev1.EnvVar{{Name: "A", ValueFrom: amount("none", "limits.cpu", "")}}},
	} {
		spec.Name, spec.Command = "app", []string{"true"}
		_, err := b.r.CreateContainer(b.ctx, b.config(spec))
		var create *agent.CreateError
		if !errors.As(err, &create) || create.Reason != "CreateContainerConfigError" || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestAContainerHasTheEnvironmentOfItsSpecAndNotTheAgents(t *testing.T) {
	t.Setenv("SECRET_OF_THE_AGENT", "1")
	b := newBench(t, Options{})
	c := b.startSpec(&corev1.Container{Command: []string{"env"}, Env: []corev1.EnvVar{{Name: "A", Value: "$(HOSTNAME)"}, {Name: "HOME", Value: "/nowhere"}}})
	b.end(c)
	lines := strings.Split(strings.TrimSpace(output(t, c)), "\n")
	slices.Sort(lines)
	want := []string{
		"A=$(HOSTNAME)", "HOME=/nowhere", "HOSTNAME=web", "PATH=" + os.Getenv("PATH"), "TERMINATION_MESSAGE_PATH=" + c.dir + "/termination-log",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("environment\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestStopSignalsHaveTheirNumbers(t *testing.T) { // P20
	for name, want := range map[string]int{"SIGTERM": 15, "SIGKILL": 9, "SIGINT": 2, "SIGRTMIN": 34, "SIGRTMIN+3": 37, "SIGRTMAX-1": 63, "SIGRTMAX": 64} {
		signal := corev1.Signal(name)
		got, err := stopSignalOf(&corev1.Container{Lifecycle: &corev1.Lifecycle{StopSignal: &signal}})
		if got != want || err != nil {
			t.Errorf("%s is %d, %v; want %d", name, got, err, want)
		}
	}
	for _, name := range []string{"TERM", "SIGRTMIN+99", "SIGRTMAX+1", "SIGRTMINx"} {
		signal := corev1.Signal(name)
		if got, err := stopSignalOf(&corev1.Container{Lifecycle: &corev1.Lifecycle{StopSignal: &signal}}); err == nil {
			t.Errorf("%s is %d", name, got)
		}
	}
}
