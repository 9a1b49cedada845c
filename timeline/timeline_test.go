package timeline

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

// counted returns a series of n equal answers in a row, one each 10 s from a second on. The
// last of them is number last of 3.
func counted(second float64, outcome string, n, last int) Record {
	return Record{
		At: at(second), Last: at(second + 10*float64(n-1)), Count: n, Kind: Counted,
		Container: "app", Probe: "liveness", Outcome: outcome, N: last, Of: 3,
	}
}

// lines returns the offsets, texts and series of all records.
func lines(t *Timeline) []string {
	var out []string
	for r := range t.all() {
		out = append(out, Offset(start, r.At)+" "+r.Text()+r.series(start))
	}
	return out
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestEqualAnswersInARowAreOneRecordWhetherToldOneByOneOrAtOnce(t *testing.T) {
	single, leapt := New(start), New(start)
	for i := range 6 {
		single.Track("ns/p").Add(counted(float64(10*i), "failure", 1, i+1))
	}
	k := leapt.Track("ns/p")
	k.Add(counted(0, "failure", 1, 1))
	k.Add(counted(10, "failure", 5, 6))
	want := []string{"+0s liveness: failures 1 to 2 of 3  (x2 until +10s)", "+20s liveness: failure 3 of 3  (x4 until +50s)"}
	expect(t, lines(single), want...)
	expect(t, lines(leapt), want...)
}

func TestAChangedResultPartsASeries(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(counted(0, "success", 1, 1))
	k.Add(Record{At: at(5), Kind: Result, Container: "app", Probe: "liveness", Outcome: "success"})
	k.Add(counted(10, "success", 1, 2))
	k.Add(counted(20, "success", 1, 3))
	expect(t, lines(tl), "+0s liveness: success 1 of 3", "+5s liveness: result is now success",
		"+10s liveness: success 2 of 3", "+20s liveness: success 3 of 3")
}

func TestOtherRecordsDoNotPartASeries(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(counted(0, "failure", 1, 1))
	k.Add(Record{At: at(3), Kind: Fact, Message: "something else"})
	k.Add(counted(10, "failure", 1, 2))
	expect(t, lines(tl), "+0s liveness: failures 1 to 2 of 3  (x2 until +10s)", "+3s something else")
}

func TestProbesThatChangeNothingComeLastAtTheirInstantInTheWrittenOrder(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	quiet := func(probe string) Record {
		r := counted(10, "success", 1, 1)
		r.Probe = probe
		return r
	}
	k.Add(quiet("liveness"))
	k.Add(Record{At: at(10), Kind: Fact, Message: "a fact"})
	k.Add(Record{At: at(20), Kind: Fact, Message: "a later fact"})
	k.Add(quiet("startup")) // added late, after a leap
	expect(t, lines(tl), "+10s a fact", "+10s startup: success 1 of 3", "+10s liveness: success 1 of 3", "+20s a later fact")
}

func TestAnAnswerThatChangesTheResultKeepsItsPlace(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(counted(10, "failure", 1, 3))
	k.Add(Record{At: at(10), Kind: Result, Container: "app", Probe: "liveness", Outcome: "failure"})
	k.Add(Record{At: at(10), Kind: Decision, Container: "app", Reason: "kill", Message: "why"})
	expect(t, lines(tl), "+10s liveness: failure 3 of 3", "+10s liveness: result is now failure", "+10s kill: why")
}

func TestAFailureTakesItsTextFromTheEvent(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	for i, second := range []float64{10, 20} {
		k.Add(Record{At: at(second), Kind: Event, Container: "app", Probe: "liveness", Outcome: "failure",
			Type: "Warning", Reason: "Unhealthy", Message: "Liveness probe failed: bad"})
		k.Add(counted(second, "failure", 1, i+1))
	}
	expect(t, lines(tl), "+10s Unhealthy: Liveness probe failed: bad  (x2 until +20s)",
		"+10s liveness: failures 1 to 2 of 3: bad  (x2 until +20s)")
}

func TestASuccessPartsTheFailureEvents(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	event := Record{Kind: Event, Container: "app", Probe: "liveness", Outcome: "failure", Reason: "Unhealthy", Message: "m"}
	for _, second := range []float64{0, 20} {
		event.At = at(second)
		k.Add(event)
		k.Add(counted(second, "failure", 1, 1))
		k.Add(counted(second+10, "success", 1, 1))
	}
	var events []string
	for _, l := range lines(tl) {
		if strings.Contains(l, "Unhealthy") {
			events = append(events, l)
		}
	}
	expect(t, events, "+0s Unhealthy: m", "+20s Unhealthy: m")
}

// status returns a Status record of a pod with the container app.
func status(second float64, ready bool, restarts int32) Record {
	s := &State{Ready: "0/1", Status: "Running", Restarts: "0", Phase: corev1.PodRunning, PodReady: ready,
		Containers: []ContainerState{{Name: "app", Ready: ready, Started: true, Restarts: restarts}}}
	if ready {
		s.Ready = "1/1"
	}
	return Record{At: at(second), Kind: Status, State: s}
}

// story returns the timeline of a pod that is ready from 5 to 30 s and again from 40 s on.
// It hangs at 12 s, is killed for that at 30 s, and ends at 32 s.
func story() *Timeline {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(status(0, false, 0))
	k.Add(status(5, true, 0))
	k.Add(Record{At: at(12), Kind: Fact, Container: "app", Reason: Trouble, Message: "hangs"})
	k.Add(Record{At: at(30), Kind: Decision, Container: "app", Reason: "kill", Message: "liveness"})
	k.Add(status(30, false, 0))
	k.Add(Record{At: at(32), Kind: Exited, Container: "app", ExitCode: 137, Reason: "Error"})
	k.Add(Record{At: at(33), Kind: Started, Container: "app", Run: 1})
	k.Add(status(40, true, 1))
	tl.Close(at(100))
	return tl
}

func TestTheQuestionsOfATest(t *testing.T) {
	pod, err := story().Pod("p")
	if err != nil {
		t.Fatal(err)
	}
	app, err := pod.Container("app")
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := pod.FirstReady(); !ok || d != 5*time.Second {
		t.Errorf("first ready %v %v", d, ok)
	}
	if d := pod.TimeReady(); d != 85*time.Second {
		t.Errorf("ready for %v, want 25 s + 60 s", d)
	}
	if d := app.TimeReady(); d != 85*time.Second {
		t.Errorf("container ready for %v", d)
	}
	if n := app.Restarts(); n != 1 || pod.Restarts() != 1 {
		t.Errorf("restarts %d, %d", n, pod.Restarts())
	}
	if kills := app.Kills(); len(kills) != 1 || kills[0] != (Kill{30 * time.Second, "app", "liveness"}) || !app.EverKilled() {
		t.Errorf("kills %v", kills)
	}
	if d := app.Detections(); len(d) != 1 || !d[0].Found || d[0].After() != 18*time.Second {
		t.Errorf("detections %v", d)
	}
	if e := app.Exits(); len(e) != 1 || e[0].ExitCode != 137 || e[0].At != 32*time.Second {
		t.Errorf("exits %v", e)
	}
	if s := app.Starts(); len(s) != 1 || s[0] != 33*time.Second {
		t.Errorf("starts %v", s)
	}
	if s, ok := pod.StateAt(31 * time.Second); !ok || s.PodReady {
		t.Errorf("at 31 s: %v %v", s, ok)
	}
	if _, ok := pod.StateAt(-time.Second); ok {
		t.Error("there is a state before the first")
	}
}

func TestANameThatTheTimelineDoesNotKnowIsAnErrorThatNamesThoseItDoes(t *testing.T) {
	tl := story()
	tl.Track("ns/q")
	tl.Track("other/q")
	for _, row := range []struct{ pod, container, want string }{
		{"web", "app", `timeline: 0 pods are called "web"; the pods are ns/p, ns/q, other/q`},
		{"q", "app", `timeline: 2 pods are called "q"; the pods are ns/p, ns/q, other/q`},
		{"ns/p", "proxy", `timeline: no status of pod ns/p has a container "proxy"; they have: app`},
	} {
		if _, err := tl.Container(row.pod, row.container); err == nil || err.Error() != row.want {
			t.Errorf("pod %s, container %s: error %v, want %s", row.pod, row.container, err, row.want)
		}
	}
}

func TestOfAZeroPodNothingIsTold(t *testing.T) {
	var pod Pod
	var container Container
	if _, ever := pod.FirstReady(); ever || pod.Restarts() != 0 || pod.TimeReady() != 0 || len(pod.Records()) > 0 {
		t.Error("the zero pod has a story")
	}
	if container.EverKilled() || container.Restarts() != 0 || len(container.Detections()) > 0 {
		t.Error("the zero container has a story")
	}
}

func TestTheTableShowsEachChangeOfAColumnOnce(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	for i, s := range []State{
		{Ready: "0/1", Status: "Error", Restarts: "1"},
		{Ready: "0/1", Status: "CrashLoopBackOff", Restarts: "1"},
		{Ready: "0/1", Status: "CrashLoopBackOff", Restarts: "1"},
		{Ready: "0/1", Status: "CrashLoopBackOff", Restarts: "2"},
		{Ready: "1/1", Status: "CrashLoopBackOff", Restarts: "2"},
	} {
		k.Add(Record{At: at(float64(i)), Kind: Status, State: &s})
	}
	expect(t, table(t, tl),
		"TIME  READY  STATUS            RESTARTS  WHAT",
		"+0s   0/1    Error             1         phase",
		"+1s   0/1    CrashLoopBackOff  1",
		"+3s   0/1    CrashLoopBackOff  2",
		"+4s   1/1    CrashLoopBackOff  2")
}

func TestPeopleAreShownMillisecondsAndMachinesNanoseconds(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(Record{At: start.Add(2027669096), Kind: Event, Type: "Normal", Reason: "Pulling", Message: "m"})
	k.Add(Record{At: start.Add(2500000001), Last: start.Add(59999600000), Count: 2, Kind: Fact, Message: "f"})
	expect(t, table(t, tl),
		"TIME     READY  STATUS  RESTARTS  WHAT",
		"+2.028s                           Pulling: m",
		"+2.5s                             f  (x2 until +1m0s)")
	var events, exact strings.Builder
	if err := errors.Join(tl.WriteEvents(&events), tl.WriteJSON(&exact)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(events.String(), "+2.028s  Normal") || !strings.Contains(exact.String(), `"at": "+2.027669096s"`) {
		t.Errorf("%s\n%s", &events, &exact)
	}
}

// table returns the lines of the table with default settings.
func table(t *testing.T, tl *Timeline) []string {
	t.Helper()
	var b strings.Builder
	if err := tl.WriteTable(&b, Table{}); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestATroubleThatNobodyNoticedIsNotFound(t *testing.T) {
	tl := New(start)
	k := tl.Track("ns/p")
	k.Add(status(0, true, 0))
	k.Add(Record{At: at(1), Kind: Fact, Container: "app", Reason: Trouble})
	k.Add(Record{At: at(2), Kind: Fact, Container: "app", Reason: Recovery})
	k.Add(Record{At: at(3), Kind: Decision, Container: "app", Reason: "kill"})
	app, err := tl.Container("p", "app")
	if err != nil {
		t.Fatal(err)
	}
	if d := app.Detections(); len(d) != 1 || d[0].Found {
		t.Errorf("detections %v", d)
	}
}

func TestACloneGrowsOnItsOwn(t *testing.T) {
	tl := story()
	c := tl.Clone()
	c.Track("ns/p").Add(Record{At: at(101), Kind: Finished})
	if tl.Len()+1 != c.Len() || len(tl.Records())+1 != len(c.Records()) {
		t.Errorf("%d records, and %d in the clone", tl.Len(), c.Len())
	}
}

func TestAFilterDropsKindsAndSnapshots(t *testing.T) {
	tl := NewFiltered(start, Filter{Drop: KindsOf(Fact), NoSnapshots: true})
	r := status(0, true, 0)
	r.State.Full = &corev1.PodStatus{Phase: corev1.PodRunning}
	tl.Track("ns/p").Add(r)
	tl.Track("ns/p").Add(Record{At: at(1), Kind: Fact})
	if tl.Len() != 1 || tl.Records()[0].State.Full != nil {
		t.Errorf("%+v", tl.Records())
	}
}

func TestEveryKindHasANameAndAText(t *testing.T) {
	for k := Event; k < numKinds; k++ {
		r := Record{At: start, Kind: k, State: &State{}}
		if strings.Contains(k.String(), "Kind(") || r.Text() == k.String() {
			t.Errorf("kind %d: %q, %q", k, k, r.Text())
		}
	}
}

func TestTheTableFitsTheTerminal(t *testing.T) {
	for _, width := range []int{80, 120} {
		var b strings.Builder
		tl := story()
		tl.Track("ns/p").Add(Record{At: at(101), Kind: Fact, Message: strings.Repeat("many wörds ", 40)})
		tl.Track("ns/p").Add(Record{At: at(102), Kind: Fact, Message: "a " + strings.Repeat("very-long-wörd", 20) + " wraps"})
		if err := tl.WriteTable(&b, Table{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > width {
				t.Errorf("%d columns in a terminal of %d: %s", n, width, line)
			}
		}
	}
}

func TestTheTableHasNoEscapesUnlessAsked(t *testing.T) {
	for _, color := range []bool{false, true} {
		var b strings.Builder
		tl := story()
		tl.Track("ns/p").Add(Record{At: at(101), Kind: Fact, Message: "a\x1b[2Jtrick\nof two lines"})
		if err := tl.WriteTable(&b, Table{Color: color}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "\x1b[2J") || strings.Contains(b.String(), "\x1b") != color {
			t.Errorf("colour %v: %q", color, b.String())
		}
	}
}

func TestJSONHasEveryRecord(t *testing.T) {
	var b strings.Builder
	tl := story()
	if err := tl.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var d struct{ Records []map[string]any }
	if err := json.Unmarshal([]byte(b.String()), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Records) != tl.Len() || d.Records[5]["exitCode"] != 137.0 || d.Records[5]["at"] != "+32s" {
		t.Errorf("%v", d.Records)
	}
}
