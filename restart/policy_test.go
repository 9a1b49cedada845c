package restart_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
)

const (
	podAlways    = corev1.RestartPolicyAlways
	podOnFailure = corev1.RestartPolicyOnFailure
	podNever     = corev1.RestartPolicyNever

	ctrAlways    = corev1.ContainerRestartPolicyAlways
	ctrOnFailure = corev1.ContainerRestartPolicyOnFailure
	ctrNever     = corev1.ContainerRestartPolicyNever

	doRestart = corev1.ContainerRestartRuleActionRestart
	doAll     = corev1.ContainerRestartRuleActionRestartAllContainers
	in        = corev1.ContainerRestartRuleOnExitCodesOpIn
	notIn     = corev1.ContainerRestartRuleOnExitCodesOpNotIn
)

func ruleOf(action corev1.ContainerRestartRuleAction, op corev1.ContainerRestartRuleOnExitCodesOperator, codes ...int32) corev1.ContainerRestartRule {
	return corev1.ContainerRestartRule{
		Action:    action,
		ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: op, Values: codes},
	}
}

// container returns a container with rules and a policy. If the policy is "", it has none.
func container(policy corev1.ContainerRestartPolicy, rules ...corev1.ContainerRestartRule) *corev1.Container {
	c := &corev1.Container{Name: "app", RestartPolicyRules: rules}
	if policy != "" {
		c.RestartPolicy = &policy
	}
	return c
}

func TestAnExitIsJudgedByRuleThenContainerThenPod(t *testing.T) {
	rows := []struct {
		why    string
		role   restart.Role
		pod    corev1.RestartPolicy
		c      *corev1.Container
		gates  restart.Gates
		code   int32
		want   bool
		reason string
	}{
		{"R5 step 4: pod Always", restart.Regular, podAlways, container(""), restart.Gates{}, 0, true,
			"pod restartPolicy Always, exit code 0 -> restart"},
		{"R5 step 4: pod OnFailure, success", restart.Regular, podOnFailure, container(""), restart.Gates{}, 0, false,
			"pod restartPolicy OnFailure, exit code 0 -> no restart"},
		{"R5 step 4: pod OnFailure, failure", restart.Regular, podOnFailure, container(""), restart.Gates{}, 7, true,
			"pod restartPolicy OnFailure, exit code 7 -> restart"},
		{"R5 step 4: pod Never", restart.Regular, podNever, container(""), restart.Gates{}, 7, false,
			"pod restartPolicy Never, exit code 7 -> no restart"},
		{"R5 step 4: an unknown pod policy is Always", restart.Regular, "Sometimes", container(""), restart.Gates{}, 0, true,
			"pod restartPolicy Always, exit code 0 -> restart"},
		{"R5 step 3: the container's policy beats the pod's", restart.Regular, podAlways, container(ctrNever), restart.Gates{}, 1, false,
			"container restartPolicy Never, exit code 1 -> no restart"},
		{"R5 step 3: also where the pod's is Never", restart.Init, podNever, container(ctrOnFailure), restart.Gates{}, 1, true,
			"container restartPolicy OnFailure, exit code 1 -> restart"},
		{"R5: an unknown container policy falls to the pod's", restart.Regular, podNever, container("Sometimes"), restart.Gates{}, 1, false,
			"pod restartPolicy Never, exit code 1 -> no restart"},
		{"R5 step 1: a rule beats Never", restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, in, 42)), restart.Gates{}, 42, true,
			"rule 0: In [42] -> Restart"},
		{"R2: a rule that does not match leaves it to the policy", restart.Regular, podAlways, container(ctrNever, ruleOf(doRestart, in, 42)), restart.Gates{}, 41, false,
			"container restartPolicy Never, exit code 41 -> no restart"},
		{"R2: exit code 0 can be matched", restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, in, 0)), restart.Gates{}, 0, true,
			"rule 0: In [0] -> Restart"},
		{"R2: NotIn an empty list always matches", restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, notIn)), restart.Gates{}, 3, true,
			"rule 0: NotIn [] -> Restart"},
		{"R2: a rule without exit codes never matches; the next one may",
			restart.Regular, podNever, container(ctrNever, corev1.ContainerRestartRule{Action: doRestart}, ruleOf(doRestart, notIn, 0)), restart.Gates{}, 3, true,
			"rule 1: NotIn [0] -> Restart"},
		{"R2: an unknown operator never matches", restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, "Maybe", 3)), restart.Gates{}, 3, false,
			"container restartPolicy Never, exit code 3 -> no restart"},
		{"R2: the first match wins, even one that decides nothing",
			restart.Regular, podNever, container(ctrNever, ruleOf("Explode", in, 3), ruleOf(doRestart, in, 3)), restart.Gates{}, 3, false,
			"container restartPolicy Never, exit code 3 -> no restart"},
		{"R1: rules need a container policy", restart.Regular, podNever, container("", ruleOf(doRestart, in, 3)), restart.Gates{}, 3, false,
			"pod restartPolicy Never, exit code 3 -> no restart"},
		{"R5 step 2", restart.Regular, podNever, container(ctrNever, ruleOf(doAll, in, 3)), restart.Gates{}, 3, true,
			"rule 0: In [3] -> RestartAllContainers"},
		{"F2: without the gate that action falls through", restart.Regular, podNever, container(ctrNever, ruleOf(doAll, in, 3)), restart.Gates{DisableRestartAllContainers: true}, 3, false,
			"container restartPolicy Never, exit code 3 -> no restart"},
		{"F1: without the gate only the pod's policy counts", restart.Regular, podNever, container(ctrAlways, ruleOf(doRestart, in, 3)), restart.Gates{DisableContainerRestartRules: true}, 3, false,
			"pod restartPolicy Never, exit code 3 -> no restart"},
		{"R4: a sidecar always restarts", restart.Sidecar, podNever, container(ctrAlways), restart.Gates{}, 0, true,
			"sidecar, exit code 0 -> restart"},
		{"R4: without the gate too", restart.Sidecar, podNever, container(ctrAlways), restart.Gates{DisableContainerRestartRules: true}, 0, true,
			"sidecar, exit code 0 -> restart"},
		{"R4: an ephemeral container never does", restart.Ephemeral, podAlways, container(""), restart.Gates{}, 1, false,
			"ephemeral container, exit code 1 -> no restart"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			p := restart.Compile(row.role, row.pod, row.c, row.gates)
			d := p.OnExit(row.code)
			if d.Restart != row.want || p.Restarts(row.code) != row.want || d.String() != row.reason {
				t.Errorf("got %v, %q; want %v, %q", d.Restart, d, row.want, row.reason)
			}
		})
	}
}

