package agent_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

// objects has one config map and one secret.
var objects = agent.EnvSources{
	ConfigMap: func(namespace, name string) (*corev1.ConfigMap, error) {
		if namespace != "default" || name != "settings" {
			return nil, apierrors.NewNotFound(corev1.Resource("configmap"), name)
		}
		return &corev1.ConfigMap{Data: map[string]string{"COLOUR": "$(RED)", "SIZE": "3"}}, nil
	},
	Secret: func(_, name string) (*corev1.Secret, error) {
		switch name {
		case "keys":
			return &corev1.Secret{Data: map[string][]byte{"KEY": []byte("k")}}, nil
		case "locked":
			return nil, errors.New("the secret cannot be read")
		}
		return nil, apierrors.NewNotFound(corev1.Resource("secret"), name)
	},
	HostIP: "192.0.2.1",
}

func named(name string) corev1.LocalObjectReference { return corev1.LocalObjectReference{Name: name} }

func allOf(configMap string, optional bool) corev1.EnvFromSource {
	return corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: named(configMap), Optional: &optional}}
}

func allOfSecret(secret, prefix string) corev1.EnvFromSource {
	return corev1.EnvFromSource{Prefix: prefix, SecretRef: &corev1.SecretEnvSource{LocalObjectReference: named(secret)}}
}

func ofConfigMap(variable, name, key string, optional bool) corev1.EnvVar {
	return corev1.EnvVar{Name: variable, ValueFrom: &corev1.EnvVarSource{
		ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: named(name), Key: key, Optional: &optional},
	}}
}

func ofSecret(variable, name, key string, optional bool) corev1.EnvVar {
	return corev1.EnvVar{Name: variable, ValueFrom: &corev1.EnvVarSource{
		SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: named(name), Key: key, Optional: &optional},
	}}
}

func configOf(c corev1.Container) *agent.ContainerConfig {
	return &agent.ContainerConfig{
		Pod: lifecycle.Identity{Namespace: "default", Name: "web", UID: "1"}, PodSpec: web("1"), Spec: &c, IP: "10.0.0.7",
	}
}

func TestAnEnvironmentIsMadeOfObjectsFieldsAndEarlierVariables(t *testing.T) {
	got, err := agent.Env(configOf(corev1.Container{
		EnvFrom: []corev1.EnvFromSource{allOf("settings", false), allOf("none", true), allOfSecret("keys", "MY_")},
		Env: []corev1.EnvVar{
			{Name: "SIZE", Value: "4"}, // replaces that of the config map
			ofConfigMap("SHADE", "settings", "COLOUR", false),
			ofSecret("TOKEN", "keys", "KEY", false),
			ofConfigMap("LEFT_OUT", "settings", "none", true),
			ofSecret("LEFT_OUT_TOO", "none", "KEY", true),
			{Name: "ADDRESS", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}},
			{Name: "URL", Value: "http://$(ADDRESS):$(PORT)/$(SIZE)?$(MY_KEY)"},
			{Name: "PORT", Value: "80"},
		},
	}), objects)
	want := map[string]string{
		"COLOUR": "$(RED)", "SIZE": "4", "MY_KEY": "k", "SHADE": "$(RED)", "TOKEN": "k", "ADDRESS": "10.0.0.7",
		"URL": "http://10.0.0.7:$(PORT)/4?k", "PORT": "80",
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

func TestWhatAnEnvironmentLacksIsSaidInTheKubeletsWords(t *testing.T) { // C2
	file := corev1.EnvVar{Name: "A", ValueFrom: &corev1.EnvVarSource{FileKeyRef: &corev1.FileKeySelector{VolumeName: "v"}}}
	for want, c := range map[string]corev1.Container{
		`configmap "none" not found`:                           {EnvFrom: []corev1.EnvFromSource{allOf("none", false)}},
		`secret "none" not found`:                              {EnvFrom: []corev1.EnvFromSource{allOfSecret("none", "")}},
		`couldn't find key none in ConfigMap default/settings`: {Env: []corev1.EnvVar{ofConfigMap("A", "settings", "none", false)}},
		`couldn't find key none in Secret default/keys`:        {Env: []corev1.EnvVar{ofSecret("A", "keys", "none", false)}},
		`the secret cannot be read`:                            {Env: []corev1.EnvVar{ofSecret("A", "locked", "KEY", true)}}, // optional or not
		`cannot find the volume "v" referenced by FileKeyRef`:  {Env: []corev1.EnvVar{file}},
	} {
		_, err := agent.Env(configOf(c), objects)
		var create *agent.CreateError
		if !errors.As(err, &create) || create.Reason != "CreateContainerConfigError" || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
	}
	_, err := agent.Env(configOf(corev1.Container{EnvFrom: []corev1.EnvFromSource{allOf("settings", false)}}), agent.EnvSources{})
	if err == nil || err.Error() != `configmap "settings" not found` {
		t.Errorf("without config maps: %v", err)
	}
}

func ExampleEnv() {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	c := &corev1.Container{
		Args: []string{"-url=$(URL)", "-price=5$$"},
		Env: []corev1.EnvVar{
			{Name: "NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
			{Name: "URL", Value: "http://$(NAME)"},
		},
	}
	env, err := agent.Env(&agent.ContainerConfig{Pod: lifecycle.Identity{Name: "web"}, PodSpec: pod, Spec: c}, agent.EnvSources{})
	fmt.Println(env, agent.Expand(c.Args, env), err)
	// Output: map[NAME:web URL:http://web] [-url=http://web -price=5$] <nil>
}

func TestWordsAreNotModified(t *testing.T) {
	words := []string{"$(A)", "$(B)"}
	if got := agent.Expand(words, map[string]string{"A": "1"}); !slices.Equal(got, []string{"1", "$(B)"}) || words[0] != "$(A)" {
		t.Errorf("%q of %q", got, words)
	}
}
