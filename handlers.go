package podclock

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/expand"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
)

// target is what one attempt of a probe goes to, and turns an app's reply into
// what the kubelet's handler would make of it (section C).
type target struct {
	container *corev1.Container
	probe     *corev1.Probe
	ip        string
}

func (t target) timeout() time.Duration { return time.Duration(t.probe.TimeoutSeconds) * time.Second }

// answer is the end of an attempt that is replied to so, and how long it takes.
func (t target) answer(r Reply) (probe.Answer, time.Duration) {
	if _, err := t.port(); err != nil { // P98
		return answer.Errored(err.Error()), 0
	}
	if r.latency >= t.timeout() || r.kind == ReplyHang || r.kind == ReplyStall {
		return t.timedOut(r), t.timeout()
	}
	switch {
	case t.probe.Exec != nil:
		return t.exec(r), r.latency
	case t.probe.HTTPGet != nil:
		return t.http(r), r.latency
	case t.probe.TCPSocket != nil:
		return t.tcp(r), r.latency
	case r.kind == ReplyRefuse: // P117
		return t.timedOut(r), t.timeout()
	default:
		return t.grpc(r), r.latency
	}
}

// port is the port number; the error is the one that the attempt ends with (P95
// to P98).
func (t target) port() (int, error) {
	switch {
	case t.probe.HTTPGet != nil:
		return answer.Port(t.probe.HTTPGet.Port, t.container.Ports)
	case t.probe.TCPSocket != nil:
		return answer.Port(t.probe.TCPSocket.Port, t.container.Ports)
	case t.probe.GRPC != nil:
		return int(t.probe.GRPC.Port), nil
	}
	return 0, nil
}

// address is where a network probe connects to.
func (t target) address() string {
	host := t.ip
	switch {
	case t.probe.HTTPGet != nil:
		host = answer.Host(t.probe.HTTPGet.Host, t.ip)
	case t.probe.TCPSocket != nil:
		host = answer.Host(t.probe.TCPSocket.Host, t.ip)
	}
	port, _ := t.port()
	return answer.Address(host, port)
}

// url is what an httpGet probe asks for (P105).
func (t target) url() string { return answer.URL(t.probe.HTTPGet, t.address()).String() }

// timedOut is the end of an attempt that does not come in time.
func (t target) timedOut(r Reply) probe.Answer {
	switch {
	case t.probe.Exec != nil: // P101
		return answer.ExecTimedOut(expand.Words(t.probe.Exec.Command, expand.Env(t.container.Env)), t.timeout())
	case t.probe.HTTPGet != nil && r.kind == ReplyStall: // P112
		return answer.HTTPBodyLost(answer.ReadingBody)
	case t.probe.HTTPGet != nil: // P111
		return answer.HTTPUnanswered(t.url(), answer.AwaitingHeaders)
	case t.probe.TCPSocket != nil: // P114
		return answer.Failure(answer.DialTimedOut(t.address()))
	case r.kind == ReplyRefuse: // P116
		return answer.GRPCUnconnected(t.address(), t.timeout(), "context deadline exceeded")
	}
	return answer.GRPCTimedOut(t.timeout())
}

// exec words the end of a command (P101).
func (t target) exec(r Reply) probe.Answer {
	switch r.kind {
	case ReplyOK:
		return answer.Success(r.text)
	case ReplyFail:
		return answer.Failure(r.text)
	case ReplyStatus:
		return answer.Exec(r.code, r.text)
	case ReplyServing:
		if r.text == "SERVING" {
			return answer.Success("")
		}
		return answer.Failure(r.text)
	case ReplyRefuse: // a command has no port: it fails
		return answer.Exec(1, r.text)
	}
	return answer.Errored(r.text)
}

// gone is the end of an attempt in a container that does not run.
func (t target) gone() probe.Answer {
	if t.probe.Exec != nil {
		return answer.Errored(notRunning)
	}
	a, _ := t.answer(Refused())
	return a
}

// notRunning is the runtime's text of an exec in a container that does not run.
const notRunning = "container not running"

// http words an answer of a server, or what came instead (P110, P111).
func (t target) http(r Reply) probe.Answer {
	code := r.code
	switch r.kind {
	case ReplyOK:
		code = 200
	case ReplyFail:
		code = 500
	case ReplyServing:
		code = 503
		if r.text == "SERVING" {
			code = 200
		}
	case ReplyRefuse:
		return answer.HTTPUnanswered(t.url(), answer.DialRefused(t.address()))
	case ReplyError:
		return answer.HTTPBodyLost(r.text)
	}
	switch {
	case r.redirects:
		return answer.HTTPUnanswered(r.location, answer.TooManyRedirects)
	case code == 0: // of an ExitStatus
		code = 200
	}
	return answer.HTTP(code, r.text)
}

