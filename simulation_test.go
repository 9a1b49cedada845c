package podclock_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// with returns the pod web with the given handler in its liveness probe.
func with(h corev1.ProbeHandler) *corev1.Pod {
	pod := web()
	pod.Spec.Containers[0].LivenessProbe.ProbeHandler = h
	return pod
}

func run(t *testing.T, o podclock.Options) *timeline.Timeline {
	t.Helper()
	result, err := podclock.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return result.Timeline
}

func TestAFailingProbeReadsAsTheKubeletsHandlerWouldWordIt(t *testing.T) {
	exec := corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"check", "it"}}}
	broken := corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"$\xff(A)", "$$(A)"}}}
	http := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "x?a=b", Port: intstr.FromInt32(80)}}
	tcp := corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}
	grpc := corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 80}}
	named := corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("web")}}
	const failed, errored = "Liveness probe failed: ", "Liveness probe errored and resulted in unknown state: "
	for _, row := range []struct {
		rule    string
		handler corev1.ProbeHandler
		reply   podclock.Reply
		want    string
	}{
		{"P101 exit code", exec, podclock.ExitStatus(3, "no"), failed + "no"},
		{"P101 a command has no port to refuse", exec, podclock.Refused(), failed},
		{"P101 time-out", exec, podclock.Hang(), failed + `command timed out: "check it" timed out after 1s`},
		{"P99 text that is not UTF-8", broken, podclock.Hang(), failed + "command timed out: \"$\ufffd(A) $(A)\" timed out after 1s"},
		{"P101 as late as the time-out", exec, podclock.OK().After(time.Second), failed + `command timed out: "check it" timed out after 1s`},
		{"P101 runtime error", exec, podclock.Error("runtime down"), errored + "runtime down"},
		{"P110 status", http, podclock.HTTP(500, "body"), failed + "HTTP probe failed with statuscode: 500"},
		{"P110 any failure", http, podclock.Fail("body"), failed + "HTTP probe failed with statuscode: 500"},
		{"P110 redirect away", http, podclock.Redirect(302, "http://elsewhere/", "go"), "Liveness probe warning: Probe terminated redirects, Response body: go"},
		{"P111 refused", http, podclock.Refused(), failed + `Get "http://10.0.0.1:80/x?a=b": dial tcp 10.0.0.1:80: connect: connection refused`},
		{"P111 time-out", http, podclock.Hang(), failed + `Get "http://10.0.0.1:80/x?a=b": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`},
		{"P112 stalled body", http, podclock.Stall(), "Liveness probe errored and resulted in failure state: context deadline exceeded (Client.Timeout or context cancellation while reading body)"},
		{"P114 refused", tcp, podclock.Refused(), failed + "dial tcp 10.0.0.1:80: connect: connection refused"},
		{"P114 time-out", tcp, podclock.Hang(), failed + "dial tcp 10.0.0.1:80: i/o timeout"},
		{"P98 unknown port name", named, podclock.OK(), errored + `strconv.Atoi: parsing "web": invalid syntax`},
		{"P116 not serving", grpc, podclock.Serving("NOT_SERVING"), failed + `service unhealthy (responded with "NOT_SERVING")`},
		{"P116 no such service", grpc, podclock.Serving("NOT_FOUND"), failed + "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service"},
		{"P116 time-out", grpc, podclock.Hang(), failed + "timeout: health rpc did not complete within 1s"},
		{"P117 refused", grpc, podclock.Refused(), failed + `timeout: failed to connect service "10.0.0.1:80" within 1s: context deadline exceeded`},
	} {
		tl := run(t, podclock.Options{For: 15 * time.Second, Pods: []podclock.Pod{{
			Manifest: with(row.handler), Sandbox: podclock.Sandbox{IP: "10.0.0.1"},
			Apps: map[string]podclock.App{"app": podclock.Script{{Liveness: podclock.Steps{{Reply: row.reply}}}}},
		}}})
		events := podOf(t, tl, "web").Events("Unhealthy", "ProbeWarning")
		if len(events) == 0 || events[0].Message != row.want {
			t.Errorf("%s: %v\nwant %s", row.rule, events, row.want)
		}
	}
}

