package lifecycle_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// probed is a pod whose container fails its liveness probe from the start of
// each run, period 5 s, threshold 1, so that it is killed at the first tick.
func probed(policy corev1.RestartPolicy) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"},
		Spec: corev1.PodSpec{RestartPolicy: policy, Containers: []corev1.Container{{
			Name: "app", Image: "app:1",
			LivenessProbe: &corev1.Probe{
				ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}},
				PeriodSeconds: 5, FailureThreshold: 1,
			},
		}}},
	}
}

// starts plays a pod for so long and returns when its container was started.
func starts(t *testing.T, pod *corev1.Pod, run podclock.ScriptRun, without lifecycle.Quirk, d time.Duration) []time.Duration {
	t.Helper()
	var at []time.Duration
	sim, err := podclock.New(podclock.Options{
		Pods:   []podclock.Pod{{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{run}}}},
		Config: lifecycle.Config{Without: without},
		Filter: timeline.Essential,
		Tap: func(tap podclock.Tap) {
			if tap.Event != nil && tap.Event.Type == lifecycle.ContainerStarted {
				at = append(at, tap.At.Sub(podclock.Epoch))
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.RunFor(d); err != nil {
		t.Fatal(err)
	}
	return at
}

func failing(code int32) podclock.ScriptRun {
	return podclock.ScriptRun{Liveness: podclock.Steps{{Reply: podclock.Fail("bad")}}, Term: &podclock.Term{Code: code}}
}

func TestWithoutR26ABackOffCountsFromTheKillItself(t *testing.T) {
	// R26: the first two restarts after a kill are immediate. Without the quirk
	// only the first is, as after a crash (R23).
	faithful := starts(t, probed(corev1.RestartPolicyAlways), failing(1), 0, 10*time.Minute)
	plain := starts(t, probed(corev1.RestartPolicyAlways), failing(1), lifecycle.QuirkR26, 10*time.Minute)
	if got := faithful[2] - faithful[1]; got != 5*time.Second {
		t.Errorf("with R26 the second restart comes %v after the first; want 5 s, no delay", got)
	}
	if got := plain[2] - plain[1]; got != 15*time.Second {
		t.Errorf("without R26 the second restart comes %v after the first; want 5 s of running and 10 s of back-off", got)
	}
}

func TestWithoutR41ARefusedRestartAfterAProbeKillIsNotForgotten(t *testing.T) {
	// R41: OnFailure, and the app ends with 0 when it is killed. Once a start is
	// refused, exit code 0 ends the container for good.
	faithful := starts(t, probed(corev1.RestartPolicyOnFailure), failing(0), 0, 10*time.Minute)
	plain := starts(t, probed(corev1.RestartPolicyOnFailure), failing(0), lifecycle.QuirkR41, 10*time.Minute)
	if len(faithful) != 3 {
		t.Errorf("with R41 there are %d starts at %v; want 3: the first refusal ends it", len(faithful), faithful)
	}
	if len(plain) <= len(faithful) {
		t.Errorf("without R41 there are %d starts at %v; want the restarts to go on", len(plain), plain)
	}
}
