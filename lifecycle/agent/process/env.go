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

	"github.com/podclock/podclock/internal/expand"
	"github.com/podclock/podclock/lifecycle/agent"
)

// messageVariable tells a container where to write its termination message. Its
// value is unique to the container, and so also marks the processes that a
// killed shim has left.
const messageVariable = "TERMINATION_MESSAGE_PATH"

func valueIn(env map[string]string) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// environment returns the spec's variables, as a kubelet makes them of envFrom
// and env.
func (r *Runtime) environment(config *agent.ContainerConfig) (map[string]string, error) {
	env := map[string]string{}
	for i := range config.Spec.EnvFrom {
		if err := fromAPI(&config.Spec.EnvFrom[i]); err != nil {
			return nil, err
		}
	}
	for i := range config.Spec.Env {
		v := &config.Spec.Env[i]
		if v.Value != "" || v.ValueFrom == nil {
			env[v.Name] = expand.Word(v.Value, valueIn(env))
			continue
		}
		value, ok, err := r.valueFrom(config, v.ValueFrom)
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", v.Name, err)
		}
		if ok {
			env[v.Name] = value
		}
	}
	return env, nil
}

// fromAPI refuses a source that only an API server has, unless it is optional.
func fromAPI(source *corev1.EnvFromSource) error {
	switch {
	case source.ConfigMapRef != nil && !isTrue(source.ConfigMapRef.Optional):
		return notAvailable("configmap", source.ConfigMapRef.Name)
	case source.SecretRef != nil && !isTrue(source.SecretRef.Optional):
		return notAvailable("secret", source.SecretRef.Name)
	}
	return nil
}

// valueFrom returns the value of a variable, or false if the variable is not
// set.
func (r *Runtime) valueFrom(config *agent.ContainerConfig, source *corev1.EnvVarSource) (string, bool, error) {
	var value string
	var err error
	switch {
	case source.FieldRef != nil:
		value, err = r.fieldOf(config, source.FieldRef.FieldPath)
	case source.ResourceFieldRef != nil:
		value, err = r.resourceOf(config, source.ResourceFieldRef)
	case source.ConfigMapKeyRef != nil:
		return "", false, unlessOptional(source.ConfigMapKeyRef.Optional, "configmap", source.ConfigMapKeyRef.Name)
	case source.SecretKeyRef != nil:
		return "", false, unlessOptional(source.SecretKeyRef.Optional, "secret", source.SecretKeyRef.Name)
	case source.FileKeyRef != nil:
		return "", false, unlessOptional(source.FileKeyRef.Optional, "volume", source.FileKeyRef.VolumeName)
	}
	return value, err == nil, err
}

func unlessOptional(optional *bool, kind, name string) error {
	if isTrue(optional) {
		return nil
	}
	return notAvailable(kind, name)
}

// notAvailable returns an error that begins with the kubelet's words for a
// missing object. The container waits with CreateContainerConfigError (C2).
func notAvailable(kind, name string) error {
	return fmt.Errorf("%s %q not found: containers that are processes have no config maps, secrets and volumes: give "+
		"the value itself", kind, name)
}

func isTrue(b *bool) bool { return b != nil && *b }

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
