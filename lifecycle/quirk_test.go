package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// probed is a pod whose container fails its liveness probe from the start of
// each run, period 5 s, threshold 1, so that it is killed at the first tick.
func probed(policy corev1.RestartPolicy) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"},
		Spec: corev1.PodSpec{RestartPolicy: policy, Containers: []corev1.Container{{
			Name: "app", Image: "app:1",
			LivenessProbe: &corev1.Probe{
				ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}},
				PeriodSeconds: 5, FailureThreshold: 1,
			},
		}}},
	}
}

// starts plays a pod for so long and returns when its container was started.
func starts(t *testing.T, pod *corev1.Pod, run podclock.ScriptRun, without lifecycle.Quirk, d time.Duration) []time.Duration {
	t.Helper()
	var at []time.Duration
	sim, err := podclock.New(podclock.Options{
		Pods:   []podclock.Pod{{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{run}}}},
		Config: lifecycle.Config{Without: without},
		Filter: timeline.Essential,
		Tap: func(tap podclock.Tap) {
			for _, ev := range tap.Events {
				if ev.Type == lifecycle.ContainerStarted {
					at = append(at, tap.At.Sub(podclock.Epoch))
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.RunFor(d); err != nil {
		t.Fatal(err)
	}
	return at
}

func failing(code int32) podclock.ScriptRun {
	return podclock.ScriptRun{Liveness: podclock.Steps{{Reply: podclock.Fail("bad")}}, Term: &podclock.Term{Code: code}}
}

func TestWithoutR26ABackOffCountsFromTheKillItself(t *testing.T) {
	// R26: the first two restarts after a kill are immediate. Without the quirk
	// only the first is, as after a crash (R23).
	faithful := starts(t, probed(corev1.RestartPolicyAlways), failing(1), 0, 10*time.Minute)
	plain := starts(t, probed(corev1.RestartPolicyAlways), failing(1), lifecycle.QuirkR26, 10*time.Minute)
	if got := faithful[2] - faithful[1]; got != 5*time.Second {
		t.Errorf("with R26 the second restart comes %v after the first; want 5 s, no delay", got)
	}
	if got := plain[2] - plain[1]; got != 15*time.Second {
		t.Errorf("without R26 the second restart comes %v after the first; want 5 s of running and 10 s of back-off", got)
	}
}

func TestWithoutR41ARefusedRestartAfterAProbeKillIsNotForgotten(t *testing.T) {
	// R41: OnFailure, and the app ends with 0 when it is killed. Once a start is
	// refused, exit code 0 ends the container for good.
	faithful := starts(t, probed(corev1.RestartPolicyOnFailure), failing(0), 0, 10*time.Minute)
	plain := starts(t, probed(corev1.RestartPolicyOnFailure), failing(0), lifecycle.QuirkR41, 10*time.Minute)
	if len(faithful) != 3 {
		t.Errorf("with R41 there are %d starts at %v; want 3: the first refusal ends it", len(faithful), faithful)
	}
	if len(plain) <= len(faithful) {
		t.Errorf("without R41 there are %d starts at %v; want the restarts to go on", len(plain), plain)
	}
}

// moment is one action of a pod: what is asked for or told, of which container.
type moment struct {
	at        time.Duration
	container string
	action    lifecycle.Action
}

// life plays a pod, probe by probe, and returns all that its machine does.
func life(t *testing.T, pod podclock.Pod, without lifecycle.Quirk, d time.Duration, facts ...podclock.TimedFact) []moment {
	t.Helper()
	var all []moment
	names := containerNames(pod.Manifest)
	sim, err := podclock.New(podclock.Options{
		Pods: []podclock.Pod{pod}, Facts: facts, Config: lifecycle.Config{Without: without}, NoLeap: true, Filter: timeline.Essential,
		Tap: func(tap podclock.Tap) {
			if a := tap.Action; a != nil {
				m := moment{at: tap.At.Sub(podclock.Epoch), action: *a}
				if a.Container != lifecycle.NoContainer {
					m.container = names[a.Container]
				}
				all = append(all, m)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.RunFor(d); err != nil {
		t.Fatal(err)
	}
	return all
}

// containerNames is in the order of a template's indices.
func containerNames(pod *corev1.Pod) []string {
	var names []string
	for _, c := range append(slices.Clone(pod.Spec.Containers), pod.Spec.InitContainers...) {
		names = append(names, c.Name)
	}
	return names
}

// times is when a container was concerned by a type of action.
func times(all []moment, container string, action lifecycle.ActionType) []time.Duration {
	var at []time.Duration
	for _, m := range all {
		if m.container == container && m.action.Type == action {
			at = append(at, m.at)
		}
	}
	return at
}

// probes is when a container was probed by a kind of probe, from some time on.
func probes(all []moment, container string, kind probe.Kind, from time.Duration) []time.Duration {
	var at []time.Duration
	for _, m := range all {
		if m.container == container && m.action.Type == lifecycle.RunProbe && m.action.Probe == kind && m.at >= from {
			at = append(at, m.at)
		}
	}
	return at
}

// tcpProbe probes every so many seconds, and one failure is enough.
func tcpProbe(period int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}},
		PeriodSeconds: period, FailureThreshold: 1,
	}
}

func sidecar(name string) corev1.Container {
	return corev1.Container{Name: name, Image: "app:1", RestartPolicy: ptr(corev1.ContainerRestartPolicyAlways)}
}

func at(seconds int, f podclock.Fact) podclock.TimedFact {
	return podclock.TimedFact{At: time.Duration(seconds) * time.Second, Fact: f}
}

func exitsAfter(seconds int, code int32) *podclock.Exit {
	return &podclock.Exit{After: time.Duration(seconds) * time.Second, Code: code}
}

func TestWithoutP32EveryMissingWorkerIsMade(t *testing.T) {
	// b is done for good, so that its worker ends, and comes back with all
	// containers. Its worker does not, as a's is still there.
	pod := simplePod()
	pod.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	pod.Spec.Containers = []corev1.Container{
		{Name: "a", Image: "app:1", ReadinessProbe: tcpProbe(1), RestartPolicy: ptr(corev1.ContainerRestartPolicyNever),
			RestartPolicyRules: []corev1.ContainerRestartRule{{
				Action:    corev1.ContainerRestartRuleActionRestartAllContainers,
				ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}},
			}}},
		{Name: "b", Image: "app:1", ReadinessProbe: tcpProbe(1)},
	}
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{
		"a": podclock.Script{{Exit: exitsAfter(20, 42)}, {}},
		"b": podclock.Script{{Exit: exitsAfter(5, 0)}, {}},
	}}
	faithful := life(t, played, 0, time.Minute)
	if n := len(times(faithful, "b", lifecycle.StartContainer)); n != 2 {
		t.Fatalf("b was started %d times", n)
	}
	if late := probes(faithful, "b", probe.Readiness, 21*time.Second); len(late) != 0 {
		t.Errorf("with P32 b is probed at %v", late)
	}
	if late := probes(life(t, played, lifecycle.QuirkP32, time.Minute), "b", probe.Readiness, 21*time.Second); len(late) == 0 {
		t.Error("without P32 b is not probed after it came back")
	}
}

func TestWithoutP36ASidecarsLivenessIsNotProbedWhileThePodEnds(t *testing.T) {
	pod := simplePod()
	s := sidecar("s")
	s.LivenessProbe = tcpProbe(1)
	pod.Spec.InitContainers = []corev1.Container{s}
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{{Term: &podclock.Term{After: 10 * time.Second}}}}}
	const deleted = 20
	late := func(without lifecycle.Quirk) int {
		all := life(t, played, without, time.Minute, at(deleted, podclock.Delete{}))
		return len(probes(all, "s", probe.Liveness, (deleted+1)*time.Second))
	}
	if n := late(0); n < 8 {
		t.Errorf("with P36 there are %d probes in the 10 s that the app takes to end", n)
	}
	if n := late(lifecycle.QuirkP36); n != 0 {
		t.Errorf("without P36 there are still %d probes", n)
	}
}

