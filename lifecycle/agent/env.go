package agent

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/podclock/podclock/internal/expand"
)

// EnvSources is what [Env] makes an environment of, beside the pod.
type EnvSources struct {
	// ConfigMap and Secret return objects. If one is nil, there are no objects of its
	// kind. An optional reference is skipped if apierrors.IsNotFound says so of the
	// error.
	ConfigMap func(namespace, name string) (*corev1.ConfigMap, error)
	Secret    func(namespace, name string) (*corev1.Secret, error)
	// HostIP is status.hostIP, and status.podIP of a sandbox without an IP.
	HostIP string
	// Allocatable is what the node has for pods: a limit that is not set has that
	// value.
	Allocatable corev1.ResourceList
}

// Env returns the environment of a container as a kubelet makes it of envFrom and env:
// what is in env replaces what is from envFrom, the last of a name counts, and a value
// may refer to variables before it by $(NAME). It has no variables for services and
// none of the runtime's own, such as PATH. Variables from files of a volume cannot be
// made.
//
// The error is a [*CreateError], for CreateContainer to return.
func Env(config *ContainerConfig, from EnvSources) (map[string]string, error) {
	e := environment{config: config, from: from, vars: map[string]string{}}
	if err := e.build(); err != nil {
		return nil, &CreateError{Reason: "CreateContainerConfigError", Err: err}
	}
	return e.vars, nil
}

// Expand returns a container's command or args with $(NAME) replaced by the value of
// NAME. A reference to what is not in env stays as it is, and $$ is a dollar sign. It
// does not modify words.
func Expand(words []string, env map[string]string) []string { return expand.Words(words, lookUp(env)) }

func lookUp(env map[string]string) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// environment is an environment in the making.
type environment struct {
	config *ContainerConfig
	from   EnvSources
	vars   map[string]string
}

func (e *environment) build() error {
	for i := range e.config.Spec.EnvFrom {
		if err := e.takeAll(&e.config.Spec.EnvFrom[i]); err != nil {
			return err
		}
	}
	for i := range e.config.Spec.Env {
		if err := e.take(&e.config.Spec.Env[i]); err != nil {
			return err
		}
	}
	return nil
}

// takeAll takes all keys of an object.
func (e *environment) takeAll(source *corev1.EnvFromSource) error {
	var data map[string]string
	var err error
	switch {
	case source.ConfigMapRef != nil:
		data, err = e.configMap(source.ConfigMapRef.Name, source.ConfigMapRef.Optional)
	case source.SecretRef != nil:
		data, err = e.secret(source.SecretRef.Name, source.SecretRef.Optional)
	}
	for key, value := range data {
		e.vars[source.Prefix+key] = value
	}
	return err
}

// take takes one variable.
func (e *environment) take(v *corev1.EnvVar) error {
	if v.Value != "" || v.ValueFrom == nil {
		e.vars[v.Name] = expand.Word(v.Value, lookUp(e.vars))
		return nil
	}
	value, ok, err := e.valueFrom(v.ValueFrom)
	if ok && err == nil {
		e.vars[v.Name] = value
	}
	return err
}

// valueFrom returns the value of a variable, or false if the variable is not set.
func (e *environment) valueFrom(source *corev1.EnvVarSource) (value string, ok bool, err error) {
	switch {
	case source.FieldRef != nil:
		value, err = e.field(source.FieldRef.FieldPath)
		return value, true, err
	case source.ResourceFieldRef != nil:
		value, err = e.resource(source.ResourceFieldRef)
		return value, true, err
	case source.ConfigMapKeyRef != nil:
		ref := source.ConfigMapKeyRef
		data, err := e.configMap(ref.Name, ref.Optional)
		return e.key(data, ref.Key, ref.Optional, "ConfigMap", ref.Name, err)
	case source.SecretKeyRef != nil:
		ref := source.SecretKeyRef
		data, err := e.secret(ref.Name, ref.Optional)
		return e.key(data, ref.Key, ref.Optional, "Secret", ref.Name, err)
	case source.FileKeyRef != nil && !isTrue(source.FileKeyRef.Optional):
		return "", false, fmt.Errorf("cannot find the volume %q referenced by FileKeyRef", source.FileKeyRef.VolumeName)
	}
	return "", false, nil
}

// key returns a key of an object that was read with err.
func (e *environment) key(data map[string]string, key string, optional *bool, kind, name string, err error,
) (string, bool, error) {
	value, ok := data[key]
	if err == nil && !ok && !isTrue(optional) {
		err = fmt.Errorf("couldn't find key %v in %s %v/%v", key, kind, e.config.Pod.Namespace, name)
	}
	return value, ok, err
}

// configMap returns the data of a config map. An optional one that is not there has
// none.
func (e *environment) configMap(name string, optional *bool) (map[string]string, error) {
	if e.from.ConfigMap == nil {
		return nil, unlessOptional(notFound("configmap", name), optional)
	}
	object, err := e.from.ConfigMap(e.config.Pod.Namespace, name)
	if err != nil {
		return nil, unlessOptional(err, optional)
	}
	return object.Data, nil
}

// secret returns the data of a secret. An optional one that is not there has none.
func (e *environment) secret(name string, optional *bool) (map[string]string, error) {
	if e.from.Secret == nil {
		return nil, unlessOptional(notFound("secret", name), optional)
	}
	object, err := e.from.Secret(e.config.Pod.Namespace, name)
	if err != nil {
		return nil, unlessOptional(err, optional)
	}
	data := map[string]string{}
	for key, value := range object.Data {
		data[key] = string(value)
	}
	return data, nil
}

// notFound is the error of an object that is missing, in the kubelet's words.
func notFound(kind, name string) error { return apierrors.NewNotFound(corev1.Resource(kind), name) }

// unlessOptional returns the error of an object, unless that is missing and may be.
func unlessOptional(err error, optional *bool) error {
	if isTrue(optional) && apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func isTrue(b *bool) bool { return b != nil && *b }
