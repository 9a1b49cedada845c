package podphase_test

import (
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
)

func TestTheStatusExamplesOfS94(t *testing.T) {
	rows := []struct {
		b    *builder
		want string
	}{
		{newPod(always).regular("a", waiting("ContainerCreating")).phase(pending), "ContainerCreating"},
		{newPod(always).init("i", running()).init("j", waiting("PodInitializing")).regular("a", waiting("PodInitializing")).phase(pending), "Init:0/2"},
		{newPod(always).init("i", after(1, waiting("CrashLoopBackOff"))).regular("a", waiting("PodInitializing")).phase(pending), "Init:CrashLoopBackOff"},
		{newPod(always).init("i", exited(1)).regular("a", waiting("PodInitializing")).phase(pending), "Init:Error"},
		{newPod(always).init("i", done()).regular("a", waiting("PodInitializing")).phase(pending), "PodInitializing"},
		{newPod(always).regular("a", running()).phase(runs), "Running"},
		{newPod(always).regular("a", after(1, waiting("CrashLoopBackOff"))).phase(runs), "CrashLoopBackOff"},
		{newPod(never).regular("a", exited(0)).regular("b", ready()).phase(runs), "NotReady"},
		{newPod(never).regular("a", exited(0)).regular("b", exited(1)).phase(failed), "Error"},
		{newPod(never).regular("a", exitedFor("OOMKilled", 137)).phase(failed), "OOMKilled"},
		{newPod(never).regular("a", exited(0)).phase(succeeded), "Completed"},
		{newPod(never).regular("a", exited(137)).phase(failed).reason("Evicted"), "Error"},
		{newPod(never).regular("a", exited(137)).phase(failed).reason("DeadlineExceeded"), "Error"},
		{newPod(never).regular("a", nil).phase(failed).reason("Evicted"), "Evicted"},
		{newPod(always).regular("a", ready()).phase(runs).deleted(), "Terminating"},
		{newPod(never).regular("a", exited(0)).phase(succeeded).deleted(), "Completed"},
	}
	for i, row := range rows {
		if got := podphase.Columns(&row.b.pod, epoch).Status; got != row.want {
			t.Errorf("S94 row %d: %s, want %s", i+1, got, row.want)
		}
	}
}

func TestStatusIsMadeInTheOrderOfS91(t *testing.T) {
	signal := exitedFor("", 0)
	signal.State.Terminated.ExitCode, signal.State.Terminated.Signal = 1, 9
	gated := newPod(always).regular("a", nil).phase(pending).reason("r").condition(corev1.PodScheduled, "False")
	gated.pod.Status.Conditions[0].Reason = corev1.PodReasonSchedulingGated
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"(1) the phase", newPod(always).regular("a", running()).phase(pending), "Pending"},
		{"(1) the status reason replaces it", newPod(always).regular("a", running()).phase(runs).reason("r"), "r"},
		{"(1) scheduling gates replace both", gated, "SchedulingGated"},
		{"(2) the first that is not done stops", newPod(always).init("i", exited(1)).init("j", waiting("x")).regular("a", waiting("y")), "Init:Error"},
		{"(2) a code without reason", newPod(always).init("i", exitedFor("", 3)).regular("a", nil), "Init:ExitCode:3"},
		{"(2) a signal without reason", newPod(always).init("i", signal).regular("a", nil), "Init:Signal:9"},
		{"(2) PodInitializing is no reason; the index counts sidecars", newPod(always).sidecar("s", running()).init("i", waiting("PodInitializing")).init("j", nil), "Init:1/3"},
		{"(2) an empty reason is none", newPod(always).init("i", waiting("")), "Init:0/1"},
		{"(2) a sidecar that is not started", newPod(always).sidecar("s", starting()).regular("a", waiting("x")), "Init:0/1"},
		{"(2) a started sidecar whose reason would show is passed over", newPod(always).sidecar("s", running()).regular("a", waiting("x")), "x"},
		{"(3) also if Initialized is True", newPod(always).sidecar("s", waiting("CrashLoopBackOff")).regular("a", waiting("x")).condition(corev1.PodInitialized, "True"), "x"},
		{"(3) with nothing to say of regular ones the init text stays", newPod(always).sidecar("s", waiting("CrashLoopBackOff")).regular("a", ready()).condition(corev1.PodInitialized, "True"), "Init:CrashLoopBackOff"},
		{"(3) the first name has the last word", newPod(always).regular("a", waiting("x")).regular("b", waiting("y")), "x"},
		{"(3) a code without reason", newPod(always).regular("a", exitedFor("", 3)), "ExitCode:3"},
		{"(3) a signal without reason", newPod(always).regular("a", signal), "Signal:9"},
		{"(3) Completed beside one that is ready in a Ready pod", newPod(never).regular("a", exited(0)).regular("b", ready()).condition(corev1.PodReady, "True"), "Running"},
		{"(3) Completed hides no failure", newPod(never).regular("a", exited(0)).regular("b", exitedFor("", 3)).regular("c", ready()), "ExitCode:3"},
		{"(3) Completed, one runs and is not ready", newPod(never).regular("a", exited(0)).regular("b", running()), "Completed"},
		{"(4) a lost node", newPod(always).regular("a", ready()).phase(runs).reason("NodeLost").deleted(), "Unknown"},
		{"(4) a lost node, not deleted", newPod(always).regular("a", ready()).phase(runs).reason("NodeLost"), "NodeLost"},
		{"(4) an end keeps its text", newPod(never).regular("a", exited(1)).phase(failed).deleted(), "Error"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := podphase.Columns(&row.b.pod, epoch).Status; got != row.want {
				t.Errorf("S91: %s, want %s", got, row.want)
			}
		})
	}
}

