package runtimetest_test

import (
	"testing"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// container makes a container whose command a Fake takes for a behaviour.
func container(b runtimetest.Behaviour) corev1.Container {
	return corev1.Container{Name: "app", Image: "app:1", Command: []string{string(b)}}
}

func TestTheFakeObeysTheRules(t *testing.T) {
	runtimetest.Run(t, func(*testing.T) agent.Runtime { return &runtimetest.Fake{} }, container)
}