func TestWithoutP64ANewInstanceStartsWithFreshCounts(t *testing.T) {
	// Failures at 10 s and 20 s, a crash at 25 s, and the third failure at 30 s.
	pod := onePod(tcpProbe(10))
	pod.Spec.Containers[0].LivenessProbe.FailureThreshold = 3
	bad := podclock.Steps{{Reply: podclock.Fail("bad")}}
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{
		{Liveness: bad, Exit: exitsAfter(25, 1)}, {Liveness: bad},
	}}}
	if got := times(life(t, played, 0, 2*time.Minute), "app", lifecycle.StopContainer)[0]; got != 30*time.Second {
		t.Errorf("with P64 the first kill is at %v", got)
	}
	if got := times(life(t, played, lifecycle.QuirkP64, 2*time.Minute), "app", lifecycle.StopContainer)[0]; got != 50*time.Second {
		t.Errorf("without P64 the first kill is at %v", got)
	}
}

func TestWithoutP76ANewInstanceIsNotStartedBeforeItsStartupProbe(t *testing.T) {
	// Started at 5 s, killed and started again at 8 s; the startup probe's next
	// tick is at 10 s.
	pod := onePod(tcpProbe(1))
	pod.Spec.Containers[0].StartupProbe = tcpProbe(5)
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{
		{Liveness: podclock.Steps{{From: 7500 * time.Millisecond, Reply: podclock.Fail("bad")}}}, {},
	}}}
	early := func(without lifecycle.Quirk) bool {
		all := life(t, played, without, 20*time.Second)
		if got := times(all, "app", lifecycle.StartContainer); len(got) != 2 || got[1] != 8*time.Second {
			t.Fatalf("started at %v", got)
		}
		return slices.Contains(probes(all, "app", probe.Liveness, 0), 9*time.Second)
	}
	if !early(0) {
		t.Error("with P76 liveness is not probed at 9 s")
	}
	if early(lifecycle.QuirkP76) {
		t.Error("without P76 liveness is probed at 9 s")
	}
}

