package lifecycle_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

// lostPod is a pod that runs when its node is lost, 10 s after it was made.
func lostPod(t *testing.T, pod *corev1.Pod) *shell {
	t.Helper()
	s := newShell(t, pod, nil)
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(10 * time.Second))
	s.give(lifecycle.Event{Type: lifecycle.NodeLost})
	s.log = nil
	return s
}

func condition(s corev1.PodStatus, of corev1.PodConditionType) corev1.PodCondition {
	for _, c := range s.Conditions {
		if c.Type == of {
			return c
		}
	}
	return corev1.PodCondition{}
}

const (
	marking    = "Normal Marking for deletion Pod ns/p"
	cancelling = "Normal Cancelling deletion of Pod ns/p"
)

func TestS83TheTaintManagerDeletesThePodObjectAlone(t *testing.T) {
	s := lostPod(t, simplePod())
	fired := epoch.Add(310 * time.Second)
	s.runUntil(fired.Add(-time.Nanosecond))
	s.wantEvents("TaintManagerEviction")
	s.runUntil(fired.Add(time.Hour))
	s.wantEvents("TaintManagerEviction", marking)
	object := s.pod.Object()
	if at := object.DeletionTimestamp; at == nil || !at.Time.Equal(fired.Add(30*time.Second)) || *object.DeletionGracePeriodSeconds != 30 {
		t.Errorf("deleted at %v; want the grace period of 30 s after %v", at, fired)
	}
	c := condition(object.Status, corev1.DisruptionTarget)
	if c.Status != corev1.ConditionTrue || c.Reason != "DeletionByTaintManager" || c.Message != "Taint manager: deleting due to NoExecute taint" || !c.LastTransitionTime.Time.Equal(fired) {
		t.Errorf("%+v", c)
	}
	if ready := condition(object.Status, corev1.PodReady); ready.Status != corev1.ConditionFalse || object.Status.Phase != corev1.PodRunning {
		t.Errorf("phase %s, %+v", object.Status.Phase, ready)
	}
	if own := condition(s.pod.Status(), corev1.DisruptionTarget); own.Type != "" {
		t.Errorf("the kubelet has seen %+v", own)
	}
	if n := s.asked(lifecycle.StopContainer); n != 0 {
		t.Errorf("%d containers were stopped", n)
	}

	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	s.wantEvents("TaintManagerEviction", marking)
	if n := s.asked(lifecycle.StopContainer); n != 1 || !s.pod.Finished() {
		t.Errorf("with the node back %d containers were stopped", n)
	}
	c = condition(s.pod.Reported(), corev1.DisruptionTarget)
	if c.Reason != "DeletionByTaintManager" || !c.LastTransitionTime.Time.Equal(fired) {
		t.Errorf("with the node back %+v", c)
	}
}

func TestS83HowLongALostNodeIsTolerated(t *testing.T) {
	exists, noExecute := corev1.TolerationOpExists, corev1.TaintEffectNoExecute
	unreachable := corev1.TaintNodeUnreachable
	const never = -1
	for _, test := range []struct {
		name        string
		tolerations []corev1.Toleration
		want        time.Duration
	}{
		{"by default", nil, 300 * time.Second},
		{"another taint is another matter", []corev1.Toleration{{Key: "x", Operator: exists}}, 300 * time.Second},
		{"another effect, too", []corev1.Toleration{{Key: unreachable, Operator: exists, Effect: corev1.TaintEffectNoSchedule}}, 300 * time.Second},
		{"as it says", []corev1.Toleration{{Key: unreachable, Operator: exists, Effect: noExecute, TolerationSeconds: ptr(int64(7))}}, 7 * time.Second},
		{"of any taint", []corev1.Toleration{{Operator: exists, Effect: noExecute, TolerationSeconds: ptr(int64(8))}}, 8 * time.Second},
		{"the first counts", []corev1.Toleration{
			{Key: unreachable, Operator: exists, Effect: noExecute, TolerationSeconds: ptr(int64(9))}, {Operator: exists},
		}, 9 * time.Second},
		{"for ever", []corev1.Toleration{{Key: unreachable, Operator: exists}}, never},
		{"the taint has no value", []corev1.Toleration{{Key: unreachable, Effect: noExecute, TolerationSeconds: ptr(int64(6))}}, 6 * time.Second},
		{"a value that it does not have", []corev1.Toleration{{Key: unreachable, Value: "x", Effect: noExecute, TolerationSeconds: ptr(int64(6))}}, 0},
		{"not at all", []corev1.Toleration{{Key: unreachable, Operator: exists, Effect: noExecute, TolerationSeconds: ptr(int64(0))}}, 0},
		{"less than that", []corev1.Toleration{{Key: unreachable, Operator: exists, Effect: noExecute, TolerationSeconds: ptr(int64(-5))}}, 0},
	} {
		pod := simplePod()
		pod.Spec.Tolerations = test.tolerations
		s := newShell(t, pod, nil)
		s.give(lifecycle.Event{})
		s.give(lifecycle.Event{Type: lifecycle.NodeLost})
		s.runUntil(epoch.Add(time.Hour))
		got := time.Duration(never)
		if at := s.pod.Object().DeletionTimestamp; at != nil {
			got = at.Sub(epoch) - 30*time.Second
		}
		if got != test.want {
			t.Errorf("%s: after %v, want %v", test.name, got, test.want)
		}
	}
}

