package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// chosen returns the subjects of a pod with this YAML below "spec:".
func chosen(t *testing.T, spec string) []subject {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pod.yaml")
	manifest := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n" + spec
	if err := os.WriteFile(path, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	subjects, _, err := (&probeFlags{file: file(path), podIP: "10.0.0.7", exec: true}).load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return subjects
}

// app returns a pod spec of one container with these further lines.
func app(lines ...string) string {
	return "  containers:\n    - name: app\n      image: app:1\n      " + strings.Join(lines, "\n      ") + "\n"
}

// phases is an HTTP server in memory. Its answer is the status of the last phase that has
// begun since its start. With status 0 it hangs.
type phases []struct {
	from   time.Duration
	status int
}

func (p phases) serve(t *testing.T, n *handler.Network, port int) {
	began := time.Now()
	server, err := n.ServeHTTP(port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 0
		for _, phase := range p {
			if time.Since(began) >= phase.from {
				status = phase.status
			}
		}
		if status == 0 {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(status)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
}

// play runs a watch to its end and compares the output, without the summary.
func play(t *testing.T, w *watch, out *bytes.Buffer, want string) {
	t.Helper()
	if err := w.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _, _ := strings.Cut(out.String(), "\n\n")
	var lines []string
	for _, line := range strings.Split(got, "\n") {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	want = strings.TrimSpace("TIME CONTAINER PROBE WHAT\n" + strings.TrimSpace(want))
	if line, g, x := firstDifference(strings.Join(lines, "\n"), want); line > 0 {
		t.Errorf("line %d\n got %q\nwant %q\nof\n%s", line, g, x, strings.Join(lines, "\n"))
	}
}

// bubble returns a watch over a network in memory, and its output.
func bubble(t *testing.T, n *handler.Network, spec string, length time.Duration) (*watch, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	w := newWatch(chosen(t, spec), handler.New(handler.Options{DialContext: n.DialContext}), out)
	w.length = length
	return w, out
}

func TestTheGridThresholdsAndVerdictsAreThoseOfTheRules(t *testing.T) { // P40, P54, P56, P59, P60, P62
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 500}, {7 * time.Second, 200}, {22 * time.Second, 503}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app(
			"startupProbe: {httpGet: {port: 80}, periodSeconds: 4}",
			"readinessProbe: {httpGet: {port: 80}, periodSeconds: 10, failureThreshold: 1}",
			"livenessProbe: {httpGet: {port: 80}, periodSeconds: 15, failureThreshold: 2}"), time.Hour)
		w.length = 62 * time.Second
		play(t, w, out, `
+0s app readiness => not ready yet: would not be in Service endpoints
+0s app readiness skipped: startup not finished
+0s app liveness skipped: startup not finished
+0s app startup httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 500
+0s app startup event Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 500
+0s app startup failure 1 of 3
+4s app startup httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 500
+4s app startup event Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 500
+4s app startup failure 2 of 3
+8s app startup httpGet http://10.0.0.7:80/: success in 0s
+8s app startup success 1 of 1
+8s app startup => startup done: readiness and liveness begin
+8s app readiness httpGet http://10.0.0.7:80/: success in 0s
+8s app readiness success 1 of 1
+8s app readiness => ready: would be put into Service endpoints
+12s app startup skipped: on hold until the next instance
+15s app liveness httpGet http://10.0.0.7:80/: success in 0s
+15s app liveness success 1 of 1
+18s app readiness httpGet http://10.0.0.7:80/: success in 0s
+18s app readiness success 2 in a row, 1 needed: still ready
+28s app readiness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+28s app readiness event Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
+28s app readiness failure 1 of 1
+28s app readiness => not ready: would be taken out of Service endpoints
+28s app readiness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+28s app readiness event Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
+28s app readiness failure 2 in a row, 1 needed: still not ready
+30s app liveness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+30s app liveness event Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503
+30s app liveness failure 1 of 2
+38s app readiness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+38s app readiness event Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
+38s app readiness failure 3 in a row, 1 needed: still not ready
+45s app liveness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+45s app liveness event Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503
+45s app liveness failure 2 of 2
+45s app liveness => would restart the container: liveness
+45s app readiness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+45s app readiness event Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
+45s app readiness failure 4 in a row, 1 needed: still not ready
+55s app readiness httpGet http://10.0.0.7:80/: failure in 0s: HTTP probe failed with statuscode: 503
+55s app readiness event Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
+55s app readiness failure 5 in a row, 1 needed: still not ready
+1m0s app liveness skipped: on hold until the next instance
+1m2s end: the time is over`)
		if w.allSucceed() {
			t.Error("all succeed")
		}
	})
}

