package handler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe/handler/handlertest"
)

func runHook(target Target, hook *corev1.LifecycleHandler) HookAnswer {
	return New(Options{}).RunHook(context.Background(), target, hook)
}

func expectHook(t *testing.T, got, want HookAnswer) {
	t.Helper()
	if got != want {
		t.Errorf("answer\n got: %+v\nwant: %+v", got, want)
	}
}

func TestAnExecHookFailsWithAnyExitStatusButZero(t *testing.T) { // C34, C36
	target := loopback
	var failure error
	target.Exec = execFunc(func(context.Context, string, []string) ([]byte, error) { return []byte("some \"output\""), failure })
	hook := &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "exit 3"}}}
	expectHook(t, runHook(target, hook), HookAnswer{})
	failure = &ExitError{Command: hook.Exec.Command, Code: 3}
	expectHook(t, runHook(target, hook), HookAnswer{
		Err: "command 'sh -c exit 3' exited with 3: ",
		Message: `Exec lifecycle hook ([sh -c exit 3]) for Container "app" in Pod "web-0_shop(u-1)" failed - ` +
			`error: command 'sh -c exit 3' exited with 3: , message: "some \"output\""`,
	})
	target.Exec = nil
	if a := runHook(target, hook); a.Err != ErrNoExec.Error() {
		t.Errorf("without Exec: %+v", a)
	}
}

func httpHook(port int) *corev1.LifecycleHandler {
	return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/hook", Port: intstr.FromInt(port), Scheme: "HTTP"}}
}

func TestAnyResponseIsSuccessForAnHTTPHook(t *testing.T) { // C37
	for _, response := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno",
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\ncut",
		"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.test/\r\nContent-Length: 0\r\n\r\n",
	} {
		server := start(t, answers(handlertest.Step{Write: response}))
		expectHook(t, runHook(loopback, httpHook(server.Port())), HookAnswer{})
		want := []string{
			"GET /hook HTTP/1.1", fmt.Sprintf("Host: 127.0.0.1:%d", server.Port()),
			"User-Agent: kube-lifecycle/1.36", "Accept: */*", "Accept-Encoding: gzip",
		}
		if got := server.Requests(); len(got) != 1 || strings.Join(got[0], "\n") != strings.Join(want, "\n") {
			t.Errorf("requests %q, want one of %q", got, want)
		}
	}
}

func TestAnHTTPHookThatGetsNoResponseFails(t *testing.T) { // C34
	server := start(t, answers())
	url := fmt.Sprintf("http://127.0.0.1:%d/hook", server.Port())
	expectHook(t, runHook(loopback, httpHook(server.Port())), HookAnswer{
		Err:     fmt.Sprintf("Get %q: EOF", url),
		Message: fmt.Sprintf(`HTTP lifecycle hook (/hook) for Container "app" in Pod "web-0_shop(u-1)" failed - error: Get %q: EOF`, url),
	})
	nowhere := loopback
	nowhere.PodIP = ""
	if a := runHook(nowhere, httpHook(server.Port())); a.Err != "failed to find networking container" {
		t.Errorf("without pod IP: %+v", a)
	}
	named := httpHook(0)
	named.HTTPGet.Port = intstr.FromString("wbe")
	if a := runHook(loopback, named); a.Err != `strconv.Atoi: parsing "wbe": invalid syntax` {
		t.Errorf("with a typo in the port: %+v", a)
	}
}

func TestAnHTTPSHookFallsBackToHTTP(t *testing.T) { // C37
	var n Network
	var seen []string
	server, err := n.ServeHTTP(80, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization")+r.Header.Get("X-Kept"))
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	hook := httpHook(80)
	hook.HTTPGet.Scheme = corev1.URISchemeHTTPS
	hook.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "Authorization", Value: "Bearer secret"}, {Name: "X-Kept", Value: "kept"}}
	expectHook(t, inMemory(&n).RunHook(t.Context(), loopback, hook), HookAnswer{
		Fallback: "request to HTTPS lifecycle hook 127.0.0.1:80 got HTTP response, retry with HTTP succeeded",
	})
	if len(seen) != 1 || seen[0] != "kept" {
		t.Errorf("the server saw %q", seen)
	}
}

func TestAnHTTPHookEndsWithItsContextWhateverTheServerSwitchesTo(t *testing.T) {
	server := start(t, answers(
		handlertest.Step{Write: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"},
		handlertest.Step{SleepMs: 60_000},
	))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	answer := New(Options{}).RunHook(ctx, loopback, httpHook(server.Port()))
	if took := time.Since(began); took > hangGuard {
		t.Errorf("took %v", took)
	}
	expectHook(t, answer, HookAnswer{}) // C37: there was a response
}

func TestASleepHookWaits(t *testing.T) { // C38
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		hook := &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 25}}
		expectHook(t, runHook(loopback, hook), HookAnswer{})
		if took := time.Since(began); took != 25*time.Second {
			t.Errorf("took %v", took)
		}
		expectHook(t, runHook(loopback, &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{}}), HookAnswer{})

		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		expectHook(t, New(Options{}).RunHook(ctx, loopback, hook), HookAnswer{
			Err: "container terminated before sleep hook finished",
			Message: `Sleep lifecycle hook (25) for Container "app" in Pod "web-0_shop(u-1)" failed - ` +
				`error: container terminated before sleep hook finished`,
		})
	})
}

func TestASleepHookUsesTheGivenClock(t *testing.T) {
	var slept time.Duration
	p := New(Options{Sleep: func(_ context.Context, d time.Duration) error {
		slept = d
		return errors.New("interrupted")
	}})
	a := p.RunHook(t.Context(), loopback, &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 5}})
	if slept != 5*time.Second || a.Err == "" {
		t.Errorf("slept %v, %+v", slept, a)
	}
}

func TestATCPSocketHookIsNoHook(t *testing.T) { // C35
	hook := &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}
	for _, hook := range []*corev1.LifecycleHandler{hook, {}} {
		if a := runHook(loopback, hook); !strings.HasPrefix(a.Message, "Cannot run handler: invalid handler: ") || a.Err == "" {
			t.Errorf("answer %+v", a)
		}
	}
}
