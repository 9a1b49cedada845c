package handler

import (
	"fmt"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// Target is the container of a probe or hook.
type Target struct {
	// Pod is the pod's long name, NAME_NAMESPACE(UID). It is used in texts.
	Pod string
	// Container is the container's name.
	Container string
	// ContainerID is the instance in which Exec runs commands.
	ContainerID string
	// Probe is the kind of the probe, for a Handler that counts probes. It is 0 for a hook, or
	// if unknown. It changes nothing else.
	Probe probe.Kind
	// PodIP is the address that httpGet, tcpSocket and grpc connect to, unless the probe names
	// a host. If empty, they connect to this machine (P92).
	PodIP string
	// Ports are the container's ports, among which port names are looked up (P96).
	Ports []corev1.ContainerPort
	// Env is the container's env, which replaces $(NAME) in a probe's command (P99).
	Env []corev1.EnvVar
	// Exec runs commands in the container. If nil, the answer of exec probes and hooks is an
	// error.
	Exec Exec
}

// TargetOf returns the target for a container of a pod. Name, ports and env are from the
// spec, the pod IP and the instance from the status. The caller sets Exec. It is an error if
// the pod has no such container.
func TargetOf(pod *corev1.Pod, container string) (Target, error) {
	c := findContainer(pod, container)
	if c == nil {
		return Target{}, fmt.Errorf("handler: pod %s/%s has no container %q: name one of its containers or init containers",
			pod.Namespace, pod.Name, container)
	}
	return Target{
		Pod:         fmt.Sprintf("%s_%s(%s)", pod.Name, pod.Namespace, pod.UID),
		Container:   c.Name,
		ContainerID: containerID(pod, container),
		PodIP:       pod.Status.PodIP,
		Ports:       c.Ports,
		Env:         c.Env,
	}, nil
}

func findContainer(pod *corev1.Pod, name string) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

func containerID(pod *corev1.Pod, name string) string {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if list[i].Name == name {
				return list[i].ContainerID
			}
		}
	}
	return ""
}

// URL returns the target of an attempt of spec: for httpGet its http or https URL (P105),
// and for the others tcp://HOST:PORT or grpc://HOST:PORT. If spec is exec or has no handler,
// it returns nil. The error for an invalid port is the error of the attempt (P95, P98).
func (t *Target) URL(spec *corev1.Probe) (*url.URL, error) {
	switch {
	case spec.Exec != nil:
		return nil, nil
	case spec.HTTPGet != nil:
		port, err := t.port(spec.HTTPGet.Port)
		if err != nil {
			return nil, err
		}
		return answer.URL(spec.HTTPGet, answer.Address(t.host(spec.HTTPGet.Host), port)), nil
	case spec.TCPSocket != nil:
		port, err := t.port(spec.TCPSocket.Port)
		if err != nil {
			return nil, err
		}
		return &url.URL{Scheme: "tcp", Host: answer.Address(t.host(spec.TCPSocket.Host), port)}, nil
	case spec.GRPC != nil:
		return &url.URL{Scheme: "grpc", Host: answer.Address(t.PodIP, int(spec.GRPC.Port))}, nil
	}
	return nil, nil
}

func (t *Target) host(field string) string { return answer.Host(field, t.PodIP) }

func (t *Target) port(field intstr.IntOrString) (int, error) { return answer.Port(field, t.Ports) }