func TestWithoutR25ABackOffIsWaitedForToItsEnd(t *testing.T) {
	run := podclock.ScriptRun{Exit: exitsAfter(350, 1)}
	longest := func(without lifecycle.Quirk) time.Duration {
		all := starts(t, onePod(nil), run, without, 3*time.Hour)
		var most time.Duration
		for i := 1; i < len(all); i++ {
			most = max(most, all[i]-all[i-1]-350*time.Second)
		}
		return most
	}
	if got := longest(0); got != 250*time.Second {
		t.Errorf("with R25 the longest wait is %v", got)
	}
	if got := longest(lifecycle.QuirkR25); got != 300*time.Second {
		t.Errorf("without R25 the longest wait is %v", got)
	}
}

func TestWithoutS11APodStaysInitialized(t *testing.T) {
	// The sidecar comes back at 30 s and is started again at 40 s; the app ends
	// in between.
	pod := simplePod()
	s := sidecar("s")
	s.StartupProbe = tcpProbe(10)
	pod.Spec.InitContainers = []corev1.Container{s}
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{
		"s":   podclock.Script{{Exit: exitsAfter(30, 1)}, {}},
		"app": podclock.Script{{Exit: exitsAfter(25, 1)}, {}},
	}}
	if got := times(life(t, played, 0, time.Minute), "app", lifecycle.StartContainer)[1]; got != 40*time.Second {
		t.Errorf("with S11 the app is started again at %v", got)
	}
	if got := times(life(t, played, lifecycle.QuirkS11, time.Minute), "app", lifecycle.StartContainer)[1]; got != 35*time.Second {
		t.Errorf("without S11 the app is started again at %v", got)
	}
}

func TestWithoutS14TheLastContainersProbeKillKeepsItsGracePeriod(t *testing.T) {
	pod := onePod(tcpProbe(5))
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	pod.Spec.Containers[0].LivenessProbe.TerminationGracePeriodSeconds = ptr(int64(7))
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{failing(1)}}}
	for without, want := range map[lifecycle.Quirk]time.Duration{0: 30 * time.Second, lifecycle.QuirkS14: 7 * time.Second} {
		var got []time.Duration
		for _, m := range life(t, played, without, time.Minute) {
			if m.action.Type == lifecycle.StopContainer {
				got = append(got, m.action.Grace)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("without %b: stopped with %v of grace, want %v", without, got, want)
		}
	}
}

// finishes is when the kubelet is done with a pod.
func finishes(t *testing.T, pod podclock.Pod, without lifecycle.Quirk, facts ...podclock.TimedFact) time.Duration {
	t.Helper()
	for _, m := range life(t, pod, without, 10*time.Minute, facts...) {
		if m.action.Type == lifecycle.PodFinished {
			return m.at
		}
	}
	t.Fatal("it does not finish")
	return 0
}

func TestWithoutS71AShorterDeletionHurriesTheKill(t *testing.T) {
	played := podclock.Pod{Manifest: simplePod(), Apps: map[string]podclock.App{
		"app": podclock.Script{{Term: &podclock.Term{Ignore: true}}},
	}}
	facts := []podclock.TimedFact{at(10, podclock.Delete{}), at(12, podclock.Delete{Grace: ptr(int64(1))})}
	if got := finishes(t, played, 0, facts...); got != 40*time.Second {
		t.Errorf("with S71 it is over at %v", got)
	}
	if got := finishes(t, played, lifecycle.QuirkS71, facts...); got != 14*time.Second { // C40: at least 2 s
		t.Errorf("without S71 it is over at %v", got)
	}
}

func TestWithoutC43AHookIsNotWaitedForOnceTheProcessIsGone(t *testing.T) {
	pod := simplePod()
	pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 25}}}
	played := podclock.Pod{Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{{Exit: exitsAfter(15, 0)}}}}
	if got := finishes(t, played, 0, at(10, podclock.Delete{})); got != 35*time.Second {
		t.Errorf("with C43 it is over at %v", got)
	}
	if got := finishes(t, played, lifecycle.QuirkC43, at(10, podclock.Delete{})); got != 15*time.Second {
		t.Errorf("without C43 it is over at %v", got)
	}
}