func TestReadyCountsStartedSidecarsAndRegularContainers(t *testing.T) {
	unready := starting()
	unready.Ready = true
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"init containers are not in the total", newPod(always).init("i", done()).sidecar("s", ready()).regular("a", ready()).regular("b", running()), "2/3"},
		{"a sidecar that is not started does not count", newPod(always).sidecar("s", unready).regular("a", waiting("x")), "0/2"},
		{"while initializing, regular ones do not", newPod(always).init("i", running()).regular("a", ready()), "0/1"},
		{"unless Initialized is True", newPod(always).sidecar("s", waiting("x")).regular("a", ready()).condition(corev1.PodInitialized, "True"), "1/2"},
		{"ready but ended does not count", newPod(always).regular("a", done()), "0/1"},
		{"no statuses", newPod(always).regular("a", nil), "0/1"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := podphase.Columns(&row.b.pod, epoch).Ready; got != row.want {
				t.Errorf("S90: %s, want %s", got, row.want)
			}
		})
	}
}

func TestRestartsAreSummedInTheOrderOfS92(t *testing.T) {
	now := epoch
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	rows := []struct {
		why  string
		b    *builder
		want string
	}{
		{"none", newPod(always).regular("a", ready()), "0"},
		{"none, although one ended before", newPod(always).regular("a", restarted(0, ago(time.Minute), ready())), "0"},
		{"no time is known", newPod(always).regular("a", restarted(2, time.Time{}, ready())), "2"},
		{"the latest end counts", newPod(always).regular("a", restarted(2, ago(95*time.Second), ready())).regular("b", restarted(3, ago(time.Hour), ready())), "5 (95s ago)"},
		{"while initializing: the init statuses visited", newPod(always).init("i", restarted(1, ago(time.Hour), done())).sidecar("s", restarted(2, ago(3*time.Hour), ready())).
			init("j", restarted(4, ago(2*time.Hour), running())).init("k", restarted(8, ago(time.Second), waiting("x"))).regular("a", restarted(16, ago(time.Second), ready())), "7 (60m ago)"},
		{"later: sidecars and regular ones", newPod(always).init("i", restarted(1, ago(time.Second), done())).sidecar("s", restarted(2, ago(3*time.Hour), ready())).
			regular("a", restarted(16, ago(4*time.Hour), ready())), "18 (3h ago)"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			if got := podphase.Columns(&row.b.pod, now).Restarts; got != row.want {
				t.Errorf("S92: %s, want %s", got, row.want)
			}
		})
	}
}

func TestAgesArePrintedAsInS93(t *testing.T) {
	const day = 24 * time.Hour
	rows := map[time.Duration]string{
		0: "0s", 95 * time.Second: "95s", 119*time.Second + 999*time.Millisecond: "119s",
		2 * time.Minute: "2m", 200 * time.Second: "3m20s", 10 * time.Minute: "10m", 179 * time.Minute: "179m",
		3 * time.Hour: "3h", 5*time.Hour + 10*time.Minute: "5h10m", 8*time.Hour + time.Minute: "8h", 47 * time.Hour: "47h",
		48 * time.Hour: "2d", 3*day + 4*time.Hour: "3d4h", 8*day + time.Hour: "8d", 300 * day: "300d", 729 * day: "729d",
		730 * day: "2y", 3*365*day + 5*day: "3y5d", 9*365*day + 5*day: "9y",
		-1900 * time.Millisecond: "0s", -2 * time.Second: "<invalid>", -time.Hour: "<invalid>",
	}
	for d, want := range rows {
		b := newPod(always)
		if got := podphase.Columns(&b.pod, epoch.Add(d)).Age; got != want {
			t.Errorf("S93: %v is %s, want %s", d, got, want)
		}
	}
	b := newPod(always)
	b.pod.CreationTimestamp = metav1.Time{}
	if got := podphase.Columns(&b.pod, epoch).Age; got != "<unknown>" {
		t.Errorf("S93: unset is %s", got)
	}
}

func TestReadinessGatesAreCounted(t *testing.T) {
	b := newPod(always)
	for i, want := range []string{"<none>", "1/1", "1/2", "1/3"} {
		if got := podphase.Columns(&b.pod, epoch).ReadinessGates; got != want {
			t.Errorf("%d gates: %s, want %s", i, got, want)
		}
		gate := corev1.PodConditionType("x.io/" + strconv.Itoa(i))
		b.gate(gate)
		if i < 2 { // the first is True, the second False and the third missing
			b.condition(gate, []corev1.ConditionStatus{"True", "False"}[i])
		}
	}
}
