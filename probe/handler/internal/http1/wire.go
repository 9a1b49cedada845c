package http1

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe/answer"
)

const (
	// HeadLimit is the maximum length, in bytes, of a head that is judged here.
	HeadLimit = 4 << 10
	// responseBuffer is how many bytes of a response an exchange reads: a head, and as much of
	// the body as an answer shows.
	responseBuffer = HeadLimit + answer.OutputLimit
)

// Exchange is one request and what was received of its response. Exchanges are reused: call
// Release when the answer is made.
type Exchange struct {
	addr      netip.AddrPort
	action    *corev1.HTTPGetAction
	hostPort  string
	host      string
	port      int
	userAgent string
	request   *http.Request // nil until it is needed
	// Wire is the request as it is sent.
	Wire     []byte
	head     head
	received int
	buffer   [responseBuffer]byte
}

var exchanges = sync.Pool{New: func() any { return new(Exchange) }}

// NewExchange returns the exchange for an action. It returns false if only net/http can send
// the request.
func NewExchange(host string, port int, action *corev1.HTTPGetAction, userAgent string) (*Exchange, bool) {
	addr, ok := Literal(host, port)
	if !ok || !(action.Scheme == "" || strings.EqualFold(string(action.Scheme), "http")) {
		return nil, false
	}
	x := exchanges.Get().(*Exchange)
	x.addr, x.action, x.host, x.port, x.userAgent = addr, action, host, port, userAgent
	x.hostPort = net.JoinHostPort(host, strconv.Itoa(port))
	if !x.writePlain() && !x.writeRequest() {
		x.Release()
		return nil, false
	}
	return x, true
}

// Release frees the exchange for reuse. Nothing may refer to its buffer any more.
func (x *Exchange) Release() {
	x.action, x.request = nil, nil
	x.Wire, x.received, x.head = x.Wire[:0], 0, head{}
	exchanges.Put(x)
}

// writePlain fills Wire by joining strings. It returns false if the request is not that
// simple.
func (x *Exchange) writePlain() bool {
	if len(x.action.HTTPHeaders) > 0 || !plainPath(x.action.Path) || !plainValue(x.userAgent) {
		return false
	}
	w := append(x.Wire, "GET "...)
	w = append(w, x.action.Path...)
	w = append(w, " HTTP/1.1\r\nHost: "...)
	w = append(w, x.hostPort...)
	w = append(w, "\r\nUser-Agent: "...)
	w = append(w, x.userAgent...)
	x.Wire = append(w, "\r\nAccept: */*\r\nConnection: close\r\n\r\n"...)
	return true
}

// writeRequest fills Wire with the request as net/http's transport would write it.
func (x *Exchange) writeRequest() bool {
	req, err := NewRequest(x.action, x.host, x.port, x.userAgent)
	if err != nil || req.URL.Opaque != "" || req.URL.User != nil || !plainHeaders(req.Header) {
		return false
	}
	if err := req.Write((*appender)(&x.Wire)); err != nil {
		return false
	}
	x.request = req
	// The transport writes this line after all others.
	x.Wire = append(x.Wire[:len(x.Wire)-len("\r\n")], "Connection: close\r\n\r\n"...)
	return true
}

// req returns the request as an *http.Request.
func (x *Exchange) req() *http.Request {
	if x.request == nil {
		// The request can be built, because NewExchange has checked it.
		x.request, _ = NewRequest(x.action, x.host, x.port, x.userAgent)
	}
	return x.request
}

// errorText returns the text that net/http's client gives to an error.
func (x *Exchange) errorText(err error) string {
	return (&url.Error{Op: "Get", URL: x.req().URL.String(), Err: err}).Error()
}

// appender is an io.Writer that appends.
type appender []byte

func (a *appender) Write(b []byte) (int, error) {
	*a = append(*a, b...)
	return len(b), nil
}

// plainPath reports whether a path is the same in the request and in the URL.
func plainPath(path string) bool {
	if path == "" || path[0] != '/' || strings.HasPrefix(path, "//") {
		return false
	}
	for i := range len(path) {
		if c := path[i]; !alphanumeric(c) && strings.IndexByte("/-_.~?=&", c) < 0 {
			return false
		}
	}
	return true
}

// plainHeaders reports whether net/http's transport accepts the headers and adds its own at
// the end.
func plainHeaders(header http.Header) bool {
	for name, values := range header {
		if name == "Connection" || name == "Upgrade" || !plainName(name) {
			return false
		}
		for _, value := range values {
			if !plainValue(value) {
				return false
			}
		}
	}
	return true
}

func plainName[T string | []byte](name T) bool {
	for i := range len(name) {
		if !alphanumeric(name[i]) && name[i] != '-' && name[i] != '_' {
			return false
		}
	}
	return len(name) > 0
}

// plainValue reports whether a value has only printable ASCII, blanks and tabs.
func plainValue[T string | []byte](value T) bool {
	for i := range len(value) {
		if c := value[i]; (c < ' ' || c > '~') && c != '\t' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