// tcp words the end of a connection (P114).
func (t target) tcp(r Reply) probe.Answer {
	if r.kind == ReplyError {
		return answer.Errored(r.text)
	}
	if r.accepts() {
		return answer.Success("")
	}
	return answer.Failure(answer.DialRefused(t.address()))
}

// accepts reports whether a reply that is not about a port means an open one.
func (r Reply) accepts() bool {
	switch r.kind {
	case ReplyOK:
		return true
	case ReplyStatus:
		return r.code == 0 || r.code >= 200 && r.code < 400
	case ReplyServing:
		return r.text == "SERVING"
	}
	return false
}

// grpc words the answer of a health service (P116).
func (t target) grpc(r Reply) probe.Answer {
	switch {
	case r.kind == ReplyError:
		return answer.GRPCFailed(r.text)
	case r.kind == ReplyServing && r.text == "NOT_FOUND":
		return answer.GRPCFailed("rpc error: code = NotFound desc = unknown service")
	case r.accepts():
		return answer.GRPC("SERVING")
	case r.kind == ReplyServing:
		return answer.GRPC(r.text)
	}
	return answer.GRPC("NOT_SERVING")
}

// cut is the end of an attempt that the container's end cuts off; r is how an
// exec ends then.
func (t target) cut(r Reply) probe.Answer {
	switch {
	case t.probe.Exec != nil:
		return t.exec(r)
	case t.probe.HTTPGet != nil: // P111
		return answer.HTTPUnanswered(t.url(), "EOF")
	case t.probe.TCPSocket != nil:
		return answer.Failure(answer.DialRefused(t.address()))
	}
	return answer.GRPCFailed("rpc error: code = Unavailable desc = error reading from server: EOF")
}

// hookTarget is what a lifecycle hook goes to.
type hookTarget struct {
	container *corev1.Container
	kind      lifecycle.HookKind
	ip        string
	pod       lifecycle.Identity
}

func hookHandler(c *corev1.Container, kind lifecycle.HookKind) *corev1.LifecycleHandler {
	switch {
	case c.Lifecycle == nil:
		return nil
	case kind == lifecycle.PostStart:
		return c.Lifecycle.PostStart
	}
	return c.Lifecycle.PreStop
}

// failure is the whole text of a hook that is replied to so; empty: it is well
// (C34).
func (t hookTarget) failure(r Reply) string {
	h := hookHandler(t.container, t.kind)
	if h.Exec != nil {
		return t.execFailure(h.Exec.Command, r)
	}
	err := t.httpError(h.HTTPGet, r)
	if err == "" {
		return ""
	}
	return t.words().HTTP(h.HTTPGet.Path, err)
}

// gone is the failure of a hook in a container that does not run.
func (t hookTarget) gone() string {
	if h := hookHandler(t.container, t.kind); h.Exec != nil {
		return t.words().Exec(h.Exec.Command, notRunning, "")
	}
	return t.failure(Refused())
}

func (t hookTarget) words() answer.Hook {
	return answer.Hook{Container: t.container.Name, Pod: t.pod.String()}
}

func (t hookTarget) execFailure(command []string, r Reply) string {
	var err, output string
	switch {
	case r.kind == ReplyError:
		err = r.text
	case r.kind == ReplyRefuse:
		err = fmt.Sprintf("command '%s' exited with 1: ", strings.Join(command, " "))
	case r.kind == ReplyFail, r.kind == ReplyStatus && r.code != 0: // C36
		err = fmt.Sprintf("command '%s' exited with %d: ", strings.Join(command, " "), r.code)
		output = r.text
	default:
		return ""
	}
	return t.words().Exec(command, err, output)
}

// httpError is why an httpGet hook fails: any answer of a server is good, for
// a hook (C37).
func (t hookTarget) httpError(get *corev1.HTTPGetAction, r Reply) string {
	port, err := answer.Port(get.Port, t.container.Ports)
	if err != nil {
		return err.Error()
	}
	address := answer.Address(answer.Host(get.Host, t.ip), port)
	url := answer.URL(get, address).String()
	switch {
	case r.kind == ReplyRefuse:
		return answer.GetError(url, answer.DialRefused(address))
	case r.kind == ReplyError:
		return r.text
	case r.kind == ReplyStatus && r.code == sigkilled: // cut off with its container
		return answer.GetError(url, "EOF")
	}
	return ""
}