func TestOnlyTheFirstMatchingRuleMayRestartAllContainers(t *testing.T) {
	all, one := ruleOf(doAll, in, 42), ruleOf(doRestart, in, 42)
	rows := []struct {
		why   string
		c     *corev1.Container
		gates restart.Gates
		want  bool
		rule  int
	}{
		{"R9: it is the first that matches", container(ctrNever, ruleOf(doRestart, in, 1), all, one), restart.Gates{}, true, 1},
		{"R9: another matches before it", container(ctrNever, one, all), restart.Gates{}, false, 0},
		{"R9: whatever the container's policy, even none", container("", all), restart.Gates{}, true, 0},
		{"R9: no rule", container(ctrAlways), restart.Gates{}, false, -1},
		{"F2: the gate is off", container(ctrNever, all), restart.Gates{DisableRestartAllContainers: true}, false, 0},
		{"F1: it depends on the other gate", container(ctrNever, all), restart.Gates{DisableContainerRestartRules: true}, false, -1},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			d := restart.Compile(restart.Regular, podAlways, row.c, row.gates).OnExit(42)
			if d.AllContainers != row.want || d.Rule != row.rule {
				t.Errorf("AllContainers %v rule %d, want %v rule %d", d.AllContainers, d.Rule, row.want, row.rule)
			}
		})
	}
}

