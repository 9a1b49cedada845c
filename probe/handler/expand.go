package handler

import corev1 "k8s.io/api/core/v1"

// valueIn returns the value of the last entry of a name, which is empty for one
// with valueFrom (P99).
func valueIn(env []corev1.EnvVar) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		for i := len(env) - 1; i >= 0; i-- {
			if env[i].Name == name {
				return env[i].Value, true
			}
		}
		return "", false
	}
}
