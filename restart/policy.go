package restart

import corev1 "k8s.io/api/core/v1"

// Role is the part that a container plays in its pod.
type Role uint8

// The roles. Regular is the zero value.
const (
	Regular   Role = iota // an entry of spec.containers
	Init                  // an entry of spec.initContainers that runs to its end
	Sidecar               // an entry of spec.initContainers with restartPolicy Always
	Ephemeral             // an entry of spec.ephemeralContainers
)

// String returns the role in words, such as "init container".
func (r Role) String() string {
	switch r {
	case Regular:
		return "container"
	case Init:
		return "init container"
	case Sidecar:
		return "sidecar"
	case Ephemeral:
		return "ephemeral container"
	}
	return "unknown role"
}

// RoleOf returns Regular for an entry of spec.containers, and Init or Sidecar
// for one of spec.initContainers, by its own restartPolicy.
func RoleOf(c *corev1.Container, init bool) Role {
	switch {
	case !init:
		return Regular
	case c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways:
		return Sidecar
	}
	return Init
}

// level is one restartPolicy, of a pod or a container.
type level uint8

const (
	always level = iota
	onFailure
	never
)

func (l level) restarts(code int32) bool {
	return l == always || l == onFailure && code != 0
}

func (l level) String() string {
	switch l {
	case onFailure:
		return "OnFailure"
	case never:
		return "Never"
	}
	return "Always"
}

// podLevel reads the pod's policy; R5 step 4: anything unknown is Always.
func podLevel(p corev1.RestartPolicy) level {
	switch p {
	case corev1.RestartPolicyOnFailure:
		return onFailure
	case corev1.RestartPolicyNever:
		return never
	}
	return always
}

// containerLevel reads the container's policy; ok is false for an unknown one,
// which falls through to the pod's (R5 step 4).
func containerLevel(p corev1.ContainerRestartPolicy) (l level, ok bool) {
	switch p {
	case corev1.ContainerRestartPolicyAlways:
		return always, true
	case corev1.ContainerRestartPolicyOnFailure:
		return onFailure, true
	case corev1.ContainerRestartPolicyNever:
		return never, true
	}
	return always, false
}

// Policy is the compiled restart policy of one container (R1). It is small,
// immutable, and may be shared and copied; its methods allocate nothing. The
// zero value is that of a regular container in a pod with restartPolicy Always.
type Policy struct {
	rules *ruleSet // nil: none
	role  Role
	exit  level // by which an exit is judged that no rule decides
	pod   level
	own   bool // exit is the container's own policy, not the pod's
	// ruled: rules may decide about a restart, because the container has a policy (R5).
	ruled bool
	// noRestartOnKill: see OnKill. Stored inverted so that the zero Policy restarts.
	noRestartOnKill bool
	// all: RestartAllContainersOnContainerExits is on (F2).
	all bool
	// podOnly: ContainerRestartRules is off (F1).
	podOnly bool
}

// Compile returns the policy of container c in the given role, in a pod with
// restartPolicy pod. It keeps no reference to c. Fields that validation would
// refuse have the meaning that the kubelet gives them.
func Compile(role Role, pod corev1.RestartPolicy, c *corev1.Container, g Gates) Policy {
	p := Policy{
		role:            role,
		exit:            podLevel(pod),
		pod:             podLevel(pod),
		noRestartOnKill: podLevel(pod) == never,
		all:             g.RestartAllContainers(),
		podOnly:         !g.ContainerRestartRules(),
	}
	if p.podOnly { // P23: container policies and rules are not there
		return p
	}
	p.rules = compileRules(c.RestartPolicyRules)
	if c.RestartPolicy == nil {
		return p
	}
	p.ruled = true
	// R38: set and not Never, even to something unknown, restarts.
	p.noRestartOnKill = *c.RestartPolicy == corev1.ContainerRestartPolicyNever
	if l, ok := containerLevel(*c.RestartPolicy); ok {
		p.exit, p.own = l, true
	}
	return p
}

// Role returns the role that the policy was compiled for.
func (p Policy) Role() Role { return p.role }

// Restarts reports whether an instance that exited with this code is restarted,
// by its policies alone (R4, R5). OnExit says the same with the reason.
func (p Policy) Restarts(code int32) bool {
	switch p.role {
	case Sidecar: // R4
		return true
	case Ephemeral: // R4
		return false
	}
	if i := p.decidingRule(p.rules.match(code)); i >= 0 { // R5 steps 1, 2
		return true
	}
	return p.exit.restarts(code) // R5 steps 3, 4
}

// RestartsAll reports whether an exit with this code restarts all containers of
// the pod: the first rule that matches says so (R9).
func (p Policy) RestartsAll(code int32) bool {
	if !p.all || p.rules == nil {
		return false
	}
	i := p.rules.match(code)
	return i >= 0 && p.rules.list[i].action == actionRestartAll
}

// OnKill reports whether a running instance that is killed for a failed probe
// is started again in the same sync, whatever its exit code will be (R38, R39,
// R43): rules are not looked at.
func (p Policy) OnKill() bool {
	return p.role == Sidecar || p.role != Ephemeral && !p.noRestartOnKill
}

// OnUnknown reports whether a container whose instance is in an unknown state is
// killed and started again. For an init container it is its policy without the
// rules (R3, R8); otherwise the pod has failed. All others always are (R6),
// ephemeral ones never.
func (p Policy) OnUnknown() bool {
	switch p.role {
	case Init:
		return !p.noRestartOnKill
	case Ephemeral:
		return false
	}
	return true
}

// MayEverRestart reports whether some exit of the container could restart it: it
// has a policy other than Never, or a rule with action Restart.
func (p Policy) MayEverRestart() bool {
	if p.role == Sidecar {
		return true
	}
	return p.OnKill() || p.ruled && p.rules.has(actionRestart)
}

// decidingRule returns i if that rule, which matched, decides about a restart.
func (p Policy) decidingRule(i int) int {
	if i < 0 || !p.ruled {
		return -1
	}
	switch p.rules.list[i].action {
	case actionRestart:
		return i
	case actionRestartAll:
		if p.all {
			return i
		}
	}
	return -1
}
