package handler

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/probe/handler/internal/http1"
)

// cannedConn is a connection that takes the request and has a response in pieces. After the
// response it ends in a given way.
type cannedConn struct {
	named
	sent   chan struct{}
	once   sync.Once
	pieces []string
	end    error
}

func newCannedConn(response string, at int, end error) *cannedConn {
	return &cannedConn{named: "canned", sent: make(chan struct{}), pieces: []string{response[:at], response[at:]}, end: end}
}

func (c *cannedConn) Write(b []byte) (int, error) {
	if strings.HasSuffix(string(b), "\r\n\r\n") {
		c.once.Do(func() { close(c.sent) })
	}
	return len(b), nil
}

func (c *cannedConn) Read(b []byte) (int, error) {
	<-c.sent
	for len(c.pieces) > 0 {
		n := copy(b, c.pieces[0])
		if c.pieces[0] = c.pieces[0][n:]; c.pieces[0] == "" {
			c.pieces = c.pieces[1:]
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, c.end
}

func (c *cannedConn) Close() error                     { c.once.Do(func() { close(c.sent) }); return nil }
func (c *cannedConn) LocalAddr() net.Addr              { return c.named }
func (c *cannedConn) RemoteAddr() net.Addr             { return c.named }
func (c *cannedConn) SetDeadline(time.Time) error      { return nil }
func (c *cannedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *cannedConn) SetWriteDeadline(time.Time) error { return nil }

var cannedAction = &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(80)}

// judgedHere returns the answer of an exchange.
func judgedHere(t *testing.T, conn net.Conn) probe.Answer {
	x, ok := http1.NewExchange("127.0.0.1", 80, cannedAction, "test/1")
	if !ok {
		t.Fatal("not an action for an exchange")
	}
	defer x.Release()
	p := New(Options{DialContext: refuse})
	return http1.Client{RoundTrip: p.roundTrip}.Converse(context.Background(), x, conn, time.Now().Add(hangGuard))
}

// judgedByNetHTTP returns the answer of net/http.
func judgedByNetHTTP(t *testing.T, conn net.Conn) probe.Answer {
	var once sync.Once
	p := New(Options{UserAgent: "test/1", DialContext: func(ctx context.Context, network, address string) (c net.Conn, err error) {
		c, err = refuse(ctx, network, address)
		once.Do(func() { c, err = conn, nil })
		return c, err
	}})
	spec := &corev1.Probe{TimeoutSeconds: int32(hangGuard / time.Second), ProbeHandler: corev1.ProbeHandler{HTTPGet: cannedAction}}
	return p.Probe(context.Background(), Target{PodIP: "127.0.0.1"}, spec)
}

func refuse(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrPermission}
}

// responses are complete, broken, and strange responses.
var responses = []string{
	"",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.0 404 Not Found\r\n\r\nnope",
	"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20000),
	"HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", answer.OutputLimit+1),
	"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 199 x\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 299 x\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 399 x\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 400 x\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 101 Switching Protocols\r\n\r\nok",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nLocation: http://other.test/\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 302 Found\r\nLocation: \r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 300 Many\r\nLocation: /next\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nTrailer: Content-Length\r\nContent-Length: 2\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n folded: x\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\nok",
	"HTTP/1.1 200 OK\r\n: 1\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nno colon\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A: \x00\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A: \x7f\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A: a\rb\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-\xff: a\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", http1.HeadLimit) + "\r\n\r\nok",
	"HTTP/1.1 200 OK\r\nX-A: 1",
	"HTTP/1.1 200 OK\r\n",
	"HTTP/1.1 20",
	"HTTP/1.1 999 x\r\n\r\nok",
	"HTTP/1.1 099 x\r\n\r\nok",
	"HTTP/1.2 200 OK\r\n\r\nok",
	"HTTP/2.0 200 OK\r\n\r\nok",
	"\r\nHTTP/1.1 200 OK\r\n\r\nok",
	"SSH-2.0-OpenSSH_9\r\n",
	"\x15\x03\x01\x00\x02\x02\x28",
}

