package handler

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

func TestTheEnvironmentsProxyIsIgnoredAndAGivenOneIsUsed(t *testing.T) { // P107
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = append(seen, r.URL.String()) }))
	defer proxy.Close()
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	spec := httpGet(9)
	spec.HTTPGet.Host = "nowhere.invalid" // a name, for which net/http would use the environment's proxy
	if a := probeOnce(spec); a.Outcome != probe.OutcomeFailure || len(seen) != 0 {
		t.Errorf("answer %+v, the proxy saw %q", a, seen)
	}
	to, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := New(Options{Proxy: http.ProxyURL(to)})
	if a := p.Probe(t.Context(), loopback, spec); a.Outcome != probe.OutcomeSuccess || !slices.Equal(seen, []string{"http://nowhere.invalid:9/"}) {
		t.Errorf("answer %+v, the proxy saw %q", a, seen)
	}
}

func TestATLSConfigCanAskForAVerifiedCertificate(t *testing.T) { // P107: the default does not
	server := start(t, handlertest.Script{Listen: "tls", Routes: map[string][]handlertest.Step{
		"*": {{Write: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}},
	}})
	spec := httpGet(server.Port())
	spec.HTTPGet.Scheme = corev1.URISchemeHTTPS
	expectAnswer(t, probeOnce(spec), probe.Answer{Outcome: probe.OutcomeSuccess, Output: "ok"})
	a := New(Options{TLSConfig: &tls.Config{}}).Probe(t.Context(), loopback, spec)
	if a.Outcome != probe.OutcomeFailure || !strings.Contains(a.Output, "tls: failed to verify certificate") {
		t.Errorf("answer %+v", a)
	}
}

func TestGRPCCanBeAskedToUseTLS(t *testing.T) { // P115: the default does not
	server := start(t, handlertest.Script{Listen: "tls", GRPC: "serving"})
	p := New(Options{GRPCCredentials: credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})})
	expectAnswer(t, p.Probe(t.Context(), loopback, grpcCheck(server.Port())),
		probe.Answer{Outcome: probe.OutcomeSuccess, Output: "service healthy"})
}

func TestTheUserAgentCanBeGiven(t *testing.T) { // P106, P115
	p := New(Options{UserAgent: "kube-probe/1.36+", HookUserAgent: "kube-lifecycle/1.36+"})
	web := start(t, answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\n\r\n"}))
	p.Probe(t.Context(), loopback, httpGet(web.Port()))
	p.RunHook(t.Context(), loopback, httpHook(web.Port()))
	rpc := start(t, handlertest.Script{Listen: "tcp", GRPC: "serving"})
	p.Probe(t.Context(), loopback, grpcCheck(rpc.Port()))
	seen := slices.Concat(slices.Concat(web.Requests()...), slices.Concat(rpc.Requests()...))
	for _, prefix := range []string{"User-Agent: kube-probe/1.36+", "User-Agent: kube-lifecycle/1.36+", "user-agent: kube-probe/1.36+ grpc-go/"} {
		if !slices.ContainsFunc(seen, func(line string) bool { return strings.HasPrefix(line, prefix) }) {
			t.Errorf("no line begins with %q in %q", prefix, seen)
		}
	}
}

func TestATimeoutOfAGivenDialerReadsAsPackageNetPutsIt(t *testing.T) { // P114
	address := "10.0.0.1:80"
	for name, cause := range map[string]error{
		"its context's error":          context.DeadlineExceeded,
		"its context's error, dressed": &net.OpError{Op: "dial", Net: "tcp", Addr: named(address), Err: context.DeadlineExceeded},
		"package net's own":            &net.OpError{Op: "dial", Net: "tcp", Addr: named(address), Err: os.ErrDeadlineExceeded},
	} {
		p := New(Options{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, cause }})
		a := p.Probe(t.Context(), Target{PodIP: "10.0.0.1"}, tcpSocket(intstr.FromInt32(80)))
		if want := "dial tcp 10.0.0.1:80: i/o timeout"; a.Output != want || a.Outcome != probe.OutcomeFailure {
			t.Errorf("%s: answer %+v", name, a)
		}
	}
}

func TestADialThatIsNotAnsweredTimesOut(t *testing.T) { // P111, P114
	// A listener whose queue is full does not answer.
	p := New(Options{})
	p.plain = true
	past := time.Now().Add(-time.Second)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	conn, err := p.connect(t.Context(), "127.0.0.1", port, past)
	if err == nil {
		conn.Close()
		t.Fatal("connected after the deadline")
	}
	if want := l.Addr().String(); err.Error() != "dial tcp "+want+": i/o timeout" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error %q", err)
	}
}

func TestNothingConnectsToItself(t *testing.T) {
	// A socket that connects to a free port of its own machine may get that port as its own.
	// Then it is connected to itself.
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if a := probeOnce(tcpSocket(intstr.FromInt(port))); a.Outcome != probe.OutcomeFailure {
			t.Errorf("port %d, on which nobody listens: %+v", port, a)
		}
	}
}