func TestAPodMayRestartAllIfAnyOfItsContainersHasSuchARule(t *testing.T) {
	with, without := *container(ctrNever, ruleOf(doAll, in, 1)), *container(ctrNever, ruleOf(doRestart, in, 1))
	rows := []struct {
		why  string
		spec corev1.PodSpec
		g    restart.Gates
		want bool
	}{
		{"no such rule", corev1.PodSpec{Containers: []corev1.Container{without}}, restart.Gates{}, false},
		{"a regular container", corev1.PodSpec{Containers: []corev1.Container{without, with}}, restart.Gates{}, true},
		{"an init container", corev1.PodSpec{InitContainers: []corev1.Container{with}}, restart.Gates{}, true},
		{"gate off", corev1.PodSpec{Containers: []corev1.Container{with}}, restart.Gates{DisableRestartAllContainers: true}, false},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := restart.MayRestartAll(&row.spec, row.g); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestKillsAndUnknownStatesIgnoreTheRules(t *testing.T) {
	rule := ruleOf(doRestart, notIn)
	rows := []struct {
		why           string
		role          restart.Role
		pod           corev1.RestartPolicy
		c             *corev1.Container
		gates         restart.Gates
		kill, unknown bool
	}{
		{"R38: the container's policy, if set", restart.Regular, podAlways, container(ctrNever, rule), restart.Gates{}, false, true},
		{"R38: else the pod's", restart.Regular, podNever, container(""), restart.Gates{}, false, true},
		{"R38: OnFailure restarts", restart.Regular, podOnFailure, container(""), restart.Gates{}, true, true},
		{"R38: the container's beats the pod's Never", restart.Regular, podNever, container(ctrOnFailure), restart.Gates{}, true, true},
		{"F1: the pod's alone", restart.Regular, podNever, container(ctrOnFailure), restart.Gates{DisableContainerRestartRules: true}, false, true},
		{"R8: an init container of unknown state, Never", restart.Init, podAlways, container(ctrNever, rule), restart.Gates{}, false, false},
		{"R8: the same, OnFailure", restart.Init, podNever, container(ctrOnFailure), restart.Gates{}, true, true},
		{"R43: a sidecar", restart.Sidecar, podNever, container(ctrAlways), restart.Gates{}, true, true},
		{"R4: an ephemeral container", restart.Ephemeral, podAlways, container(""), restart.Gates{}, false, false},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			p := restart.Compile(row.role, row.pod, row.c, row.gates)
			if p.OnKill() != row.kill || p.OnUnknown() != row.unknown {
				t.Errorf("OnKill %v OnUnknown %v, want %v %v", p.OnKill(), p.OnUnknown(), row.kill, row.unknown)
			}
		})
	}
}

func TestAContainerMayEverRestartByPolicyOrByARuleWithActionRestart(t *testing.T) {
	rows := []struct {
		why  string
		role restart.Role
		pod  corev1.RestartPolicy
		c    *corev1.Container
		want bool
	}{
		{"Never without rules", restart.Regular, podAlways, container(ctrNever), false},
		{"Never with a rule", restart.Regular, podNever, container(ctrNever, ruleOf(doRestart, in, 1)), true},
		{"RestartAllContainers does not count", restart.Regular, podNever, container(ctrNever, ruleOf(doAll, in, 1)), false},
		{"a rule without container policy does not count", restart.Regular, podNever, container("", ruleOf(doRestart, in, 1)), false},
		{"OnFailure", restart.Init, podOnFailure, container(""), true},
		{"a sidecar", restart.Sidecar, podNever, container(ctrAlways), true},
		{"an ephemeral container", restart.Ephemeral, podAlways, container(""), false},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := restart.Compile(row.role, row.pod, row.c, restart.Gates{}).MayEverRestart(); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestAContainerIsDueByTheStateOfItsNewestInstance(t *testing.T) {
	onFailure := restart.Compile(restart.Regular, podOnFailure, container(""), restart.Gates{})
	sidecarGateOff := restart.Compile(restart.Sidecar, podNever, container(ctrAlways), restart.Gates{DisableContainerRestartRules: true})
	ephemeral := restart.Compile(restart.Ephemeral, podAlways, container(""), restart.Gates{})
	rows := []struct {
		why      string
		p        restart.Policy
		state    restart.State
		code     int32
		deleting bool
		want     bool
	}{
		{"R6: none", onFailure, restart.StateAbsent, 0, false, true},
		{"R6: created", onFailure, restart.StateCreated, 0, false, true},
		{"R6: unknown", onFailure, restart.StateUnknown, 0, false, true},
		{"R6: running", onFailure, restart.StateRunning, 0, false, false},
		{"R6: exited, R5 says no", onFailure, restart.StateExited, 0, false, false},
		{"R6: exited, R5 says yes", onFailure, restart.StateExited, 1, false, true},
		{"R6: nothing starts in a pod that is deleted", onFailure, restart.StateAbsent, 0, true, false},
		{"F1: without the gate an exited sidecar is judged by the pod's policy", sidecarGateOff, restart.StateExited, 1, false, false},
		{"R4: an ephemeral container starts once", ephemeral, restart.StateAbsent, 0, false, true},
		{"R4: and never again", ephemeral, restart.StateUnknown, 0, false, false},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := row.p.Due(row.state, row.code, row.deleting); got != row.want {
				t.Errorf("%v: got %v, want %v", row.state, got, row.want)
			}
		})
	}
}

