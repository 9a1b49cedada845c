package podphase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

// say returns a condition as "True" or "False REASON: MESSAGE".
func say(c corev1.PodCondition) string {
	s := string(c.Status)
	if c.Reason != "" {
		s += " " + c.Reason
	}
	if c.Message != "" {
		s += ": " + c.Message
	}
	return s
}

// conditionOf computes the builder's conditions and returns the one of a type as text.
func conditionOf(t *testing.T, b *builder, kind corev1.PodConditionType) string {
	t.Helper()
	previous := b.pod.Status.Conditions
	for _, c := range b.compile().Conditions(nil, &podphase.Facts{
		Status: &b.pod.Status, Previous: previous, API: previous, Generation: b.pod.Generation,
	}) {
		if c.Type == kind {
			if c.ObservedGeneration != b.pod.Generation {
				t.Errorf("S60: observedGeneration %d, want %d", c.ObservedGeneration, b.pod.Generation)
			}
			return say(c)
		}
	}
	return "absent"
}

func TestContainersReadyFollowsTheTableOfS43(t *testing.T) {
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"no statuses at all", newPod(always).regular("a", nil), "False UnknownContainerStatuses"},
		{"Succeeded", newPod(never).regular("a", exited(0)).phase(succeeded), "False PodCompleted"},
		{"Succeeded, but one has no status", newPod(never).regular("a", exited(0)).regular("b", nil).phase(succeeded),
			"False ContainersNotReady: containers with unknown status: [b], containers with unready status: [a]"},
		{"Failed, even with one that has no status", newPod(never).regular("a", exited(1)).regular("b", nil).phase(failed), "False PodFailed"},
		{"several of each, in spec order, sidecars first",
			newPod(always).init("i", done()).sidecar("t", nil).sidecar("s", running()).regular("d", running()).regular("c", nil).regular("b", ready()).regular("a", nil).phase(runs),
			"False ContainersNotReady: containers with unknown status: [t c a], containers with unready status: [s d]"},
		{"S46: init containers do not count", newPod(always).init("i", running()).regular("a", ready()).phase(runs), "True"},
		{"S46: sidecars do", newPod(always).sidecar("s", running()).regular("a", ready()).phase(runs),
			"False ContainersNotReady: containers with unready status: [s]"},
		{"all ready", newPod(always).sidecar("s", ready()).regular("a", ready()).phase(runs), "True"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := conditionOf(t, row.b, corev1.ContainersReady); got != row.want {
				t.Errorf("S43: %q\nwant %q", got, row.want)
			}
			if got := conditionOf(t, row.b, corev1.PodReady); got != row.want {
				t.Errorf("S44: Ready is %q, not a copy of ContainersReady", got)
			}
		})
	}
}

func TestReadyWantsAllReadinessGates(t *testing.T) {
	base := func() *builder {
		return newPod(always).regular("a", ready()).phase(runs).gate("x.io/a").gate(`x.io/"b"`)
	}
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"both hold", base().condition("x.io/a", "True").condition(`x.io/"b"`, "True"), "True"},
		{"one is False", base().condition("x.io/a", "False").condition(`x.io/"b"`, "True"),
			`False ReadinessGatesNotReady: the status of pod readiness gate "x.io/a" is not "True", but False`},
		{"one is Unknown, one is missing", base().condition("x.io/a", "Unknown"),
			`False ReadinessGatesNotReady: the status of pod readiness gate "x.io/a" is not "True", but Unknown, corresponding condition of pod readiness gate "x.io/\"b\"" does not exist.`},
		{"containers first", newPod(always).regular("a", running()).gate("x.io/a").phase(runs),
			"False ContainersNotReady: containers with unready status: [a]"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := conditionOf(t, row.b, corev1.PodReady); got != row.want {
				t.Errorf("S44: %q\nwant %q", got, row.want)
			}
		})
	}
}

func TestInitializedFollowsTheTableOfS45(t *testing.T) {
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"no statuses at all", newPod(always).init("i", nil).regular("a", nil), "False UnknownContainerStatuses"},
		{"no statuses, no init containers", newPod(always).regular("a", nil), "True"},
		{"Succeeded", newPod(never).init("i", done()).regular("a", exited(0)).phase(succeeded), "True PodCompleted"},
		{"Succeeded, one has no status; a regular one has run", newPod(never).init("i", nil).regular("a", exited(0)).phase(succeeded), "True"},
		{"a regular container runs", newPod(always).sidecar("s", exited(1)).regular("a", running()).phase(runs), "True"},
		{"a regular container has run", newPod(always).sidecar("s", exited(1)).regular("a", exited(1)).phase(runs), "True"},
		{"all are done", newPod(always).init("i", done()).sidecar("s", running()).regular("a", waiting("x")), "True"},
		{"S46: a started sidecar need not be ready", newPod(always).sidecar("s", running()).regular("a", waiting("x")), "True"},
		{"it was True before", newPod(always).init("i", waiting("RestartingAllContainers")).regular("a", waiting("x")).condition(corev1.PodInitialized, "True"), "True"},
		{"it was False before", newPod(always).init("i", waiting("x")).regular("a", waiting("x")).condition(corev1.PodInitialized, "False"),
			"False ContainersNotInitialized: containers with incomplete status: [i]"},
		{"some of each", newPod(always).init("i", nil).init("j", running()).sidecar("s", starting()).regular("a", waiting("x")),
			"False ContainersNotInitialized: containers with unknown status: [i], containers with incomplete status: [j s]"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := conditionOf(t, row.b, corev1.PodInitialized); got != row.want {
				t.Errorf("S45: %q\nwant %q", got, row.want)
			}
		})
	}
}