func TestAServerIsFoundByPortAndPathAndRedirectsAreFollowedOnTheSameHost(t *testing.T) {
	get := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/r", Port: intstr.FromInt32(8080)}}
	server := podclock.Server{Kind: podclock.HTTPServer, Port: 8080, Steps: podclock.Steps{
		{Reply: podclock.HTTP(404, "")},
		{Path: "/r", Reply: podclock.Redirect(302, "/ok", "")},
		{Path: "/ok", Reply: podclock.HTTP(200, "")},
		{From: 25 * time.Second, Path: "/ok", Reply: podclock.Redirect(302, "/r", "")},
	}}
	tl := run(t, podclock.Options{For: 35 * time.Second, Pods: []podclock.Pod{{
		Manifest: with(get), Apps: map[string]podclock.App{"app": podclock.Script{{Servers: []podclock.Server{server}}}},
	}}})
	events := podOf(t, tl, "web").Events("Unhealthy")
	if len(events) != 1 || events[0].First != 30*time.Second || !strings.HasSuffix(events[0].Message, "stopped after 10 redirects") {
		t.Errorf("%v", events)
	}
}

func TestOnlyWhatNetHTTPFollowsIsARedirect(t *testing.T) { // P109, P110
	for status, warns := range map[int]bool{300: true, 302: false, 304: true, 305: true, 307: false, 308: false} {
		get := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/r", Port: intstr.FromInt32(8080)}}
		server := podclock.Server{Kind: podclock.HTTPServer, Port: 8080, Steps: podclock.Steps{
			{Path: "/r", Reply: podclock.Redirect(status, "/ok", "there")},
			{Path: "/ok", Reply: podclock.HTTP(200, "")},
		}}
		tl := run(t, podclock.Options{For: 15 * time.Second, Pods: []podclock.Pod{{
			Manifest: with(get), Apps: map[string]podclock.App{"app": podclock.Script{{Servers: []podclock.Server{server}}}},
		}}})
		if events := podOf(t, tl, "web").Events("ProbeWarning"); (len(events) > 0) != warns {
			t.Errorf("status %d: warnings %v, want some: %v", status, events, warns)
		}
	}
}

