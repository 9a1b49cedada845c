package agent_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/lifecycle/agent"
)

func TestAProbeThatCanNeverWorkIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := begin(t, agent.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		s.add(web("1", liveness))
		if log.Len() > 0 {
			t.Errorf("a pod without mistakes: %s", &log)
		}
		s.add(web("2", liveness, func(p *corev1.Pod) {
			p.Name = "typo"
			p.Spec.Containers[0].LivenessProbe.ProbeHandler = corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("htpp")}}
		}))
		for _, want := range []string{"typo_default(2)", "spec.containers[0].livenessProbe.tcpSocket.port", "htpp"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log has no %s: %s", want, &log)
			}
		}
	})
}
