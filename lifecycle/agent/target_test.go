package agent_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// byKind counts the probes by kind.
type byKind struct {
	prober
	asked map[probe.Kind]int // the probes of one container; no two run at a time
}

func (b *byKind) Probe(_ context.Context, target handler.Target, _ *corev1.Probe) probe.Answer {
	b.asked[target.Probe]++
	return probe.Answer{Outcome: probe.OutcomeSuccess}
}

func TestAProberIsToldTheKindOfEachProbe(t *testing.T) {
	every := func(seconds int32) *corev1.Probe {
		return &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"well"}}},
			PeriodSeconds: seconds, InitialDelaySeconds: 1,
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := &byKind{asked: map[probe.Kind]int{}}
		s := begin(t, agent.Options{Prober: p})
		s.add(web("1", func(pod *corev1.Pod) {
			c := &pod.Spec.Containers[0]
			c.StartupProbe, c.LivenessProbe = every(1), every(2)
		}))
		s.after(10 * time.Second)
		s.stop()
		if p.asked[probe.Startup] != 1 || p.asked[probe.Liveness] < 3 || len(p.asked) != 2 {
			t.Errorf("probes by kind: %v; want one of startup, some of liveness, and no others", p.asked)
		}
	})
}