func TestWithoutRestartAllContainersInitializedMayBeLost(t *testing.T) {
	b := newPod(always).init("i", waiting("x")).regular("a", waiting("x")).condition(corev1.PodInitialized, "True")
	rules := podphase.Compile(&b.pod, restart.Gates{DisableRestartAllContainers: true})
	for _, c := range rules.Conditions(nil, &podphase.Facts{Status: &b.pod.Status, Previous: b.pod.Status.Conditions}) {
		if c.Type == corev1.PodInitialized && c.Status != corev1.ConditionFalse {
			t.Errorf("F2, S45: %s", say(c))
		}
	}
}

// restartAllPod returns a pod with a rule that restarts all of its containers.
func restartAllPod(s status) *builder {
	b := newPod(always).regular("a", s).rule(corev1.ContainerRestartPolicyNever, 42)
	b.pod.Spec.Containers[0].RestartPolicyRules[0].Action = corev1.ContainerRestartRuleActionRestartAllContainers
	return b
}

func TestAllContainersRestartingFollowsS52(t *testing.T) {
	rows := []struct {
		why        string
		phase      corev1.PodPhase
		restarting bool
		want       string
	}{
		{"Succeeded", succeeded, true, "False PodCompleted"},
		{"Failed", failed, true, "False PodFailed"},
		{"not in effect, or all instances removed", runs, false, "False"},
		{"in effect", runs, true, "True RestartAllContainersStarted: container exited with restart policy rule"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			b := restartAllPod(exited(42)).phase(row.phase)
			all := b.compile().Conditions(nil, &podphase.Facts{Status: &b.pod.Status, Generation: 3, RestartingAll: row.restarting})
			last := all[len(all)-1]
			if last.Type != corev1.AllContainersRestarting || say(last) != row.want || last.ObservedGeneration != 0 {
				t.Errorf("S52: %s %s, observedGeneration %d; want %s", last.Type, say(last), last.ObservedGeneration, row.want)
			}
		})
	}
}

func typesOf(cs []corev1.PodCondition) string {
	var out []string
	for _, c := range cs {
		out = append(out, fmt.Sprintf("%s=%s", c.Type, c.Status))
	}
	return strings.Join(out, " ")
}

func TestConditionsComeInTheOrderOfS41(t *testing.T) {
	b := restartAllPod(ready()).phase(runs)
	api := []corev1.PodCondition{
		{Type: corev1.PodReady, Status: "False"}, {Type: "x.io/b", Status: "False"},
		{Type: corev1.PodScheduled, Status: "False"}, {Type: "x.io/a", Status: "True"},
	}
	previous := []corev1.PodCondition{
		{Type: corev1.DisruptionTarget, Status: "True"},
		{Type: corev1.PodResizeInProgress, Status: "True"}, {Type: corev1.PodResizePending, Status: "True"},
	}
	facts := podphase.Facts{Status: &b.pod.Status, Previous: previous, API: api, HasSandbox: true}
	const want = "x.io/b=False x.io/a=True PodResizePending=True PodResizeInProgress=True DisruptionTarget=True " +
		"PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True AllContainersRestarting=False"
	if got := typesOf(b.compile().Conditions(nil, &facts)); got != want {
		t.Errorf("S41: %s\nwant %s", got, want)
	}

	facts.API = append(slices.Clone(api), corev1.PodCondition{Type: corev1.DisruptionTarget, Status: "False"})
	facts.HasSandbox = false
	const replaced = "x.io/b=False x.io/a=True DisruptionTarget=True PodResizePending=True PodResizeInProgress=True PodReadyToStartContainers=False"
	if got := typesOf(b.compile().Conditions(nil, &facts)); !strings.HasPrefix(got, replaced) {
		t.Errorf("the previous DisruptionTarget takes the place of the API's, S42: %s\nwant %s …", got, replaced)
	}
}

func TestASyncThatChangesNothingAllocatesOnlyItsResult(t *testing.T) {
	b := newPod(always).init("i", done()).sidecar("s", starting()).regular("a", running()).regular("b", ready()).phase(runs).gate("x.io/a")
	rules := b.compile()
	facts := podphase.Facts{Status: &b.pod.Status}
	facts.Previous = rules.Conditions(nil, &facts)
	dst := make([]corev1.PodCondition, 0, 16)
	allocs := testing.AllocsPerRun(100, func() {
		b.pod.Status.Phase = rules.Phase(&b.pod.Status, false, true)
		dst = rules.Conditions(dst[:0], &facts)
		podphase.Stamp(dst, facts.Previous, epoch)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if !strings.Contains(dst[2].Message, "unready") {
		t.Errorf("the test wants a pod with a message, not %+v", dst[2])
	}
}

func TestAChangedGateAsksForASyncOnlyIfReadyWouldChange(t *testing.T) {
	base := func(readyNow, gate corev1.ConditionStatus) *builder {
		return newPod(always).regular("a", ready()).phase(runs).gate("x.io/a").
			condition("x.io/a", gate).condition(corev1.PodReady, readyNow)
	}
	rows := []struct {
		why  string
		b    *builder
		want bool
	}{
		{"it holds and Ready is True", base("True", "True"), false},
		{"it holds and Ready is False", base("False", "True"), true},
		{"it fails and Ready is True", base("True", "False"), true},
		{"it fails and Ready says another message", base("False", "False"), true},
		{"no Ready yet", newPod(always).regular("a", ready()).gate("x.io/a"), false},
		{"no gates", newPod(always).regular("a", ready()).condition(corev1.PodReady, "False"), false},
		{"a sidecar is not looked up (quirk)", base("True", "True").sidecar("s", ready()), true},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := row.b.compile().GatesNeedSync(&row.b.pod.Status); got != row.want {
				t.Errorf("S44: %v, want %v", got, row.want)
			}
		})
	}
}
