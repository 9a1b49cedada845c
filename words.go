package podclock

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/internal/expand"
	"github.com/podclock/podclock/probe"
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
	if _, err := t.port(); err != "" { // P98
		return probe.Answer{Err: err}, 0
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

// port is the port number; an error is a name that is none (P95 to P98).
func (t target) port() (int, string) {
	switch {
	case t.probe.HTTPGet != nil:
		return resolvePort(t.container, t.probe.HTTPGet.Port)
	case t.probe.TCPSocket != nil:
		return resolvePort(t.container, t.probe.TCPSocket.Port)
	case t.probe.GRPC != nil:
		return int(t.probe.GRPC.Port), ""
	}
	return 0, ""
}

func resolvePort(c *corev1.Container, port intstr.IntOrString) (int, string) {
	if port.Type == intstr.Int {
		return int(port.IntVal), ""
	}
	for i := range c.Ports {
		if c.Ports[i].Name == port.StrVal { // P96
			return int(c.Ports[i].ContainerPort), ""
		}
	}
	n, err := strconv.Atoi(port.StrVal)
	if err != nil {
		return 0, err.Error()
	}
	return n, ""
}

// address is where a network probe connects to.
func (t target) address() string {
	host := t.ip
	switch {
	case t.probe.HTTPGet != nil && t.probe.HTTPGet.Host != "":
		host = t.probe.HTTPGet.Host
	case t.probe.TCPSocket != nil && t.probe.TCPSocket.Host != "":
		host = t.probe.TCPSocket.Host
	}
	port, _ := t.port()
	return hostPort(host, port)
}

func hostPort(host string, port int) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + strconv.Itoa(port)
}

func success(output string) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeSuccess, Output: output}
}

func failure(format string, args ...any) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure, Output: fmt.Sprintf(format, args...)}
}

// expandedCommand is a command line with its references expanded (P99).
func expandedCommand(c *corev1.Container, command []string) string {
	return strings.Join(expand.Words(command, expand.Env(c.Env)), " ")
}

// timedOut is the end of an attempt that does not come in time.
func (t target) timedOut(r Reply) probe.Answer {
	switch {
	case t.probe.Exec != nil: // P101
		return failure("command timed out: %q timed out after %s", expandedCommand(t.container, t.probe.Exec.Command), t.timeout())
	case t.probe.HTTPGet != nil && r.kind == ReplyStall: // P112
		return probe.Answer{
			Outcome: probe.OutcomeFailure,
			Err:     "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
		}
	case t.probe.HTTPGet != nil: // P111
		return failure("Get %q: context deadline exceeded (Client.Timeout exceeded while awaiting headers)", t.url())
	case t.probe.TCPSocket != nil: // P114
		return failure("dial tcp %s: i/o timeout", t.address())
	case r.kind == ReplyRefuse: // P116
		return failure("timeout: failed to connect service %q within %v: context deadline exceeded", t.address(), t.timeout())
	}
	return failure("timeout: health rpc did not complete within %v", t.timeout())
}

// exec words the end of a command (P101).
func (t target) exec(r Reply) probe.Answer {
	switch r.kind {
	case ReplyOK:
		return success(r.text)
	case ReplyFail:
		return failure("%s", r.text)
	case ReplyStatus:
		if r.code == 0 {
			return success(r.text)
		}
		return failure("%s", r.text)
	case ReplyServing:
		if r.text == "SERVING" {
			return success("")
		}
		return failure("%s", r.text)
	case ReplyRefuse:
		return probe.Answer{Err: "container not running"}
	}
	return probe.Answer{Err: r.text}
}

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
		return failure("Get %q: dial tcp %s: connect: connection refused", t.url(), t.address())
	case ReplyError:
		return probe.Answer{Outcome: probe.OutcomeFailure, Err: r.text}
	}
	switch {
	case r.redirects:
		return failure("Get %q: stopped after 10 redirects", r.location)
	case code >= 200 && code < 300, code == 0:
		return success(r.text)
	case code >= 300 && code < 400:
		return probe.Answer{
			Outcome: probe.OutcomeWarning,
			Output:  "Probe terminated redirects, Response body: " + r.text,
		}
	}
	return failure("HTTP probe failed with statuscode: %d", code)
}

// tcp words the end of a connection (P114).
func (t target) tcp(r Reply) probe.Answer {
	if r.kind == ReplyError {
		return probe.Answer{Err: r.text}
	}
	if r.accepts() {
		return success("")
	}
	return failure("dial tcp %s: connect: connection refused", t.address())
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
		return failure("error: health rpc probe failed: %s", r.text)
	case r.kind == ReplyServing && r.text == "NOT_FOUND":
		return failure("error: health rpc probe failed: rpc error: code = NotFound desc = unknown service")
	case r.accepts():
		return success("service healthy")
	case r.kind == ReplyServing:
		return failure("service unhealthy (responded with %q)", r.text)
	}
	return failure("service unhealthy (responded with %q)", "NOT_SERVING")
}

// gone is the reply of a container that does not run.
func (t target) gone() Reply { return Refused() }

// cut is the end of an attempt that the container's end cuts off; r is how an
// exec ends then.
func (t target) cut(r Reply) probe.Answer {
	switch {
	case t.probe.Exec != nil:
		return t.exec(r)
	case t.probe.HTTPGet != nil: // P111
		return failure("Get %q: EOF", t.url())
	case t.probe.TCPSocket != nil:
		return failure("dial tcp %s: connect: connection refused", t.address())
	}
	return failure("error: health rpc probe failed: rpc error: code = Unavailable desc = error reading from server: EOF")
}

// url is what an httpGet probe asks for (P105).
func (t target) url() string {
	get := t.probe.HTTPGet
	return httpURL(get, t.address())
}

func httpURL(get *corev1.HTTPGetAction, address string) string {
	u, err := url.Parse(get.Path)
	if err != nil {
		u = &url.URL{Path: get.Path}
	}
	u.Scheme = strings.ToLower(string(get.Scheme))
	if u.Scheme == "" {
		u.Scheme = "http"
	}
	u.Host = address
	return u.String()
}
