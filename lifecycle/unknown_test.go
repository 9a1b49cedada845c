package lifecycle_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/restart"
)

// loses lets the runtime lose track of the newest instance.
func (s *shell) loses() {
	s.give(lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: s.pod.Runtime().Instances[0].ID})
}

// told is what was asked for and recorded since the log was emptied, but for what
// is about images, probes and statuses.
func (s *shell) told() string {
	var b strings.Builder
	for i := range s.log {
		switch a := &s.log[i]; {
		case a.Type == lifecycle.InspectImage:
		case a.Type.IsRequest():
			fmt.Fprintf(&b, "%v\n", a.Type)
		case a.Type == lifecycle.RecordEvent && a.Reason != "Pulled":
			fmt.Fprintf(&b, "%s: %s\n", a.Reason, a.Message)
		}
	}
	return b.String()
}

func TestC22AContainerOfUnknownStateCountsAsTerminated(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.holds[lifecycle.StopContainer] = true
	s.loses()
	c := s.pod.Status().ContainerStatuses[0]
	want := corev1.ContainerStateTerminated{ExitCode: 137, Reason: "ContainerStatusUnknown",
		Message: "The container could not be located when the pod was terminated"}
	if c.State.Terminated == nil || *c.State.Terminated != want || c.RestartCount != 1 || c.Ready {
		t.Errorf("%+v", c)
	}
	if r := s.pod.Runtime().Instances[0]; r.State != restart.StateUnknown {
		t.Errorf("state %v", r.State)
	}
}

func TestR6AContainerOfUnknownStateIsKilledAndStartedInOneSync(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.log = nil
	s.loses()
	const want = `Killing: Container is in "unknown" state, try killing it before restart
StopContainer
CreateContainer
Created: Container created
StartContainer
Started: Container started
`
	if got := s.told(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestASidecarOfUnknownStateIsKilledAndStarted(t *testing.T) { // S7, C50
	pod := simplePod()
	pod.Spec.InitContainers = []corev1.Container{{Name: "side", Image: "side:1", RestartPolicy: ptr(corev1.ContainerRestartPolicyAlways)}}
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{})
	side := s.pod.Runtime().Instances[1]
	s.log = nil
	s.give(lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: side.ID})
	s.wantEvents("Killing", `Normal Init container is in "unknown" state, try killing it before restart`)
	if n := s.asked(lifecycle.StartContainer); n != 1 {
		t.Errorf("%d starts", n)
	}
}

func TestAKillOfAContainerOfUnknownStateThatFailsIsTriedAgain(t *testing.T) { // R8, C49
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.fails[lifecycle.StopContainer] = lifecycle.Event{Err: "no shim"}
	s.log = nil
	s.loses()
	s.runUntil(s.now.Add(25 * time.Second))
	if kills, creations := s.asked(lifecycle.StopContainer), s.asked(lifecycle.CreateContainer); kills != 3 || creations != 0 {
		t.Errorf("%d kills and %d creations; want one every 10 s, and nothing that could run twice", kills, creations)
	}
	if c := s.pod.Status().ContainerStatuses[0]; c.State.Waiting == nil || c.RestartCount != 1 { // C2
		t.Errorf("%+v", c)
	}
}

func TestT20AnUnknownStateAsksForNoSync(t *testing.T) {
	timing := lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 0)))
	s := newShell(t, simplePod(), timing)
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(30 * time.Second))
	s.loses()
	s.runUntil(epoch.Add(55 * time.Second))
	s.wantEvents("Killing")
	s.runUntil(epoch.Add(95 * time.Second)) // T5: within 60 s to 90 s of the last sync
	if n := len(s.events("Killing")); n != 1 {
		t.Errorf("%d kills after the next sync", n)
	}
}

func TestAContainerOfUnknownStateIsNotStoppedWithItsPod(t *testing.T) { // C46, C24
	timing := lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 0))) // so that it is deleted first
	s := newShell(t, simplePod(), timing)
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(10 * time.Second))
	s.loses()
	s.runUntil(epoch.Add(15 * time.Second))
	s.log = nil
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted})
	s.runUntil(epoch.Add(3 * time.Minute))
	const want = "StopSandbox\nRemoveContainer\nStopSandbox\nRemoveSandbox\n"
	if got := s.told(); got != want || !s.pod.Finished() {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	status := s.pod.Status()
	if c := status.ContainerStatuses[0]; status.Phase != corev1.PodFailed || c.State.Terminated == nil || c.State.Terminated.Reason != "ContainerStatusUnknown" {
		t.Errorf("%s, %+v", status.Phase, c)
	}
}

func TestOnlyTheStateOfWhatRunsBecomesUnknown(t *testing.T) {
	s := newShell(t, simplePod(), nil)
	s.holds[lifecycle.StartContainer] = true
	s.give(lifecycle.Event{})
	for _, instance := range []uint64{s.running(), 1000} { // created, and never heard of
		s.log = nil
		s.give(lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: instance})
		if len(s.log) != 1 || s.log[0].Type != lifecycle.DroppedEvent {
			t.Errorf("instance %d: %+v", instance, s.log)
		}
	}
}

func TestAContainerOfUnknownStateCanTurnOutToHaveExited(t *testing.T) {
	timing := lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 0))) // so that the exit is seen first
	s := newShell(t, simplePod(), timing)
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(10 * time.Second))
	s.loses()
	s.runUntil(epoch.Add(15 * time.Second))
	s.exit(3)
	s.runUntil(epoch.Add(20 * time.Second))
	s.wantEvents("Killing")
	if c := s.pod.Status().ContainerStatuses[0]; c.RestartCount != 1 || c.LastTerminationState.Terminated == nil || c.LastTerminationState.Terminated.ExitCode != 3 {
		t.Errorf("%+v", c)
	}
}