func TestLivenessBeginsOnItsGridWhenStartupIsDone(t *testing.T) { // P40, P54
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 500}, {5 * time.Second, 200}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app(
			"startupProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 6, periodSeconds: 3}",
			"livenessProbe: {httpGet: {port: 80}, periodSeconds: 4}"), 9*time.Second)
		play(t, w, out, `
+0s app startup skipped: initial delay not over
+0s app liveness skipped: startup not finished
+6s app startup tcpSocket 10.0.0.7:80: success in 0s
+6s app startup success 1 of 1
+6s app startup => startup done: liveness begins
+8s app liveness httpGet http://10.0.0.7:80/: success in 0s
+8s app liveness success 1 of 1
+9s end: the time is over`)
		if !w.allSucceed() {
			t.Error("not all succeed")
		}
	})
}

func TestAHangTakesItsTimeoutAndTheTicksBesideItAreLost(t *testing.T) { // P41, P91
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 0}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app(
			"livenessProbe: {httpGet: {port: 80}, initialDelaySeconds: 2, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 2}"), 0)
		play(t, w, out, `
+0s app liveness skipped: initial delay not over
+7s app liveness httpGet http://10.0.0.7:80/: failure in 5s: Get "http://10.0.0.7:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)
+7s app liveness event Warning Unhealthy: Liveness probe failed: Get "http://10.0.0.7:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)
+7s app liveness failure 1 of 2
+12s app liveness httpGet http://10.0.0.7:80/: failure in 5s: Get "http://10.0.0.7:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)
+12s app liveness event Warning Unhealthy: Liveness probe failed: Get "http://10.0.0.7:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)
+12s app liveness failure 2 of 2
+12s app liveness => would restart the container: liveness
+12s app liveness skipped: on hold until the next instance
+12s end: nothing is left to probe before a restart`)
	})
}

func TestAnErrorIsTriedThreeTimesAndCountsForNothing(t *testing.T) { // P66, P98
	synctest.Test(t, func(t *testing.T) {
		w, out := bubble(t, new(handler.Network), app("livenessProbe: {httpGet: {port: wbe}, failureThreshold: 1}"), 11*time.Second)
		errored := `
+AT app liveness httpGet port wbe: unknown with an error in 0s: strconv.Atoi: parsing "wbe": invalid syntax
+AT app liveness httpGet port wbe: unknown with an error in 0s (try 2): strconv.Atoi: parsing "wbe": invalid syntax
+AT app liveness httpGet port wbe: unknown with an error in 0s (try 3): strconv.Atoi: parsing "wbe": invalid syntax
+AT app liveness event Warning Unhealthy: Liveness probe errored and resulted in unknown state: strconv.Atoi: parsing "wbe": invalid syntax`
		play(t, w, out, strings.ReplaceAll(errored, "+AT", "+0s")+strings.ReplaceAll(errored, "+AT", "+10s")+"\n+11s end: the time is over")
		if !strings.HasSuffix(out.String(), "\n\napp liveness: passes 2, of which succeeded 0, failed 0, errored 2; the last was an error\n") {
			t.Errorf("summary of\n%s", out)
		}
		if w.allSucceed() {
			t.Error("all succeed")
		}
	})
}

func TestASinglePassWaitsForNothing(t *testing.T) { // no initial delay, no startup probe; P38, P53, P54
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 200}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app(
			"startupProbe: {tcpSocket: {port: 81}, failureThreshold: 1}",
			"livenessProbe: {httpGet: {port: 80}, initialDelaySeconds: 2147483647, periodSeconds: 1}"), 0)
		w.once = true
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(w.start); took != 0 {
			t.Errorf("took %v", took)
		}
		for _, want := range []string{
			"app        startup    => would restart the container: startup\n",
			"app        liveness   success 1 of 1\n",
			"app startup: passes 1, of which succeeded 0, failed 1, errored 0; the last was a failure\n",
			"app liveness: passes 1, of which succeeded 1, failed 0, errored 0; the last was a success\n",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("want %q in\n%s", want, out)
			}
		}
		if w.allSucceed() {
			t.Error("all succeed")
		}
	})
}

