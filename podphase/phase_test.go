package podphase_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

const (
	always    = corev1.RestartPolicyAlways
	onFailure = corev1.RestartPolicyOnFailure
	never     = corev1.RestartPolicyNever

	pending   = corev1.PodPending
	runs      = corev1.PodRunning
	succeeded = corev1.PodSucceeded
	failed    = corev1.PodFailed
)

func TestThePhaseExamplesOfS27(t *testing.T) {
	rows := []struct {
		why      string
		b        *builder
		terminal bool
		want     corev1.PodPhase
	}{
		{"its only container backs off", newPod(always).regular("a", after(1, waiting("CrashLoopBackOff"))), false, runs},
		{"one was never started", newPod(always).regular("a", running()).regular("b", waiting("ImagePullBackOff")), false, pending},
		{"Always restarts a success", newPod(always).regular("a", exited(0)), false, runs},
		{"OnFailure restarts b", newPod(onFailure).regular("a", exited(0)).regular("b", exited(1)), false, runs},
		{"OnFailure, all succeeded", newPod(onFailure).regular("a", exited(0)).regular("b", exited(0)), false, succeeded},
		{"Never, b still runs", newPod(never).regular("a", exited(0)).regular("b", running()), false, runs},
		{"Never, b failed", newPod(never).regular("a", exited(0)).regular("b", exited(1)), false, failed},
		{"a rule restarts it", newPod(never).regular("a", exited(42)).rule(corev1.ContainerRestartPolicyNever, 42), false, runs},
		{"an init container failed for good", newPod(never).init("i", exited(1)).regular("a", waiting("PodInitializing")), false, failed},
		{"an init container backs off", newPod(always).init("i", after(1, waiting("CrashLoopBackOff"))).regular("a", waiting("PodInitializing")), false, pending},
		{"a sidecar outlives the rest", newPod(never).sidecar("s", running()).regular("a", exited(0)), false, runs},
		{"until it is stopped", newPod(never).sidecar("s", exited(0)).regular("a", exited(0)), false, succeeded},
		{"a sidecar's exit code never matters", newPod(onFailure).sidecar("s", exited(137)).regular("a", exited(0)), false, succeeded},
		{"deleted, all stopped well", newPod(always).regular("a", exited(0)), true, succeeded},
		{"deleted, killed by the stop signal", newPod(always).regular("a", exited(143)), true, failed},
		{"deleted before any start: C24 fills in 137", newPod(always).regular("a", exitedFor("ContainerStatusUnknown", 137)), true, failed},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := row.b.compile().Phase(&row.b.pod.Status, row.terminal, true); got != row.want {
				t.Errorf("S27: %v, want %v", got, row.want)
			}
		})
	}
}

func TestThePhaseTableOfS21(t *testing.T) {
	rows := []struct {
		why                   string
		b                     *builder
		terminal, initialized bool
		want                  corev1.PodPhase
	}{
		{"row 1 before row 2: one failed for good, one pends", newPod(never).init("i", exited(1)).init("j", running()).regular("a", nil), false, false, failed},
		{"row 1: also while it waits", newPod(never).init("i", after(2, waiting("x"))).regular("a", waiting("")), false, false, failed},
		{"row 1: not if all containers are being restarted", newPod(never).init("i", afterFor("RestartingAllContainers", 137, waiting("x"))).regular("a", running()), false, true, runs},
		{"row 2: an init container without status", newPod(always).init("i", nil).regular("a", running()), false, true, pending},
		{"row 2: one that has no state", newPod(always).init("i", &corev1.ContainerStatus{}).regular("a", running()), false, true, pending},
		{"row 3: a sidecar is starting", newPod(always).sidecar("s", starting()).regular("a", exited(1)), false, false, pending},
		{"row 3: not after initialization", newPod(always).sidecar("s", starting()).regular("a", running()), false, true, runs},
		{"row 4: a sidecar was never started", newPod(always).sidecar("s", waiting("x")).regular("a", running()), false, true, pending},
		{"row 5: a sidecar that waits after an exit does not count", newPod(always).sidecar("s", after(1, waiting("x"))).regular("a", running()), false, true, runs},
		{"row 6 is not for static pods", newPod(always).static().regular("a", exited(0)), true, true, runs},
		{"row 6: stopped while it waited", newPod(always).regular("a", after(0, waiting("x"))), true, true, failed},
		{"row 7: being restarted with all others is not final", newPod(never).regular("a", afterFor("RestartingAllContainers", 137, waiting("x"))), false, true, runs},
		{"row 8: a success that waits is no success", newPod(never).regular("a", after(0, waiting("x"))), false, true, failed},
		{"row 9: something runs, something is unknown", newPod(always).regular("a", running()).regular("b", nil), false, true, pending},
		{"row 9: something stopped, something is unknown", newPod(always).regular("a", exited(0)).regular("b", &corev1.ContainerStatus{}), false, true, pending},
		{"row 9: a sidecar without status", newPod(always).sidecar("s", nil).regular("a", running()), false, true, pending},
		{"row 9: no statuses at all", newPod(always).regular("a", nil), false, false, pending},
		{"row 9: no containers at all", newPod(always), true, true, pending},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := row.b.compile().Phase(&row.b.pod.Status, row.terminal, row.initialized); got != row.want {
				t.Errorf("S21: %v, want %v", got, row.want)
			}
		})
	}
}

