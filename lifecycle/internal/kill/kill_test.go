package kill

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// host writes down the requests and numbers them.
type host struct {
	log  []string
	op   uint64
	gone map[uint64]bool
}

func (h *host) say(format string, args ...any) { h.log = append(h.log, fmt.Sprintf(format, args...)) }

func (h *host) Killing(container int, message string) { h.say("killing %d: %s", container, message) }
func (h *host) PreStopFailed(container int)           { h.say("hook of %d failed", container) }
func (h *host) Gone(instance uint64) bool             { return h.gone[instance] }

func (h *host) RunPreStop(container int, _ uint64, _ *corev1.LifecycleHandler) HookRun {
	h.op++
	h.say("%d: hook of %d", h.op, container)
	return HookRun{Op: h.op}
}

func (h *host) Stop(container int, _ uint64, seconds int64) uint64 {
	h.op++
	h.say("%d: stop %d within %d s", h.op, container, seconds)
	return h.op
}

// pod returns a pod with 10 s of grace, a regular container with a preStop hook, and two
// sidecars.
func pod() *spec.Pod {
	grace, always := int64(10), corev1.ContainerRestartPolicyAlways
	hook := &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"drain"}}}}
	p := &corev1.Pod{Spec: corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyAlways, TerminationGracePeriodSeconds: &grace,
		Containers:     []corev1.Container{{Name: "web", Image: "web:1", Lifecycle: hook}},
		InitContainers: []corev1.Container{{Name: "a", Image: "a:1", RestartPolicy: &always}, {Name: "b", Image: "b:1", RestartPolicy: &always}},
	}}
	return spec.Compile(p, restart.Gates{}, restart.DefaultLimits())
}

func want(t *testing.T, h *host, lines ...string) {
	t.Helper()
	if !slices.Equal(h.log, lines) {
		t.Errorf("asked for %q\nwant      %q", h.log, lines)
	}
	h.log = nil
}

func TestSidecarsStopLastAndInReverse(t *testing.T) { // C42, C46
	p, h := pod(), &host{}
	var g Group
	g.Begin(true)
	for i := range p.Containers {
		g.Kill(start, p, h, plan.Kill{Container: i, Instance: uint64(i + 1)}, Grace(p, plan.Kill{Container: i}))
	}
	want(t, h, "killing 0: Stopping container web", "1: hook of 0", "killing 1: Stopping container a", "killing 2: Stopping container b")
	now := start.Add(3500 * time.Millisecond)
	if !g.Answered(now, p, h, 1, "") || g.Run(now, p, h, false) {
		t.Error("the answer of the hook was not taken, or sidecars did not wait")
	}
	want(t, h, "2: stop 0 within 7 s")
	g.Answered(now, p, h, 2, "")
	g.Run(now, p, h, false)
	want(t, h, "3: stop 2 within 7 s")
	g.Answered(now, p, h, 3, "no such container")
	g.Run(start.Add(10*time.Second), p, h, false)
	want(t, h, "4: stop 1 within 2 s")
	g.Answered(now, p, h, 4, "")
	if g.Busy() || !g.Failed() || !g.Did(1) || g.Did(3) {
		t.Errorf("busy %v, failed %v", g.Busy(), g.Failed())
	}
	if got, text := g.Errors(p, "uid", ""), `failed to "KillContainer" for "b" with KillContainerError: "no such container"`; got != text {
		t.Errorf("errors %s, want %s", got, text)
	}
}

func TestAHookThatTakesTooLongIsAbandonedAndItsFailureStillTold(t *testing.T) { // C43, C44
	p, h := pod(), &host{}
	var g Group
	g.Begin(false)
	g.Kill(start, p, h, plan.Kill{Container: 0, Instance: 1, Message: "why"}, 10)
	if at := g.Deadline(); !at.Equal(start.Add(10 * time.Second)) {
		t.Errorf("deadline %v", at)
	}
	g.Run(start.Add(9*time.Second), p, h, false)
	g.Run(start.Add(10*time.Second), p, h, false)
	want(t, h, "killing 0: why", "1: hook of 0", "2: stop 0 within 2 s")
	if !g.Answered(start.Add(20*time.Second), p, h, 1, "exit 1") || g.Answered(start.Add(20*time.Second), p, h, 1, "again") {
		t.Error("the late answer of the hook is taken once")
	}
	want(t, h, "hook of 0 failed")
}

func TestAHookOutlivesItsContainerUnlessTheQuirkIsOff(t *testing.T) { // C43
	for _, hooksEnd := range []bool{false, true} {
		p, h := pod(), &host{gone: map[uint64]bool{1: true}}
		var g Group
		g.Kill(start, p, h, plan.Kill{Container: 0, Instance: 1}, 10)
		if moved := g.Run(start.Add(time.Second), p, h, hooksEnd); moved != hooksEnd {
			t.Errorf("hooks end with their container: %v; moved on: %v", hooksEnd, moved)
		}
	}
}

func TestTheFailedProbesOwnGracePeriodCounts(t *testing.T) { // C41
	p := pod()
	own := int64(3)
	p.Containers[0].Spec.LivenessProbe = &corev1.Probe{TerminationGracePeriodSeconds: &own}
	for cause, want := range map[plan.Cause]int64{plan.CauseLivenessProbe: 3, plan.CauseStartupProbe: 10, plan.CauseOther: 10} {
		if got := Grace(p, plan.Kill{Container: 0, Cause: cause}); got != want {
			t.Errorf("%v: %d s, want %d", cause, got, want)
		}
	}
}