// podOf returns the pod's part of the timeline.
func podOf(t *testing.T, tl *timeline.Timeline, name string) timeline.Pod {
	t.Helper()
	pod, err := tl.Pod(name)
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

// containerOf returns the part of the timeline of the container app of the pod web.
func containerOf(t *testing.T, tl *timeline.Timeline) timeline.Container {
	t.Helper()
	c, err := tl.Container("web", "app")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheReactionToTheStopSignal(t *testing.T) {
	for _, row := range []struct {
		why  string
		term *podclock.Term
		code int32
		ends time.Duration
	}{
		{"C45: the default action", nil, 143, 20 * time.Second},
		{"it exits in time", &podclock.Term{After: 3 * time.Second}, 0, 23 * time.Second},
		{"it ignores the signal", &podclock.Term{Ignore: true}, 137, 50 * time.Second},
		{"it takes as long as it has", &podclock.Term{After: 30 * time.Second}, 137, 50 * time.Second},
	} {
		tl := run(t, podclock.Options{
			Pods:  []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": podclock.Script{{Term: row.term}}}}},
			Facts: []podclock.TimedFact{{At: 20 * time.Second, Fact: podclock.Delete{}}},
			For:   time.Minute,
		})
		exits := containerOf(t, tl).Exits()
		if len(exits) != 1 || exits[0].ExitCode != row.code || exits[0].At != row.ends {
			t.Errorf("%s: %+v, want %d at %v", row.why, exits, row.code, row.ends)
		}
	}
}

func TestAnOutageMeetsSeveralPodsAtOnceAndPasses(t *testing.T) {
	tl := run(t, podclock.Options{
		Pods:  []podclock.Pod{{Manifest: web(), Replicas: 3}},
		Facts: []podclock.TimedFact{{At: 25 * time.Second, Fact: podclock.Outage{Name: "the database", For: 20 * time.Second}}},
		For:   2 * time.Minute,
	})
	for _, name := range tl.Pods() {
		events := podOf(t, tl, name).Events("Unhealthy")
		if len(events) != 1 || events[0].Count != 2 || podOf(t, tl, name).Restarts() != 0 {
			t.Errorf("%s: %v", name, events)
		}
	}
}

func TestAFactInjectedBreaksNoPromise(t *testing.T) {
	s, err := podclock.New(podclock.Options{Pods: []podclock.Pod{{Manifest: web()}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RunFor(95 * time.Second); err != nil {
		t.Fatal(err)
	}
	if err := s.Inject(podclock.HangApp{Container: "app"}); err != nil {
		t.Fatal(err)
	}
	if err := s.RunFor(time.Minute); err != nil {
		t.Fatal(err)
	}
	d := containerOf(t, s.Timeline()).Detections()
	if len(d) != 1 || d[0].Kill != 121*time.Second { // failures at 101, 111 and 121 s
		t.Errorf("%+v", d)
	}
}

func TestAPodIsRefusedAtItsArrivalOnly(t *testing.T) { // S82
	late := web()
	late.Name = "late"
	s, err := podclock.New(podclock.Options{
		Pods:  []podclock.Pod{{Manifest: web()}, {Manifest: late, At: 10 * time.Second}},
		Facts: []podclock.TimedFact{{At: 10 * time.Second, Fact: podclock.Refuse{Reason: "OutOfpods"}}}, // every pod
	})
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(at string) {
		t.Helper()
		err := s.Inject(podclock.Refuse{Pod: "web", Reason: "OutOfcpu", Message: "too big"})
		if (err == nil) != (at == "arrival") {
			t.Errorf("refused at %s: error %v", at, err)
		}
	}
	refuse("arrival")
	if err := s.RunFor(time.Minute); err != nil {
		t.Fatal(err)
	}
	refuse("a minute later")
	for name, reason := range map[string]string{"web": "OutOfcpu", "late": "OutOfpods"} {
		status, err := s.Status(name)
		if err != nil || status.Phase != corev1.PodFailed || status.Reason != reason || len(status.ContainerStatuses) != 0 {
			t.Errorf("%s: %v, %+v; want it Failed with %s", name, err, status, reason)
		}
		for _, r := range podOf(t, s.Timeline(), "default/"+name).Records() {
			if r.Kind == timeline.Sandbox || r.Kind == timeline.Started {
				t.Errorf("%s: something is started: %+v", name, r)
			}
		}
	}
}

func TestPullsGoOneByOneUnlessToldOtherwise(t *testing.T) {
	for parallel, want := range map[bool]time.Duration{false: 20 * time.Second, true: 10 * time.Second} {
		other := web()
		other.Name = "other"
		tl := run(t, podclock.Options{
			Pods:          []podclock.Pod{{Manifest: web()}, {Manifest: other}},
			Images:        map[string]podclock.Image{"app:v1": {Pulls: []podclock.Pull{{Takes: 10 * time.Second}}}},
			ParallelPulls: parallel,
			For:           time.Minute,
		})
		if d, _ := podOf(t, tl, "other").FirstReady(); d != want {
			t.Errorf("parallel %v: the second pod is ready at %v, want %v", parallel, d, want)
		}
	}
}

func TestWhatIsWrongWithTheOptionsIsNamedWithItsCure(t *testing.T) {
	script := func(r podclock.ScriptRun) podclock.Options {
		return podclock.Options{Pods: []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": podclock.Script{r}}}}}
	}
	steps := podclock.Steps{{From: 2 * time.Second, Reply: podclock.OK()}, {From: time.Second, Reply: podclock.OK()}}
	for want, o := range map[string]podclock.Options{
		"Pods: there is none":                {},
		"Manifest: there is none":            {Pods: []podclock.Pod{{}}},
		`no such container; it has app`:      {Pods: []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"db": podclock.Script{}}}}},
		"there are two pods":                 {Pods: []podclock.Pod{{Manifest: web()}, {Manifest: web()}}},
		"For: -1s: times are not negative":   {Pods: []podclock.Pod{{Manifest: web()}}, For: -time.Second},
		`has no readinessProbe; give it one`: script(podclock.ScriptRun{Readiness: steps}),
		`has no lifecycle.preStop`:           script(podclock.ScriptRun{PreStop: steps}),
		"put them in order":                  script(podclock.ScriptRun{Liveness: steps}),
		"Exit.After: -1s":                    script(podclock.ScriptRun{Exit: &podclock.Exit{After: -time.Second}}),
		"Reply: there is none":               script(podclock.ScriptRun{Liveness: podclock.Steps{{}}}),
		"no probe or hook of container":      script(podclock.ScriptRun{Exec: map[string]podclock.Steps{"chekc": nil}}),
		"servers are":                        script(podclock.ScriptRun{Servers: []podclock.Server{{Kind: "udp", Port: 1}}}),
		`there is no pod "wbe"`:              {Pods: []podclock.Pod{{Manifest: web()}}, Facts: []podclock.TimedFact{{Fact: podclock.Delete{Pod: "wbe"}}}},
		`arrives at +0s`:                     {Pods: []podclock.Pod{{Manifest: web()}}, Facts: []podclock.TimedFact{{At: time.Second, Fact: podclock.Refuse{}}}},
		`has a container "ap"`:               {Pods: []podclock.Pod{{Manifest: web()}}, Facts: []podclock.TimedFact{{Fact: podclock.Crash{Container: "ap"}}}},
	} {
		if _, err := podclock.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestAFactAfterTheEndOfARunIsAnError(t *testing.T) {
	for length, want := range map[time.Duration]string{
		0:                "podclock: Facts[1].At: 11m0s: comes after the end, which is For: 10m0s; make that longer",
		2 * time.Minute:  "podclock: Facts[1].At: 11m0s: comes after the end, which is For: 2m0s; make that longer",
		11 * time.Minute: "",
	} {
		_, err := podclock.Run(podclock.Options{
			Pods: []podclock.Pod{{Manifest: web()}}, For: length,
			Facts: []podclock.TimedFact{{Fact: podclock.Crash{}}, {At: 11 * time.Minute, Fact: podclock.Delete{}}},
		})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("For: %v: error %v; want %s", length, err, want)
		}
	}
}

// mute is an app that gives no reply.
type mute struct{ podclock.Healthy }

func (mute) Probe(*podclock.Call, podclock.ProbeKind) podclock.Reply { return podclock.Reply{} }

func TestAnAppThatGivesNoReplyEndsTheSimulationWithAnError(t *testing.T) {
	_, err := podclock.Run(podclock.Options{Pods: []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": mute{}}}}})
	if err == nil || !strings.Contains(err.Error(), `at +10s, pod default/web, container "app", run 0, Probe`) {
		t.Errorf("error %v", err)
	}
}

func TestKubeletTimingIsDecidedByTheSeed(t *testing.T) {
	ready := func(seed uint64) time.Duration {
		pod := web()
		pod.Spec.Containers[0].ReadinessProbe = pod.Spec.Containers[0].LivenessProbe.DeepCopy()
		tl := run(t, podclock.Options{Seed: seed, Timing: podclock.KubeletTiming, For: time.Hour, Pods: []podclock.Pod{{
			Manifest: pod, Apps: map[string]podclock.App{"app": podclock.Script{{Exit: &podclock.Exit{After: time.Second, Code: 1}}}},
		}}})
		return podOf(t, tl, "web").TimeReady()
	}
	one, again, two := ready(1), ready(1), ready(2)
	if one != again || one == two {
		t.Errorf("seeds 1, 1 and 2: ready for %v, %v, %v", one, again, two)
	}
}

func TestASimulationStartsInTheYears1970To9000(t *testing.T) {
	at := func(year int) podclock.Options {
		return podclock.Options{
			Pods:  []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": podclock.Script{{Exit: &podclock.Exit{Code: 1}}}}}},
			Start: time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC),
		}
	}
	events := func(year int) string {
		var out strings.Builder
		if err := run(t, at(year)).WriteEvents(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, year := range []int{podclock.FirstYear, podclock.LastYear} {
		if got, want := events(year), events(podclock.Epoch.Year()); got != want {
			t.Errorf("from %d:\n%s\nwant\n%s", year, got, want)
		}
	}
	for _, year := range []int{-1, podclock.FirstYear - 1, podclock.LastYear + 1, 300_000} {
		_, err := podclock.New(at(year))
		if err == nil || !strings.Contains(err.Error(), "outside the years 1970 to 9000; give a time in them, or none for 2026-01-01") {
			t.Errorf("year %d: error %v", year, err)
		}
	}
}

// What is played before the end must be equal to that part of the whole story.
func TestARunEndsWithItsContext(t *testing.T) {
	crashing := podclock.Script{{Exit: &podclock.Exit{After: 5 * time.Second, Code: 1}}}
	o := podclock.Options{Pods: []podclock.Pod{{Manifest: web(), Apps: map[string]podclock.App{"app": crashing}}}, For: time.Hour}
	whole := run(t, o).Records()
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	o.Tap = func(tap podclock.Tap) {
		if steps++; steps == 200 {
			cancel()
		}
	}
	result, err := podclock.RunContext(ctx, o)
	if !errors.Is(err, context.Canceled) || result == nil {
		t.Fatalf("%v, %v; want a result, and that it was cancelled", result, err)
	}
	if played := result.End.Sub(result.Start); played <= 0 || played >= o.For {
		t.Errorf("played for %s; want less than %s", played, o.For)
	}
	part := result.Timeline.Records()
	if len(part) == 0 || len(part) >= len(whole) || !reflect.DeepEqual(part, whole[:len(part)]) {
		t.Errorf("%d records of %d, which are not the first ones", len(part), len(whole))
	}
	if row := result.Pods[0].Columns; row.Status == "" || row.Ready == "" {
		t.Errorf("columns %+v", row)
	}
	if result, err := podclock.RunContext(ctx, o); err == nil || !result.End.Equal(result.Start) {
		t.Errorf("after its end: %v, %v", result, err)
	}
}

func TestAnUpdateThatAnAPIServerRefusesIsAnError(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1"}}}}
	s, err := podclock.New(podclock.Options{Pods: []podclock.Pod{{Manifest: pod}}})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Inject(podclock.Update{Change: func(p *corev1.Pod) {
		p.Spec.Containers[0].LivenessProbe = &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"live"}}},
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "spec.containers[0].livenessProbe: Forbidden: pod updates may not change fields") {
		t.Errorf("Inject: %v", err)
	}
	latest := func(p *corev1.Pod) { p.Spec.Containers[0].Image = "web:latest" } // its pull policy stays as it was
	if err := s.Inject(podclock.Update{Change: latest}); err != nil {
		t.Errorf("a new image: %v", err)
	}
}

// Each of two updates is possible, but the second is not after the first. It is refused when
// its time comes, with a reason.
func TestAnUpdateIsCheckedAgainWhenItsTimeComes(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1"}}}}
	deadline := func(seconds int64) podclock.Update {
		return podclock.Update{Change: func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = &seconds }}
	}
	result, err := podclock.Run(podclock.Options{
		Pods: []podclock.Pod{{Manifest: pod}},
		Facts: []podclock.TimedFact{
			{At: time.Minute, Fact: deadline(300)}, {At: 2 * time.Minute, Fact: deadline(3000)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Pods[0].Status.Reason; got != "DeadlineExceeded" {
		t.Errorf("reason %q", got)
	}
	refused := false
	for _, r := range result.Timeline.Records() {
		refused = refused || strings.HasPrefix(r.Message, "the API server refuses the update: spec.activeDeadlineSeconds: Invalid value: 3000")
	}
	if !refused {
		t.Error("the timeline does not say that the second is refused")
	}
}
