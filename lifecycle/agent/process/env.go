//go:build unix

package process

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/podclock/podclock/lifecycle/agent"
)

// messageVariable tells a container where to write its termination message. Its
// value is unique to the container, and so also marks the processes that a
// killed shim has left.
const messageVariable = "TERMINATION_MESSAGE_PATH"

// environment returns the spec's variables. There are no config maps and secrets.
func (r *Runtime) environment(config *agent.ContainerConfig) (map[string]string, error) {
	return agent.Env(config, agent.EnvSources{
		ConfigMap:   func(_, name string) (*corev1.ConfigMap, error) { return nil, notAvailable("configmap", name) },
		Secret:      func(_, name string) (*corev1.Secret, error) { return nil, notAvailable("secret", name) },
		HostIP:      r.o.HostIP,
		Allocatable: r.allocatable(),
	})
}

// notAvailable returns an error that begins with the kubelet's words for a missing
// object. The container waits with CreateContainerConfigError (C2).
func notAvailable(kind, name string) error {
	return fmt.Errorf("%w: containers that are processes have no config maps and secrets: give the value itself",
		apierrors.NewNotFound(corev1.Resource(kind), name))
}

// variables returns the environment of a container's process, sorted. The
// spec's variables replace those that a container runtime gives, but not the
// one for the termination message.
func (r *Runtime) variables(config *agent.ContainerConfig, image Image, env map[string]string, dir string) []string {
	path := r.o.Path
	if image.Dir != "" {
		path = append([]string{image.Dir}, path...)
	}
	all := map[string]string{
		"PATH":     strings.Join(path, string(os.PathListSeparator)),
		"HOSTNAME": hostname(config.PodSpec),
	}
	if home := os.Getenv("HOME"); home != "" {
		all["HOME"] = home
	}
	maps.Copy(all, env)
	all[messageVariable] = filepath.Join(dir, messageFile)
	list := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

func hostname(pod *corev1.Pod) string {
	if pod.Spec.Hostname != "" {
		return pod.Spec.Hostname
	}
	return pod.Name
}
