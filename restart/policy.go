package restart

import corev1 "k8s.io/api/core/v1"

// Role is the role of a container in its pod.
type Role uint8

// The roles. The zero Role is Regular.
const (
	Regular   Role = iota // an entry of spec.containers
	Init                  // an entry of spec.initContainers that must end before the next entry starts
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

// RoleOf returns Regular for an entry of spec.containers. For an entry of
// spec.initContainers it returns Init, or Sidecar if its own restartPolicy is Always.
func RoleOf(c *corev1.Container, init bool) Role {
	switch {
	case !init:
		return Regular
	case c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways:
		return Sidecar
	}
	return Init
}

// level is the restartPolicy of a pod or a container.
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

// podLevel returns the level of the pod's policy. An unknown policy counts as Always (R5
// step 4).
func podLevel(p corev1.RestartPolicy) level {
	switch p {
	case corev1.RestartPolicyOnFailure:
		return onFailure
	case corev1.RestartPolicyNever:
		return never
	}
	return always
}

// containerLevel returns the level of the container's policy. It returns false for an
// unknown one: then the pod's policy counts (R5 step 4).
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

// Policy is the compiled restart policy of one container (R1). It is small and never
// changes, so that it may be copied and shared. Its methods allocate nothing. The zero
// Policy is that of a regular container in a pod with restartPolicy Always.
type Policy struct {
	rules *ruleSet // nil if there are none
	role  Role
	exit  level // decides about an exit if no rule does
	pod   level
	own   bool // exit is from the container, not from the pod
	// ruled says that rules may decide. They do only if the container has a policy (R5).
	ruled bool
	// noRestartOnKill is the opposite of OnKill, so that the zero Policy restarts.
	noRestartOnKill bool
	// all says that RestartAllContainersOnContainerExits is on (F2).
	all bool
	// podOnly says that ContainerRestartRules is off (F1).
	podOnly bool
}

// Compile returns the policy of container c with a role, in a pod with restartPolicy pod. It
// keeps no reference to c. Invalid fields have the meaning that the kubelet gives them.
func Compile(role Role, pod corev1.RestartPolicy, c *corev1.Container, g Gates) Policy {
	p := Policy{
		role:            role,
		exit:            podLevel(pod),
		pod:             podLevel(pod),
		noRestartOnKill: podLevel(pod) == never,
		all:             g.RestartAllContainers(),
		podOnly:         !g.ContainerRestartRules(),
	}
	if p.podOnly { // container policies and rules do not exist (P23)
		return p
	}
	p.rules = compileRules(c.RestartPolicyRules)
	if c.RestartPolicy == nil {
		return p
	}
	p.ruled = true
	// Any policy but Never restarts, even an unknown one (R38).
	p.noRestartOnKill = *c.RestartPolicy == corev1.ContainerRestartPolicyNever
	if l, ok := containerLevel(*c.RestartPolicy); ok {
		p.exit, p.own = l, true
	}
	return p
}

// Role returns the role for which the policy was compiled.
func (p Policy) Role() Role { return p.role }

// Restarts reports whether the policies restart an instance that exited with this code (R4,
// R5). OnExit says the same and has the reason.
func (p Policy) Restarts(code int32) bool {
	switch p.role {
	case Sidecar: // always, whatever the code (R4)
		return true
	case Ephemeral: // never, whatever the code (R4)
		return false
	}
	if i := p.decidingRule(p.rules.match(code)); i >= 0 { // a matching rule (R5 steps 1 and 2)
		return true
	}
	return p.exit.restarts(code) // the container's policy, else the pod's (R5 steps 3 and 4)
}

// RestartsAll reports whether an exit with this code restarts all containers of the pod. It
// does if the first matching rule has that action (R9).
func (p Policy) RestartsAll(code int32) bool {
	if !p.all || p.rules == nil {
		return false
	}
	i := p.rules.match(code)
	return i >= 0 && p.rules.list[i].action == actionRestartAll
}

// OnKill reports whether a running instance that is killed because of a failed probe is
// started again in the same sync. Its exit code does not matter, and so rules do not count
// (R38, R39, R43).
func (p Policy) OnKill() bool {
	return p.role == Sidecar || p.role != Ephemeral && !p.noRestartOnKill
}

// OnUnknown reports whether a container whose instance is in an unknown state is killed and
// started again. For an init container the policy decides without the rules, because there
// is no exit code (R3, R8); if it says no, the pod has failed. Regular containers and
// sidecars are always restarted (R6), and ephemeral containers never.
func (p Policy) OnUnknown() bool {
	switch p.role {
	case Init:
		return !p.noRestartOnKill
	case Ephemeral:
		return false
	}
	return true
}

// MayEverRestart reports whether any exit of the container could restart it: its policy is
// not Never, or it has a rule with action Restart.
func (p Policy) MayEverRestart() bool {
	if p.role == Sidecar {
		return true
	}
	return p.OnKill() || p.ruled && p.rules.has(actionRestart)
}

// decidingRule returns i if rule i decides about a restart, and -1 if not. i must be the
// index of a matching rule, or -1.
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
