package kubelet

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe/handler/handlertest"
)

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }

// mostly returns the usual choice seven times out of eight.
func mostly[T any](r *rand.Rand, usual T, others ...T) T {
	if r.IntN(8) > 0 {
		return usual
	}
	return pick(r, others...)
}

// randomServer returns a server that answers HTTP more or less well.
func randomServer(r *rand.Rand) handlertest.Script {
	listen := pick(r, "tcp", "tcp", "tcp", "tcp", "tcp", "tls", "tcp6")
	if r.IntN(40) == 0 {
		return handlertest.Script{Listen: listen, OnOpen: "hang"}
	}
	routes := map[string][]handlertest.Step{"*": randomResponse(r)}
	for _, target := range []string{"/a", "/b"} {
		routes[target] = randomResponse(r)
	}
	return handlertest.Script{Listen: listen, Routes: routes}
}

// randomResponse returns a few steps that write a response.
func randomResponse(r *rand.Rand) []handlertest.Step {
	eol := pick(r, "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n")
	body := strings.Repeat("x", pick(r, 0, 1, 2, 100, 4000, 10239, 10240, 10241, 30000))
	var text strings.Builder
	text.WriteString(pick(r, "", "", "", "", "", "", "", "HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"))
	text.WriteString(statusLine(r) + eol)
	for range r.IntN(5) {
		field := pick(r, "Content-Type: text/plain", "X-A: b", "x-lower:v", "X-Empty:", "X-Blank: \t ", "Connection: close", "Location: /a")
		text.WriteString(mostly(r, field, randomField(r)) + eol)
	}
	text.WriteString(framed(r, body, eol))
	whole := text.String()
	steps := []handlertest.Step{{Write: whole}}
	if r.IntN(3) == 0 {
		at := r.IntN(len(whole) + 1)
		steps = []handlertest.Step{{Write: whole[:at], SleepMs: r.IntN(20)}, {Write: whole[at:]}}
	}
	switch r.IntN(24) {
	case 0:
		steps = append(steps, handlertest.Step{Hang: true})
	case 1:
		steps = steps[:1]
	case 2:
		steps = append(steps, handlertest.Step{SleepMs: 30, Reset: true})
	}
	return steps
}

func statusLine(r *rand.Rand) string {
	version := mostly(r, "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/11", "ICY", "http/1.1")
	status := pick(r, "200", "200", "200", "204", "206", "299", "300", "301", "302", "303", "304", "307", "308", "399", "400", "404", "500", "503", "599", "600", "999")
	status = mostly(r, status, "000", "101", "20", "2000", "abc", "-20", " 200")
	return version + mostly(r, " ", "  ", "\t", "") + status + mostly(r, " OK", "", " ", " Not At All", "OK")
}

func randomField(r *rand.Rand) string {
	return pick(r,
		"Connection: keep-alive", "Location: /b?c=d", "location: http://{host}:{port}/b", "Location: http://elsewhere.test/", "Location:",
		"Location: ://", "Trailer: X-T", "Trailer: Content-Length", "Content-Encoding: gzip", "Upgrade: h2c", "No colon here",
		"Space before : x", " folded", "X-Nul: \x00", "X-Utf8: ü", "X-High: \xff", "X_Under: 1", "X.Dot: 1", ": no name", "X-CR: a\rb",
		"X-Long: "+strings.Repeat("l", pick(r, 100, 4000, 9000)))
}

// framed returns the end of the head, and the body.
func framed(r *rand.Rand, body, eol string) string {
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d%s%s%s", n, eol, eol, body) }
	switch r.IntN(16) {
	case 0:
		return length(len(body) + 1 + r.IntN(20000)) // too long: the body is cut off
	case 1:
		return length(len(body) / 2)
	case 2:
		return eol + body // it ends with the connection
	case 3:
		return pick(r, "Content-Length: -1", "Content-Length: +1", "Content-Length: x", "Content-Length: 1, 1", "Content-Length:",
			"Content-Length: 99999999999999999999", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 1"+eol+"Content-Length: 1") + eol + eol + body
	case 4, 5, 6:
		return "Transfer-Encoding: " + pick(r, "chunked", "chunked", "CHUNKED", "identity", "gzip, chunked") + eol + eol + chunks(r, body)
	case 7:
		return "Transfer-Encoding: chunked" + eol + "Content-Length: 3" + eol + eol + chunks(r, body)
	}
	return length(len(body))
}

// chunks returns the body in chunks, some of them broken.
func chunks(r *rand.Rand, body string) string {
	var text strings.Builder
	for len(body) > 0 {
		n := 1 + r.IntN(len(body))
		fmt.Fprintf(&text, "%x%s\r\n%s\r\n", n, pick(r, "", "", "", ";ext=1"), body[:n])
		body = body[n:]
	}
	return text.String() + pick(r, "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "0\r\nX-T: 1\r\n\r\n", "", "zz\r\n", "0\r\n")
}

// randomAction returns a request for the server.
func randomAction(r *rand.Rand, server *handlertest.Server, listen string) *corev1.HTTPGetAction {
	action := &corev1.HTTPGetAction{
		Port:   intstr.FromInt(server.Port()),
		Path:   pick(r, "/", "/", "/", "/a", "/b", "/c?d=e", "", "x", "//x/y", "/a b", "/%41", "/%zz", "/ü", "/q?a=b c", "mailto:x", "http://u:p@other/z", "/a#f", "?x", "/:x", "/;p=1", "/a?"),
		Scheme: pick[corev1.URIScheme](r, "HTTP", "", "HTTP", "http"),
	}
	if listen == "tls" && r.IntN(8) > 0 {
		action.Scheme = "HTTPS"
	}
	for range r.IntN(3) {
		action.HTTPHeaders = append(action.HTTPHeaders, pick(r,
			corev1.HTTPHeader{Name: "X-A", Value: "1"}, corev1.HTTPHeader{Name: "x-b", Value: " two "},
			corev1.HTTPHeader{Name: "Host", Value: "example.test"}, corev1.HTTPHeader{Name: "User-Agent", Value: pick(r, "", "me/1")},
			corev1.HTTPHeader{Name: "Accept", Value: pick(r, "", "a/b")}, corev1.HTTPHeader{Name: "Authorization", Value: "Bearer t"},
			corev1.HTTPHeader{Name: "Connection", Value: pick(r, "close", "keep-alive", "Upgrade")}, corev1.HTTPHeader{Name: "Upgrade", Value: "x"},
			corev1.HTTPHeader{Name: "Content-Length", Value: "4"}, corev1.HTTPHeader{Name: "Bad Name", Value: "v"},
			corev1.HTTPHeader{Name: "X-Bad", Value: "a\nb"}, corev1.HTTPHeader{Name: "X-Utf8", Value: "ü"}))
	}
	return action
}
