package lifecycle_test

import (
	"math/rand/v2"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
)

func deletion(grace *int64) lifecycle.Event {
	return lifecycle.Event{Type: lifecycle.PodDeleted, Grace: grace}
}

func TestALaterDeletionCanOnlyShorten(t *testing.T) { // S70
	type asked struct {
		at    time.Duration
		grace *int64
	}
	for name, row := range map[string]struct {
		asked []asked
		end   time.Duration
		grace int64
	}{
		"the pod's own":                          {[]asked{{0, nil}}, 30 * time.Second, 30},
		"a negative one counts as 1":             {[]asked{{0, ptr(int64(-5))}}, time.Second, 1},
		"a longer one later changes nothing":     {[]asked{{0, ptr(int64(20))}, {5, ptr(int64(25))}}, 20 * time.Second, 20},
		"one that says nothing changes nothing":  {[]asked{{0, ptr(int64(50))}, {5, nil}}, 50 * time.Second, 50},
		"a shorter one counts from the first":    {[]asked{{0, ptr(int64(20))}, {5, ptr(int64(8))}}, 8 * time.Second, 8},
		"one that is past already ends the wait": {[]asked{{0, ptr(int64(20))}, {15, ptr(int64(8))}}, 15 * time.Second, 1},
		"0 stays 0":                              {[]asked{{0, ptr(int64(20))}, {15, ptr(int64(0))}}, 15 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, simplePod(), nil)
			s.give(lifecycle.Event{})
			s.holds[lifecycle.StopContainer] = true
			for _, a := range row.asked {
				s.runUntil(epoch.Add(a.at * time.Second))
				s.give(deletion(a.grace))
			}
			o := s.pod.Object()
			if end := o.DeletionTimestamp.Sub(epoch); end != row.end || *o.DeletionGracePeriodSeconds != row.grace {
				t.Errorf("ends at %v with %d s, want %v with %d s", end, *o.DeletionGracePeriodSeconds, row.end, row.grace)
			}
		})
	}
}

func TestAKillThatFailsIsToldAndTriedAgain(t *testing.T) { // C49, S75
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.fails[lifecycle.StopContainer] = lifecycle.Event{Err: "no answer"}
	s.give(deletion(nil))
	const told = `Warning error killing pod: failed to "KillContainer" for "app" with KillContainerError: "no answer"`
	s.wantEvents("FailedKillPod", told, told) // that the sandbox has stopped sets off a second sync
	s.fails[lifecycle.StopSandbox] = lifecycle.Event{Err: "nor here"}
	s.runUntil(epoch.Add(10 * time.Second)) // R33
	const both = `Warning error killing pod: [failed to "KillContainer" for "app" with KillContainerError: "no answer", ` +
		`failed to "KillPodSandbox" for "u" with KillPodSandboxError: "nor here"]`
	s.wantEvents("FailedKillPod", told, told, both)
	clear(s.fails)
	s.runUntil(epoch.Add(20 * time.Second))
	if !s.pod.Finished() {
		t.Error("it is not finished once kills do well")
	}
}

func TestAKillThatFailsIsTriedAgainForAPodThatIsGoneFromItsSource(t *testing.T) { // S72, S75, T2
	for name, timing := range map[string]*lifecycle.Timing{
		"ideal": nil, "kubelet": lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 1))),
	} {
		s := newShell(t, simplePod(), timing)
		s.give(lifecycle.Event{})
		s.runUntil(epoch.Add(20 * time.Second))
		s.fails[lifecycle.StopContainer] = lifecycle.Event{Err: "no answer"}
		s.give(lifecycle.Event{Type: lifecycle.PodRemoved})
		s.runUntil(s.now.Add(5 * time.Second))
		clear(s.fails)
		s.runUntil(s.now.Add(20 * time.Second))
		if !s.pod.Finished() {
			t.Errorf("%s: it is not finished", name)
		}
	}
}

func TestAnEvictionThatTakesTooLongIsToldOnce(t *testing.T) { // S81
	for grace, patience := range map[int64]time.Duration{1: 10 * time.Second, 20: 30 * time.Second} {
		s := newShell(t, simplePod(), nil)
		s.give(lifecycle.Event{})
		s.holds[lifecycle.StopContainer] = true
		s.give(lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: &lifecycle.Eviction{Reason: "Evicted", Grace: &grace}})
		s.runUntil(epoch.Add(patience - 1))
		s.wantEvents("ExceededGracePeriod")
		s.runUntil(epoch.Add(10 * patience))
		s.wantEvents("ExceededGracePeriod", "Warning Container runtime did not kill the pod within specified grace period.")
	}
}

func TestAnEvictionInTimeIsNotToldAsLate(t *testing.T) { // S81
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.give(lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: &lifecycle.Eviction{Reason: "Evicted"}})
	s.runUntil(epoch.Add(time.Hour))
	s.wantEvents("ExceededGracePeriod")
	if !s.pod.Finished() || s.pod.Reported().Reason != "Evicted" {
		t.Errorf("%+v", s.pod.Reported())
	}
}

