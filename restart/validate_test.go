package restart_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/restart"
)

func texts(errs field.ErrorList) []string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Error())
	}
	return out
}

func TestContainerPoliciesAreValidatedAsTheAPIServerDoes(t *testing.T) {
	noRules := restart.Gates{DisableContainerRestartRules: true}
	noAll := restart.Gates{DisableRestartAllContainers: true}
	many := make([]corev1.ContainerRestartRule, 21)
	for i := range many {
		many[i] = ruleOf(doRestart, in, 1)
	}
	rows := []struct {
		why   string
		c     *corev1.Container
		init  bool
		gates restart.Gates
		want  []string
	}{
		{"nothing set", container(""), false, restart.Gates{}, nil},
		{"all is well", container(ctrNever, ruleOf(doAll, notIn)), true, restart.Gates{}, nil},
		{"P22: rules without policy", container("", ruleOf(doRestart, in, 1)), false, restart.Gates{},
			[]string{"c.restartPolicy: Required value: must specify restartPolicy when restart rules are used"}},
		{"P22: rules without policy: those of a regular container are looked at", container("", ruleOf("Explode", in, 1)), false, restart.Gates{},
			[]string{
				"c.restartPolicy: Required value: must specify restartPolicy when restart rules are used",
				`c.restartPolicyRules[0].action: Unsupported value: "Explode": supported values: "Restart", "RestartAllContainers"`,
			}},
		{"P22: those of an init container are not", container("", ruleOf("Explode", in, 1)), true, restart.Gates{},
			[]string{"c.restartPolicy: Required value: must specify restartPolicy when restart rules are used"}},
		{"P22: unknown policy", container("Sometimes"), true, restart.Gates{},
			[]string{`c.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"`}},
		{"P22: too many rules", container(ctrNever, many...), false, restart.Gates{},
			[]string{"c.restartPolicyRules: Too many: 21: must have at most 20 items"}},
		{"P22: all that can be wrong with a rule, in order", container(ctrNever,
			ruleOf(doRestart, in, 1), corev1.ContainerRestartRule{}, ruleOf("", "Maybe", make([]int32, 256)...)), false, noAll,
			[]string{
				`c.restartPolicyRules[1].action: Unsupported value: "": supported values: "Restart"`,
				"c.restartPolicyRules[1].exitCodes: Required value: must be specified",
				`c.restartPolicyRules[2].action: Unsupported value: "": supported values: "Restart"`,
				`c.restartPolicyRules[2].exitCodes.operator: Unsupported value: "Maybe": supported values: "In", "NotIn"`,
				"c.restartPolicyRules[2].exitCodes.values: Too many: 256: must have at most 255 items",
			}},
		{"P22: RestartAllContainers needs its gate", container(ctrNever, ruleOf(doAll, in, 1)), false, noAll,
			[]string{`c.restartPolicyRules[0].action: Unsupported value: "RestartAllContainers": supported values: "Restart"`}},
		{"P22: so do rules of a sidecar", container(ctrAlways, ruleOf(doRestart, in, 1)), true, noAll,
			[]string{"c.restartPolicyRules: Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always"}},
		{"P23: gate off, regular container", container(ctrAlways), false, noRules,
			[]string{"c.restartPolicy: Forbidden: may not be set for non-init containers"}},
		{"P23: gate off, sidecar", container(ctrAlways), true, noRules, nil},
		{"P23: gate off, init container", container(ctrNever), true, noRules,
			[]string{`c.restartPolicy: Unsupported value: "Never": supported values: "Always"`}},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			got := texts(restart.Validate(row.c, row.init, field.NewPath("c"), row.gates))
			if !slices.Equal(got, row.want) {
				t.Errorf("got %q\nwant %q", got, row.want)
			}
		})
	}
}

func TestPodPoliciesAreValidatedAsTheAPIServerDoes(t *testing.T) {
	rows := map[corev1.RestartPolicy][]string{
		podAlways: nil, podOnFailure: nil, podNever: nil,
		"":          {"spec.restartPolicy: Required value"},
		"Sometimes": {`spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"`},
	}
	for policy, want := range rows {
		if got := texts(restart.ValidatePodPolicy(policy, field.NewPath("spec", "restartPolicy"))); !slices.Equal(got, want) {
			t.Errorf("P21: %q: got %q, want %q", policy, got, want)
		}
	}
}
