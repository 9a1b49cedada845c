package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
)

func onePod(probe *corev1.Probe) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1", LivenessProbe: probe}}},
	}
}

func TestTableOfR23ACrashLoopInTheIdealModel(t *testing.T) {
	run := podclock.ScriptRun{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}
	want := []int{0, 5, 20, 45, 90, 175, 340, 645, 950}
	var got []int
	for _, at := range starts(t, onePod(nil), run, 0, time.Hour)[:len(want)] {
		got = append(got, int(at/time.Second))
	}
	if !slices.Equal(got, want) {
		t.Errorf("starts at %v; R23 has %v", got, want)
	}
}

func TestTableOfR26RestartsAfterKillsInTheIdealModel(t *testing.T) {
	for _, column := range []struct {
		lives int // seconds from start to kill
		want  []int
	}{
		{5, []int{0, 0, 10, 20, 40, 80, 160, 300, 0, 300}},
		{30, []int{0, 0, 0, 0, 40, 80, 160, 300, 0, 300}},
		{90, []int{0, 0, 0, 0, 0, 0, 160, 300, 0, 300}},
		{310, []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	} {
		t.Run(fmt.Sprintf("L = %d", column.lives), func(t *testing.T) {
			run := podclock.ScriptRun{
				Liveness: podclock.Steps{{From: time.Duration(column.lives) * time.Second, Reply: podclock.Fail("bad")}},
				Term:     &podclock.Term{Code: 143},
			}
			everySecond := &corev1.Probe{
				ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}},
				PeriodSeconds: 1, FailureThreshold: 1,
			}
			at := starts(t, onePod(everySecond), run, 0, 2*time.Hour)
			for i, want := range column.want {
				delay := int((at[i+1]-at[i])/time.Second) - column.lives
				if delay != want {
					t.Errorf("restart %d comes %d s after the kill; R26 has %d", i+1, delay, want)
				}
			}
		})
	}
}