func TestAnInitContainerFailsByItsExitCodeOrByAnOOMKill(t *testing.T) {
	rows := []struct {
		why  string
		pod  corev1.RestartPolicy
		code int32
		oom  bool
		want restart.InitOutcome
	}{
		{"R7: exit code 0", podNever, 0, false, restart.InitDone},
		{"R7: failed and restartable", podOnFailure, 1, false, restart.InitRestart},
		{"R7: failed for good", podNever, 1, false, restart.InitFatal},
		{"R7 quirk: OOMKilled with code 0 under OnFailure kills the pod", podOnFailure, 0, true, restart.InitFatal},
		{"R7: the same under Always restarts", podAlways, 0, true, restart.InitRestart},
		{"R7: OOMKilled as usual", podOnFailure, 137, true, restart.InitRestart},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			p := restart.Compile(restart.Init, row.pod, container(""), restart.Gates{})
			if got := p.OnInitExit(row.code, row.oom); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestRoleOfReadsTheContainersOwnPolicy(t *testing.T) {
	rows := []struct {
		c    *corev1.Container
		init bool
		want restart.Role
	}{
		{container(ctrAlways), false, restart.Regular},
		{container(ctrAlways), true, restart.Sidecar},
		{container(ctrOnFailure), true, restart.Init},
		{container(""), true, restart.Init},
	}
	for _, row := range rows {
		if got := restart.RoleOf(row.c, row.init); got != row.want {
			t.Errorf("RoleOf(%v, %v) = %v, want %v", row.c.RestartPolicy, row.init, got, row.want)
		}
	}
}

func TestTheZeroPolicyIsThatOfADefaultContainer(t *testing.T) {
	var zero restart.Policy
	compiled := restart.Compile(restart.Regular, podAlways, container(""), restart.Gates{})
	for _, code := range []int32{0, 1, 137} {
		if zero.Restarts(code) != compiled.Restarts(code) || zero.RestartsAll(code) != compiled.RestartsAll(code) {
			t.Errorf("exit code %d: the zero policy differs", code)
		}
	}
	if zero.OnKill() != compiled.OnKill() || zero.OnUnknown() != compiled.OnUnknown() {
		t.Error("kills: the zero policy differs")
	}
}

func TestAPolicyKeepsNoReferenceToItsContainer(t *testing.T) {
	c := container(ctrNever, ruleOf(doRestart, in, 42))
	p := restart.Compile(restart.Regular, podNever, c, restart.Gates{})
	c.RestartPolicyRules[0].ExitCodes.Values[0] = 7
	*c.RestartPolicy = ctrAlways
	if !p.Restarts(42) || p.Restarts(7) {
		t.Error("a change of the container changed the compiled policy")
	}
}

func TestClosedSetsHaveAWordForEachMember(t *testing.T) {
	seen := map[string]bool{}
	add := func(s string) {
		if s == "" || s == "unknown role" || s == "invalid state" || s == "unknown outcome" || seen[s] {
			t.Errorf("%q is no word of its own", s)
		}
		seen[s] = true
	}
	for r := restart.Regular; r <= restart.Ephemeral; r++ {
		add(r.String())
	}
	for s := restart.StateUnknown; s <= restart.StateExited; s++ {
		add(s.String())
	}
	for o := restart.InitDone; o <= restart.InitFatal; o++ {
		add(o.String())
	}
	for _, s := range []string{(restart.Ephemeral + 1).String(), (restart.StateExited + 1).String(), (restart.InitFatal + 1).String()} {
		if seen[s] {
			t.Errorf("a value outside its set is called %q, as a member is", s)
		}
	}
}
