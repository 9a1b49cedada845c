package podclock_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
)

// within fails if the run does not end within a limit of real time.
func within(t *testing.T, limit time.Duration, o podclock.Options) (*podclock.Result, error) {
	t.Helper()
	var result *podclock.Result
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		result, err = podclock.Run(o)
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("no end after %s", limit)
	}
	return result, err
}

// restartAll returns a pod whose container restarts all containers when it exits with 88.
func restartAll(exit time.Duration) []podclock.Pod {
	never := corev1.ContainerRestartPolicyNever
	return []podclock.Pod{{
		Manifest: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "web"},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{
				Name: "app", Image: "app:v1", RestartPolicy: &never,
				RestartPolicyRules: []corev1.ContainerRestartRule{{
					Action: corev1.ContainerRestartRuleActionRestartAllContainers,
					ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
						Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{88},
					},
				}},
			}}},
		},
		Apps: map[string]podclock.App{"app": podclock.Script{{Exit: &podclock.Exit{After: exit, Code: 88}}}},
	}}
}

// A restart of all containers has no back-off (R9, R11). In the ideal model an app that also
// takes no time is therefore started again and again at one instant.
func TestVirtualTimeThatStandsStillIsAnErrorThatNamesTheCure(t *testing.T) {
	_, err := within(t, 20*time.Second, podclock.Options{Pods: restartAll(0), For: time.Minute})
	const want = "virtual time stands still at +0s: "
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "give what the apps do some time") {
		t.Errorf("error %v, want %q and its cure", err, want)
	}
}

func TestVirtualTimeGoesOnWhereAnythingTakesTime(t *testing.T) {
	for _, row := range []struct {
		why      string
		exit     time.Duration
		timing   podclock.Timing
		restarts int // at least
	}{
		{"the app takes a millisecond", time.Millisecond, nil, 900},
		{"the kubelet relists once a second", 0, podclock.KubeletTiming, 3},
	} {
		result, err := within(t, 20*time.Second, podclock.Options{Pods: restartAll(row.exit), Timing: row.timing, For: 10 * time.Second})
		if err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		if n := podOf(t, result.Timeline, "web").Restarts(); n < row.restarts {
			t.Errorf("%s: %d restarts, want at least %d", row.why, n, row.restarts)
		}
	}
}

// Everything that the machine does at one instant, within one Step, must end.
func TestAMachineComesToRestWithinEachStep(t *testing.T) {
	deadline := int64(60)
	ready := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"ready"}}}}
	for _, row := range []struct {
		why   string
		spec  corev1.PodSpec
		exit  *podclock.Exit
		phase corev1.PodPhase
	}{
		{"P34, P49: the worker of a container that is done ends and is made again by each sync", corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "app", Image: "app:v1", ReadinessProbe: ready}, {Name: "log", Image: "log:v1"}},
		}, &podclock.Exit{After: 5 * time.Second}, corev1.PodRunning},
		{"S80: a deadline that has passed is looked at again and again", corev1.PodSpec{
			ActiveDeadlineSeconds: &deadline,
			Containers:            []corev1.Container{{Name: "app", Image: "app:v1"}},
		}, nil, corev1.PodFailed},
	} {
		result, err := within(t, 20*time.Second, podclock.Options{For: 2 * time.Minute, Pods: []podclock.Pod{{
			Manifest: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: row.spec},
			Apps:     map[string]podclock.App{"app": podclock.Script{{Exit: row.exit}}},
		}}})
		if err != nil {
			t.Errorf("%s: %v", row.why, err)
			continue
		}
		if phase := result.Pods[0].Status.Phase; phase != row.phase {
			t.Errorf("%s: phase %s, want %s", row.why, phase, row.phase)
		}
	}
}