func TestASinglePassIsOneHoweverLongItTakes(t *testing.T) { // P38, P41
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 0}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app(
			"readinessProbe: {httpGet: {port: 80}, periodSeconds: 1, timeoutSeconds: 30}",
			"livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}"), 0)
		w.once = true
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(w.start); took != 30*time.Second {
			t.Errorf("took %v", took)
		}
		for _, want := range []string{"app readiness: passes 1, of which succeeded 0, failed 1,", "app liveness: passes 1, of which succeeded 1,"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("want %q in\n%s", want, out)
			}
		}
	})
}

func TestWhatBecomesOfAContainerDependsOnItsPolicy(t *testing.T) { // R38, R43
	const down = "livenessProbe: {tcpSocket: {port: 80}, failureThreshold: 1}"
	for _, c := range []struct{ what, spec, want string }{
		{"a pod that restarts always", app(down), "=> would restart the container: liveness\n"},
		{"on failure", "  restartPolicy: OnFailure\n" + app(down), "=> would restart the container: liveness\n"},
		{"never", "  restartPolicy: Never\n" + app(down), "=> would stop the container and not restart it: liveness\n"},
		{"never, but the container", "  restartPolicy: Never\n" + app("restartPolicy: Always", down), "=> would restart the container: liveness\n"},
		{"never, but for some exit codes", app("restartPolicy: Never", "restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [137]}}]", down),
			"=> would stop the container and not restart it: liveness\n"}, // R3
		{"a sidecar", "  restartPolicy: Never\n  initContainers:\n    - {name: side, image: a, restartPolicy: Always, " + down + "}\n" + app("tty: true"),
			"=> would restart the container: liveness\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, out := bubble(t, new(handler.Network), c.spec, time.Second)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(out.String(), c.want) {
					t.Errorf("want %q in\n%s", c.want, out)
				}
			})
		})
	}
}

func TestItEndsWithItsContextAndLeavesNoAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
		var n handler.Network
		phases{{0, 200}, {15 * time.Second, 0}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app("readinessProbe: {httpGet: {port: 80}, timeoutSeconds: 60}"), 0)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(25*time.Second, cancel)
		if err := w.run(ctx); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(w.start); took != 25*time.Second {
			t.Errorf("took %v", took)
		}
		if want := "+25s                             end: interrupted\n\napp readiness: passes 2, of which succeeded 2, failed 0, errored 0; the last was a success\n"; !strings.HasSuffix(out.String(), want) {
			t.Errorf("want at the end %q of\n%s", want, out)
		}
		if !w.allSucceed() {
			t.Error("the pass that was cut short counts")
		}
	})
}

func TestTheTimeEndsAlsoAnAttemptThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 0}}.serve(t, &n, 80)
		w, out := bubble(t, &n, app("startupProbe: {httpGet: {port: 80}, timeoutSeconds: 60}"), 20*time.Second)
		play(t, w, out, "+20s end: the time is over")
		if w.allSucceed() {
			t.Error("a probe without a pass succeeds")
		}
	})
}

// full is an output that fails after so many writes.
type full int

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if *f--; *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAnOutputThatIsClosedEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n handler.Network
		phases{{0, 200}}.serve(t, &n, 80)
		out := full(5)
		w := newWatch(chosen(t, app("livenessProbe: {httpGet: {port: 80}}")), handler.New(handler.Options{DialContext: n.DialContext}), &out)
		if err := w.run(t.Context()); !errors.Is(err, errFull) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(w.start); took != 20*time.Second {
			t.Errorf("took %v; the fifth write is that of the second pass, the sixth of the third", took)
		}
	})
}

func TestATargetIsNamedAsItIsProbed(t *testing.T) {
	s := chosen(t, app(
		"ports: [{name: web, containerPort: 8080}, {name: web2, containerPort: 1}]",
		`livenessProbe: {httpGet: {port: web, scheme: HTTPS, host: "::1", path: x}}`,
		"readinessProbe: {tcpSocket: {port: web2, host: db.test}}",
		`startupProbe: {exec: {command: [sh, -c, "a 'b'", ""]}}`))[0]
	for kind, want := range map[probe.Kind]string{
		probe.Liveness:  "httpGet https://[::1]:8080/x",
		probe.Readiness: "tcpSocket db.test:1",
		probe.Startup:   `exec sh -c "a 'b'" ""`,
	} {
		if got := describe(&s, kind); got != want {
			t.Errorf("%v: %s; want %s", kind, got, want)
		}
	}
	s = chosen(t, app("livenessProbe: {grpc: {port: 9090}}"))[0]
	if got, want := describe(&s, probe.Liveness), "grpc "+net.JoinHostPort("10.0.0.7", "9090"); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
