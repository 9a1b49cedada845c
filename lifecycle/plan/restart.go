package plan

import (
	"fmt"

	"github.com/podclock/podclock/internal/wire"
)

// Restart says why a container that has run before is started again.
type Restart struct {
	Container int          `json:"container"`
	Cause     RestartCause `json:"cause"`
}

// RestartCause is the rule that decided about a restart.
type RestartCause uint8

// The causes.
const (
	RestartExit     RestartCause = iota // the policy or a rule decided by the exit code (R4, R5)
	RestartOOM                          // an OOMKilled init container counts as failed, whatever the code (R7)
	RestartUnknown                      // the runtime does not know the state (R8)
	RestartLiveness                     // it is killed because of its liveness probe (R39)
	RestartStartup                      // it is killed because of its startup probe (R39)
	RestartPending                      // it was killed to be started again, and that was refused (only without quirk R41)
	RestartImage                        // the template has another image (C50)
	RestartSandbox                      // the pod begins again in a new sandbox (S2)
)

var restartNames = [...]string{
	RestartExit: "exit", RestartOOM: "OOM", RestartUnknown: "unknown state", RestartLiveness: "liveness probe",
	RestartStartup: "startup probe", RestartPending: "pending", RestartImage: "image", RestartSandbox: "sandbox",
}

// String describes the cause.
func (c RestartCause) String() string {
	if int(c) < len(restartNames) {
		return restartNames[c]
	}
	return fmt.Sprintf("RestartCause(%d)", uint8(c))
}

// MarshalText implements [encoding.TextMarshaler]. The text is that of String.
func (c RestartCause) MarshalText() ([]byte, error) { return wire.Name(c, RestartSandbox) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *RestartCause) UnmarshalText(b []byte) error { return wire.Parse(b, c, RestartSandbox) }

// Why returns the cause for which the plan starts a container again. If it has no other
// cause, it is RestartExit.
func (p *Plan) Why(container int) RestartCause {
	for _, r := range p.Restarts {
		if r.Container == container {
			return r.Cause
		}
	}
	return RestartExit
}

// restart records why a container is started again, if not because of its exit code.
func (p *planner) restart(container int, cause RestartCause) {
	p.plan.Restarts = append(p.plan.Restarts, Restart{container, cause})
}
