package restart

import "fmt"

// Decision is the decision about an exit. Its reason is data.
type Decision struct {
	// Restart says that the container must be started again (R4, R5).
	Restart bool
	// AllContainers says that all containers of the pod must be restarted (R9).
	AllContainers bool
	// Rule is the index of the first rule that matches the exit code, or -1 if none does. Such
	// a rule does not always decide. See String.
	Rule int

	code   int32
	policy Policy
}

// OnExit decides about an instance that exited with this code. It allocates nothing: only
// [Decision.String] makes a text of the reason.
func (p Policy) OnExit(code int32) Decision {
	return Decision{
		Restart:       p.Restarts(code),
		AllContainers: p.RestartsAll(code),
		Rule:          p.rules.match(code),
		code:          code,
		policy:        p,
	}
}

// String returns the reason, such as "rule 0: In [42] -> Restart" or "pod restartPolicy
// OnFailure, exit code 0 -> no restart".
func (d Decision) String() string {
	p := d.policy
	if i := p.decidingRule(d.Rule); i >= 0 {
		return fmt.Sprintf("rule %d: %v", i, &p.rules.list[i])
	}
	outcome := "no restart"
	if d.Restart {
		outcome = "restart"
	}
	switch {
	case p.role == Sidecar || p.role == Ephemeral:
		return fmt.Sprintf("%v, exit code %d -> %s", p.role, d.code, outcome)
	case p.own:
		return fmt.Sprintf("container restartPolicy %v, exit code %d -> %s", p.exit, d.code, outcome)
	}
	return fmt.Sprintf("pod restartPolicy %v, exit code %d -> %s", p.exit, d.code, outcome)
}