func TestWithoutContainerRestartRulesThePodsPolicyDecidesAlone(t *testing.T) {
	rows := []struct {
		why  string
		b    *builder
		want corev1.PodPhase
	}{
		{"its rule is not looked at", newPod(never).regular("a", exited(42)).rule(corev1.ContainerRestartPolicyNever, 42), failed},
		{"Always", newPod(always).regular("a", exited(0)), runs},
		{"OnFailure, one failed", newPod(onFailure).regular("a", exited(0)).regular("b", exited(1)), runs},
		{"OnFailure, all succeeded", newPod(onFailure).regular("a", exited(0)), succeeded},
		{"OnFailure, one waits after a success", newPod(onFailure).regular("a", after(0, waiting("x"))), runs},
		{"Never, all succeeded", newPod(never).regular("a", exited(0)), succeeded},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			rules := podphase.Compile(&row.b.pod, restart.Gates{DisableContainerRestartRules: true})
			if got := rules.Phase(&row.b.pod.Status, false, true); got != row.want {
				t.Errorf("F1: %v, want %v", got, row.want)
			}
		})
	}
}

func TestStatusesAreFoundByNameWhateverTheirOrder(t *testing.T) {
	b := newPod(never).regular("b", exited(1)).regular("a", exited(0)).regular("c", exited(0))
	rules := b.compile()
	list := b.pod.Status.ContainerStatuses
	for range list {
		list[0], list[1], list[2] = list[1], list[2], list[0]
		if got := rules.Phase(&b.pod.Status, false, true); got != failed {
			t.Errorf("order %s %s %s: %v", list[0].Name, list[1].Name, list[2].Name, got)
		}
	}
}

func TestAComputedPhaseIsSettledAgainstThePast(t *testing.T) {
	type v = podphase.Verdict
	deadline := v{failed, "DeadlineExceeded", "too long"}
	rows := []struct {
		why                 string
		computed            corev1.PodPhase
		cached, api, forced v
		want                v
	}{
		{"a new phase has no reason", runs, v{pending, "r", "m"}, v{pending, "r", "m"}, v{}, v{runs, "", ""}},
		{"(b) an unchanged one keeps it", runs, v{runs, "r", "m"}, v{runs, "api", "api"}, v{}, v{runs, "r", "m"}},
		{"(b) or takes the API's", runs, v{runs, "", ""}, v{runs, "r", "m"}, v{}, v{runs, "r", "m"}},
		{"(a) a cached end is kept", runs, v{failed, "r", "m"}, v{}, v{}, v{failed, "r", "m"}},
		{"(a) an end in the API is kept", runs, v{runs, "r", "m"}, v{succeeded, "", ""}, v{}, v{succeeded, "", ""}},
		{"(a) not if the computed one is an end too", succeeded, v{failed, "r", "m"}, v{}, v{}, v{succeeded, "", ""}},
		{"(c) a deadline", runs, v{runs, "", ""}, v{runs, "", ""}, deadline, deadline},
		{"(d) the API's end is the last word", failed, v{}, v{succeeded, "", ""}, deadline, v{succeeded, "DeadlineExceeded", "too long"}},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := podphase.Resolve(row.computed, row.cached, row.api, row.forced); got != row.want {
				t.Errorf("S23: %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestTheVerdictOfAStatusIsItsPhaseReasonAndMessage(t *testing.T) {
	st := corev1.PodStatus{Phase: failed, Reason: "r", Message: "m"}
	if got := podphase.VerdictOf(&st); got != (podphase.Verdict{Phase: failed, Reason: "r", Message: "m"}) {
		t.Errorf("got %+v", got)
	}
}
