package agent_test

import (
	"testing"

	"github.com/podclock/podclock/lifecycle/agent"
)

func TestContainerStatesHaveNames(t *testing.T) {
	for s, want := range map[agent.ContainerState]string{
		0: "ContainerState(0)", agent.StateCreated: "Created", agent.StateRunning: "Running", agent.StateExited: "Exited",
		agent.StateUnknown: "Unknown", agent.StateUnknown + 1: "ContainerState(5)",
	} {
		if got := s.String(); got != want {
			t.Errorf("state %d is %q; want %q", s, got, want)
		}
	}
}
