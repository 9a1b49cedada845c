package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/lifecycle"
)

func TestFailedCreationsAreToldInTheirOwnWords(t *testing.T) { // C2, C54
	for reason, text := range map[string]string{
		"":                           "Warning Error: no luck",
		"CreateContainerConfigError": "Warning Error: no luck",
		"PreCreateHookError":         "Warning Internal PreCreateContainer hook failed: no luck",
		"PreStartHookError":          "Warning Internal PreStartContainer hook failed: no luck",
	} {
		s := newShell(t, simplePod(), nil)
		s.fails[lifecycle.CreateContainer] = lifecycle.Event{Err: "no luck", ErrReason: reason}
		s.give(lifecycle.Event{})
		s.wantEvents("Failed", text, text) // the new sandbox sets off a second sync at once
	}
}

func TestAFailedPreStartHookLeavesACreatedInstanceThatCounts(t *testing.T) { // C5
	s := newShell(t, simplePod(), nil)
	s.fails[lifecycle.CreateContainer] = lifecycle.Event{Err: "no luck", ErrReason: "PreStartHookError"}
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(25 * time.Second))
	// Tried at 0 s, twice, and at 10 s and 20 s; the status lags behind by one (R29).
	if c := s.pod.Status().ContainerStatuses[0]; c.RestartCount != 2 || c.State.Waiting == nil || c.State.Waiting.Reason != "PreStartHookError" {
		t.Errorf("after four tries: %+v", c)
	}
}

func TestWithoutANetworkNothingIsStarted(t *testing.T) { // E1, R33
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{Type: lifecycle.NetworkDown, Err: "no CNI plugin"})
	s.runUntil(epoch.Add(2500 * time.Millisecond))
	const told = "Warning network is not ready: no CNI plugin"
	s.wantEvents("NetworkNotReady", told, told, told)
	if n := s.asked(lifecycle.RunSandbox); n != 0 {
		t.Errorf("%d sandboxes were made", n)
	}
	s.give(lifecycle.Event{Type: lifecycle.NetworkUp})
	s.runUntil(epoch.Add(3 * time.Second))
	if n := s.asked(lifecycle.StartContainer); n != 1 {
		t.Errorf("with the network back there are %d starts", n)
	}
}

func TestAPodOnTheHostsNetworkDoesNotWaitForOne(t *testing.T) { // E1
	pod := simplePod()
	pod.Spec.HostNetwork = true
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{Type: lifecycle.NetworkDown, Err: "no CNI plugin"})
	s.wantEvents("NetworkNotReady")
	if n := s.asked(lifecycle.StartContainer); n != 1 {
		t.Errorf("%d starts", n)
	}
}

func TestAnHTTPSHookThatWasAnsweredOverHTTPIsTold(t *testing.T) { // C37
	pod := simplePod()
	pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{
		HTTPGet: &corev1.HTTPGetAction{Scheme: corev1.URISchemeHTTPS, Port: intstr.FromInt32(8443)},
	}}
	s := newShell(t, pod, nil)
	s.holds[lifecycle.RunHook] = true
	s.give(lifecycle.Event{})
	const text = "request to HTTPS lifecycle hook 10.0.0.1:8443 got HTTP response, retry with HTTP succeeded"
	for _, a := range s.log {
		if a.Type == lifecycle.RunHook {
			s.give(lifecycle.Event{Type: lifecycle.HookFinished, Op: a.Op, Fallback: text})
		}
	}
	s.wantEvents("LifecycleHTTPFallback", "Warning "+text)
	s.wantEvents("FailedPostStartHook")
}

func TestAContainerThatIsOverBeforeItsStartCallReturnsHasAStartTime(t *testing.T) { // C7
	s := newShell(t, simplePod(), nil)
	s.holds[lifecycle.StartContainer] = true
	s.give(lifecycle.Event{})
	s.exit(3)
	start := s.log[len(s.log)-1]
	for _, a := range s.log {
		if a.Type == lifecycle.StartContainer {
			start = a
		}
	}
	s.holds[lifecycle.StartContainer], s.holds[lifecycle.InspectImage] = false, true
	s.give(answerTo(&start))
	c := s.pod.Status().ContainerStatuses[0]
	if c.State.Terminated == nil || !c.State.Terminated.StartedAt.Time.Equal(epoch) || c.State.Terminated.ExitCode != 3 {
		t.Errorf("%+v", c.State)
	}
}

func TestAnEventWithoutWhatItIsAboutPanicsWithItsName(t *testing.T) {
	for _, ev := range []lifecycle.Event{
		{Type: lifecycle.PodEvicted}, {Type: lifecycle.PodRefused}, {Type: lifecycle.PodUpdated}, {Type: lifecycle.ConditionSet}, {Type: 200},
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, ev.Type.String()) {
					t.Errorf("%v: panics with %q", ev.Type, said)
				}
			}()
			newShell(t, simplePod(), nil).give(ev)
		}()
	}
}

func TestASandboxWhoseStatusCannotBeReadIsKept(t *testing.T) { // E1, S4
	s := newShell(t, simplePod(), nil)
	s.fails[lifecycle.RunSandbox] = lifecycle.Event{Err: "no answer", ErrReason: "FailedPodSandBoxStatus"}
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(time.Minute))
	s.wantEvents("FailedPodSandBoxStatus", "Warning Unable to get pod sandbox status: no answer")
	s.wantEvents("FailedCreatePodSandBox")
	if sandboxes, starts := s.asked(lifecycle.RunSandbox), s.asked(lifecycle.StartContainer); sandboxes != 1 || starts != 1 {
		t.Errorf("%d sandboxes and %d starts", sandboxes, starts)
	}
}