func FuzzResponsesAreJudgedAsNetHTTPJudgesThem(f *testing.F) {
	for i, response := range responses {
		f.Add(response, i*7, i%3 == 0)
	}
	f.Fuzz(func(t *testing.T, response string, at int, cut bool) {
		if len(response) > 1<<16 {
			t.Skip("longer than anything that is treated differently")
		}
		end := io.EOF
		if cut {
			end = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrInvalid}
		}
		at = int(uint(at) % uint(len(response)+1))
		got := judgedHere(t, newCannedConn(response, at, end))
		want := judgedByNetHTTP(t, newCannedConn(response, at, end))
		if got != want {
			t.Errorf("response %q\n  here:     %+.300v\n  net/http: %+.300v", response, got, want)
		}
	})
}

func TestARequestIsWrittenAsNetHTTPWritesIt(t *testing.T) { // P105, P106
	headers := func(pairs ...string) (list []corev1.HTTPHeader) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, corev1.HTTPHeader{Name: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	for _, action := range []corev1.HTTPGetAction{
		{Path: "/"},
		{Path: "/healthz?full=1&a=b"},
		{},
		{Path: "x"},
		{Path: "/a b"},
		{Path: "/%zz"},
		{Path: "//other/x"},
		{Path: "/", HTTPHeaders: headers("X-B", "2", "x-a", "1", "X-B", "3")},
		{Path: "/", HTTPHeaders: headers("Host", "example.test", "User-Agent", "", "Accept", "")},
		{Path: "/", HTTPHeaders: headers("Host", "bad host")},
		{Path: "/", HTTPHeaders: headers("Content-Length", "3", "Transfer-Encoding", "chunked")},
	} {
		x, ok := http1.NewExchange("::1", 80, &action, "test/1")
		if !ok {
			t.Errorf("%+v: not an action for an exchange", action)
			continue
		}
		here := string(x.Wire)
		x.Release()
		if byNetHTTP := writtenByNetHTTP(t, &action); here != byNetHTTP {
			t.Errorf("%+v\n  here:     %q\n  net/http: %q", action, here, byNetHTTP)
		}
	}
}

// writtenByNetHTTP returns the request as the transport writes it.
func writtenByNetHTTP(t *testing.T, action *corev1.HTTPGetAction) string {
	t.Helper()
	near, far := net.Pipe()
	written := make(chan string)
	go func() {
		defer far.Close()
		var request strings.Builder
		buffer := make([]byte, 1024)
		for !strings.HasSuffix(request.String(), "\r\n\r\n") {
			n, err := far.Read(buffer)
			if err != nil {
				break
			}
			request.Write(buffer[:n])
		}
		written <- request.String()
	}()
	p := New(Options{UserAgent: "test/1", DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }})
	action = action.DeepCopy()
	action.Port = intstr.FromInt32(80)
	go p.Probe(context.Background(), Target{PodIP: "::1"}, &corev1.Probe{TimeoutSeconds: 60, ProbeHandler: corev1.ProbeHandler{HTTPGet: action}})
	return <-written
}

func TestActionsThatOnlyNetHTTPKnowsAreLeftToIt(t *testing.T) {
	for name, action := range map[string]corev1.HTTPGetAction{
		"TLS":                     {Scheme: "HTTPS"},
		"a URL without authority": {Path: "mailto:x"},
		"a password":              {Path: "http://u:p@host/"},
		"an upgrade":              {HTTPHeaders: []corev1.HTTPHeader{{Name: "Upgrade", Value: "x"}}},
		"another Connection":      {HTTPHeaders: []corev1.HTTPHeader{{Name: "connection", Value: "keep-alive"}}},
		"a bad header name":       {HTTPHeaders: []corev1.HTTPHeader{{Name: "a b", Value: "x"}}},
		"a bad header value":      {HTTPHeaders: []corev1.HTTPHeader{{Name: "A", Value: "x\n"}}},
	} {
		if x, ok := http1.NewExchange("127.0.0.1", 80, &action, "test/1"); ok {
			t.Errorf("%s: written here as %q", name, x.Wire)
		}
	}
	for _, host := range []string{"", "localhost", "fe80::1%lo", "::ffff:127.0.0.1", "0.0.0.0", "127.1"} {
		if _, ok := http1.NewExchange(host, 80, &corev1.HTTPGetAction{Path: "/"}, "test/1"); ok {
			t.Errorf("host %q was taken for a plain address", host)
		}
	}
}
