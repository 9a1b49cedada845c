package restart

import "fmt"

// Decision is the answer to an exit, with its reason as data.
type Decision struct {
	// Restart: the container is to be started again (R4, R5).
	Restart bool
	// AllContainers: all containers of the pod are to be restarted (R9).
	AllContainers bool
	// Rule is the index of the first rule that matches the exit code, -1 if none
	// does. A rule that matches need not decide: see String.
	Rule int

	code   int32
	policy Policy
}

// OnExit judges an instance that exited with this code. It allocates nothing;
// the reason is put into words by [Decision.String] only.
func (p Policy) OnExit(code int32) Decision {
	return Decision{
		Restart:       p.Restarts(code),
		AllContainers: p.RestartsAll(code),
		Rule:          p.rules.match(code),
		code:          code,
		policy:        p,
	}
}

// String gives the reason, such as "rule 0: In [42] -> Restart" or "pod
// restartPolicy OnFailure, exit code 0 -> no restart".
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