func TestS83AStaticPodStaysOnALostNode(t *testing.T) {
	pod := simplePod()
	pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	s := lostPod(t, pod)
	s.runUntil(epoch.Add(time.Hour))
	s.wantEvents("TaintManagerEviction")
}

func TestS83ANodeThatIsBackInTimeSparesThePod(t *testing.T) {
	s := lostPod(t, simplePod())
	s.runUntil(epoch.Add(5 * time.Minute))
	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	s.runUntil(epoch.Add(time.Hour))
	s.wantEvents("TaintManagerEviction", cancelling)
	if at := s.pod.Object().DeletionTimestamp; at != nil {
		t.Errorf("deleted at %v", at)
	}
	s.give(lifecycle.Event{Type: lifecycle.NodeLost})
	s.runUntil(epoch.Add(2 * time.Hour)) // its patience is what it was
	s.wantEvents("TaintManagerEviction", cancelling, marking)
}

func TestS70ADeletionOnALostNodeCanBeShortenedThere(t *testing.T) { // S83
	s := lostPod(t, simplePod())
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted})
	s.runUntil(epoch.Add(20 * time.Second))
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted, Grace: ptr(int64(50))}) // longer: nothing
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted, Grace: ptr(int64(15))})
	object := s.pod.Object()
	if at := object.DeletionTimestamp; !at.Time.Equal(epoch.Add(25*time.Second)) || *object.DeletionGracePeriodSeconds != 15 {
		t.Errorf("deleted at %v with %d s", at, *object.DeletionGracePeriodSeconds)
	}
	if n := s.asked(lifecycle.StopContainer); n != 0 {
		t.Errorf("%d containers were stopped on the lost node", n)
	}
	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	for i := range s.log {
		if a := &s.log[i]; a.Type == lifecycle.StopContainer && a.Grace != 15*time.Second {
			t.Errorf("stopped with %v", a.Grace)
		}
	}
	if n := s.asked(lifecycle.StopContainer); n != 1 {
		t.Errorf("%d containers were stopped", n)
	}
}

func TestS72AForcedDeletionOnALostNodeIsMissed(t *testing.T) { // S83
	s := lostPod(t, simplePod())
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted, Grace: ptr(int64(0))})
	s.wantEvents("TaintManagerEviction", cancelling) // there is nothing left to delete
	s.holds[lifecycle.StopContainer] = true
	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	var stop lifecycle.Action
	for _, a := range s.log {
		if a.Type == lifecycle.StopContainer {
			stop = a
		}
	}
	if stop.Grace != 30*time.Second {
		t.Errorf("stopped with %v; want the grace period of the spec", stop.Grace)
	}
}

func TestS83AKubeletThatIsReplacedOnALostNodeKnowsNoMore(t *testing.T) {
	s := lostPod(t, simplePod())
	s.give(lifecycle.Event{Type: lifecycle.PodDeleted})
	s.give(lifecycle.Event{Type: lifecycle.KubeletRestarted})
	s.runUntil(epoch.Add(time.Minute))
	if n := s.asked(lifecycle.StopContainer); n != 0 {
		t.Errorf("%d containers were stopped", n)
	}
	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	if n := s.asked(lifecycle.StopContainer); n != 1 || !s.pod.Finished() {
		t.Errorf("with the node back %d containers were stopped", n)
	}
}

func TestS83APodThatEndsOnALostNodeIsReportedOnceItIsBack(t *testing.T) {
	pod := simplePod()
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	s := lostPod(t, pod)
	s.give(lifecycle.Event{Type: lifecycle.ContainerExited, Instance: s.pod.Runtime().Instances[0].ID})
	s.runUntil(epoch.Add(time.Hour))
	s.wantEvents("TaintManagerEviction", marking) // the API does not know that it has ended
	if phase := s.pod.Reported().Phase; phase != corev1.PodRunning {
		t.Errorf("phase %s is reported from a lost node", phase)
	}
	s.give(lifecycle.Event{Type: lifecycle.NodeReturned})
	if o := s.pod.Object(); o.Status.Phase != corev1.PodSucceeded || o.DeletionTimestamp == nil {
		t.Errorf("phase %s, deleted at %v", o.Status.Phase, o.DeletionTimestamp)
	}
}
