package agent_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// held answers a probe when the test releases it.
type held struct {
	prober
	begun   atomic.Int32
	release chan struct{}
}

func (h *held) Probe(ctx context.Context, _ handler.Target, _ *corev1.Probe) probe.Answer {
	h.begun.Add(1)
	select {
	case <-h.release:
	case <-ctx.Done():
	}
	return probe.Answer{Outcome: probe.OutcomeSuccess}
}

// Waiting goroutines and new ones make the second round. The third is under way
// when the agent ends.
func TestNoProbeWaitsForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pods = 200
		h := &held{release: make(chan struct{})}
		s := begin(t, agent.Options{Prober: h})
		before := goroutines()
		for i := range pods {
			s.must(s.Add(web(types.UID(fmt.Sprint(i)), liveness, func(p *corev1.Pod) { p.Name = "web-" + string(p.UID) })))
		}
		for round := range int32(3) {
			s.after(time.Second)
			if got, want := h.begun.Load(), pods*(round+1); got != want {
				t.Fatalf("%d probes have begun by round %d; want %d", got, round, want)
			}
			if round == 2 {
				break
			}
			for range pods {
				h.release <- struct{}{}
			}
			synctest.Wait()
			const waiting = 32 // for the next attempt, whoever's
			if got := goroutines(); got > before+waiting {
				t.Errorf("%d goroutines at rest; want at most %d, and %d as before", got, before+waiting, before)
			}
		}
	})
}