func TestAStaticPodThatIsRemovedBeforeItsNameIsFreeNeverBegins(t *testing.T) { // S84
	pod := simplePod()
	pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{Type: lifecycle.NameTaken})
	s.runUntil(epoch.Add(15 * time.Second))
	s.give(lifecycle.Event{Type: lifecycle.PodRemoved}, lifecycle.Event{Type: lifecycle.NameFree})
	s.runUntil(epoch.Add(time.Minute))
	if !s.pod.Finished() || s.asked(lifecycle.RunSandbox) != 0 || s.asked(lifecycle.PodFinished) != 1 {
		t.Errorf("finished: %v, sandboxes: %d", s.pod.Finished(), s.asked(lifecycle.RunSandbox))
	}
}

func TestAPassedDeadlineOfAPodThatIsHeldBackIsNotLookedAtForEver(t *testing.T) { // S80, S84
	pod, deadline := simplePod(), int64(1)
	pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	pod.Spec.ActiveDeadlineSeconds = &deadline
	pod.Status.StartTime = &metav1.Time{Time: epoch.Add(-time.Hour)}
	for _, timing := range []*lifecycle.Timing{nil, lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 1)))} {
		s := newShell(t, pod, timing)
		s.give(lifecycle.Event{Type: lifecycle.NameTaken})
		s.runUntil(epoch.Add(time.Minute))
		if n := s.asked(lifecycle.Synced); n > 10 {
			t.Errorf("tried %d times in a minute", n)
		}
		s.give(lifecycle.Event{Type: lifecycle.NameFree})
		s.runUntil(epoch.Add(2 * time.Minute))
		if s.pod.Status().Reason != "DeadlineExceeded" {
			t.Errorf("%+v", s.pod.Status())
		}
	}
}

func TestANewKubeletProcessMakesProbeWorkersAtOnce(t *testing.T) { // P31, P39
	s := newShell(t, onePod(&corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}}, PeriodSeconds: 5,
	}), nil)
	s.give(lifecycle.Event{}) // makes them at this very instant
	s.give(lifecycle.Event{Type: lifecycle.KubeletRestarted})
	s.runUntil(epoch.Add(time.Minute))
	if n := s.asked(lifecycle.RunProbe); n < 11 {
		t.Errorf("%d probes in a minute", n)
	}
}

func TestANewKubeletProcessEndsWhatIsGoneFromItsSource(t *testing.T) { // S72
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.holds[lifecycle.StopContainer] = true
	s.give(lifecycle.Event{Type: lifecycle.PodRemoved})
	s.holds[lifecycle.StopContainer] = false
	s.give(lifecycle.Event{Type: lifecycle.KubeletRestarted})
	s.runUntil(epoch.Add(time.Hour))
	if n := s.asked(lifecycle.StartContainer); n != 1 || !s.pod.Finished() {
		t.Errorf("%d starts, finished: %v", n, s.pod.Finished())
	}
	last := s.log[0]
	for _, a := range s.log {
		if a.Type == lifecycle.StopContainer {
			last = a
		}
	}
	if last.Grace != 2*time.Second { // C40: 1 s, and at least 2
		t.Errorf("its containers get %v", last.Grace)
	}
}

func TestANewKubeletProcessKnowsNothingOfAnEvictionUnderWay(t *testing.T) { // S25, S81
	s := newShell(t, simplePod(), nil)
	s.give(lifecycle.Event{})
	s.holds[lifecycle.StopContainer] = true
	s.give(lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: &lifecycle.Eviction{Reason: "Evicted"}})
	s.holds[lifecycle.StopContainer] = false
	s.give(lifecycle.Event{Type: lifecycle.KubeletRestarted})
	s.exit(143)
	s.runUntil(epoch.Add(time.Minute))
	if n := s.asked(lifecycle.StartContainer); n != 2 || s.pod.Reported().Phase != corev1.PodRunning {
		t.Errorf("%d starts, phase %s", n, s.pod.Reported().Phase)
	}
}

func TestAStaticPodOutlivesItsMirror(t *testing.T) { // S84
	pod := simplePod()
	pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{})
	d := deletion(nil)
	if r, ok := s.pod.FactRecord(s.now, &d); ok {
		t.Errorf("record %+v; want none but that of the dropped event", r)
	}
	s.give(d)
	if s.asked(lifecycle.DroppedEvent) != 1 || s.asked(lifecycle.StopContainer) != 0 || s.pod.Object().DeletionTimestamp != nil {
		t.Error("the deletion of the mirror does something to the pod")
	}
	s.give(lifecycle.Event{Type: lifecycle.PodRemoved})
	if s.asked(lifecycle.StopContainer) != 1 {
		t.Error("the pod's removal does not stop it")
	}
}
