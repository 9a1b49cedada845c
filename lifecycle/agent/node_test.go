package agent_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// told counts the events with this prefix.
func (s *story) told(prefix string) (n int) {
	for _, e := range s.events {
		if strings.HasPrefix(e, prefix) {
			n++
		}
	}
	return n
}

func TestPodsWaitForTheNetwork(t *testing.T) { // T7
	host := func(p *corev1.Pod) { p.Name, p.Spec.HostNetwork = "host", true }
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{})
		s.add(web("1"))
		s.must(s.NetworkDown("no plugin"))
		s.add(web("2", func(p *corev1.Pod) { p.Name = "late" }))
		s.add(web("3", host))
		s.after(10 * time.Second)
		s.phase("1", corev1.PodRunning)
		s.phase("2", corev1.PodPending)
		s.phase("3", corev1.PodRunning)
		if n := s.told("NetworkNotReady: network is not ready: no plugin"); n < 7 || n > 12 {
			t.Errorf("%d events NetworkNotReady in 10 s; want one each 1 s to 1.5 s", n)
		}
		s.must(s.NetworkUp())
		s.after(2 * time.Second)
		s.phase("2", corev1.PodRunning)
		s.add(web("4", func(p *corev1.Pod) { p.Name = "later" }))
		s.phase("4", corev1.PodRunning)
	})
}

func TestARefusedPodNeverRuns(t *testing.T) { // S82
	admit := func(p *corev1.Pod) *lifecycle.Eviction {
		if p.Name == "web" {
			return nil
		}
		return &lifecycle.Eviction{Reason: "OutOfcpu", Message: "no room"}
	}
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Admit: admit})
		s.add(web("1"))
		s.add(web("2", func(p *corev1.Pod) { p.Name = "other" }))
		s.phase("1", corev1.PodRunning)
		if status := s.status("2"); status.Phase != corev1.PodFailed || status.Reason != "OutOfcpu" {
			t.Errorf("phase %q, reason %q; want Failed, OutOfcpu", status.Phase, status.Reason)
		}
		if n := len(s.fake.Running()); n != 1 {
			t.Errorf("%d containers run; want 1", n)
		}
	})
}

// sandboxes is a Fake that returns its sandboxes changed.
type sandboxes struct {
	*runtimetest.Fake
	ran    atomic.Int32
	change func(s *sandboxes, n int32, made *agent.Sandbox)
}

func (s *sandboxes) RunSandbox(ctx context.Context, c agent.SandboxConfig) (agent.Sandbox, error) {
	made, err := s.Fake.RunSandbox(ctx, c)
	s.change(s, s.ran.Add(1), &made)
	return made, err
}

func TestASandboxThatDiesBeforeItWasToldIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runtime := &sandboxes{Fake: &runtimetest.Fake{}, change: func(s *sandboxes, n int32, made *agent.Sandbox) {
			if n == 1 {
				s.KillSandbox(made.ID)
			}
		}}
		s := begin(t, agent.Options{Runtime: runtime})
		s.add(web("1"))
		s.after(15 * time.Second)
		s.phase("1", corev1.PodRunning)
		if n := runtime.ran.Load(); n != 2 {
			t.Errorf("%d sandboxes; want 2", n)
		}
	})
}

// A sandbox without an address counts as gone, and each sync makes another
// (S1): about one a second, as in a kubelet.
func TestSandboxesWithoutAddressesDoNotSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runtime := &sandboxes{Fake: &runtimetest.Fake{}, change: func(_ *sandboxes, _ int32, made *agent.Sandbox) { made.IP = "" }}
		s := begin(t, agent.Options{Runtime: runtime})
		s.add(web("1"))
		s.after(10 * time.Second)
		before := runtime.ran.Load()
		s.after(time.Minute)
		if n := runtime.ran.Load() - before; n < 30 || n > 70 {
			t.Errorf("%d sandboxes in a minute; want about one a second", n)
		}
	})
}
