package restart

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

type action uint8

const (
	actionNone action = iota // an action that the kubelet does not know: it decides nothing
	actionRestart
	actionRestartAll
)

type operator uint8

const (
	opNone operator = iota // no exit codes or an unknown operator: it never matches (R2)
	opIn
	opNotIn
)

// rule is an entry of restartPolicyRules.
type rule struct {
	codes  []int32
	op     operator
	action action
}

// ruleSet has the rules of one container, in order. If nil, it has none.
type ruleSet struct{ list []rule }

func compileRules(in []corev1.ContainerRestartRule) *ruleSet {
	if len(in) == 0 {
		return nil
	}
	set := &ruleSet{list: make([]rule, len(in))}
	for i, r := range in {
		set.list[i] = compileRule(r)
	}
	return set
}

func compileRule(in corev1.ContainerRestartRule) rule {
	var r rule
	switch in.Action {
	case corev1.ContainerRestartRuleActionRestart:
		r.action = actionRestart
	case corev1.ContainerRestartRuleActionRestartAllContainers:
		r.action = actionRestartAll
	}
	if in.ExitCodes == nil {
		return r
	}
	switch in.ExitCodes.Operator {
	case corev1.ContainerRestartRuleOnExitCodesOpIn:
		r.op = opIn
	case corev1.ContainerRestartRuleOnExitCodesOpNotIn:
		r.op = opNotIn
	}
	r.codes = slices.Clone(in.ExitCodes.Values)
	return r
}

// match returns the index of the first rule that matches, or -1 (R2).
func (s *ruleSet) match(code int32) int {
	if s == nil {
		return -1
	}
	for i := range s.list {
		if s.list[i].matches(code) {
			return i
		}
	}
	return -1
}

func (s *ruleSet) has(a action) bool {
	return s != nil && slices.ContainsFunc(s.list, func(r rule) bool { return r.action == a })
}

func (r *rule) matches(code int32) bool {
	switch r.op {
	case opIn:
		return slices.Contains(r.codes, code)
	case opNotIn:
		return !slices.Contains(r.codes, code)
	}
	return false
}

func (r *rule) String() string {
	return fmt.Sprintf("%s %v -> %s", r.op, r.codes, r.action)
}

func (o operator) String() string {
	switch o {
	case opIn:
		return "In"
	case opNotIn:
		return "NotIn"
	}
	return "never"
}

func (a action) String() string {
	switch a {
	case actionRestart:
		return "Restart"
	case actionRestartAll:
		return "RestartAllContainers"
	}
	return "nothing"
}

// MayRestartAll reports whether a rule of the pod could restart all of its containers. Only
// such a pod has the condition AllContainersRestarting (S41).
func MayRestartAll(spec *corev1.PodSpec, g Gates) bool {
	return g.RestartAllContainers() && (anyRestartsAll(spec.InitContainers) || anyRestartsAll(spec.Containers))
}

func anyRestartsAll(cs []corev1.Container) bool {
	for i := range cs {
		for j := range cs[i].RestartPolicyRules {
			if cs[i].RestartPolicyRules[j].Action == corev1.ContainerRestartRuleActionRestartAllContainers {
				return true
			}
		}
	}
	return false
}
