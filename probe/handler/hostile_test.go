package handler

import (
	"runtime"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

// hostile has servers that behave badly, and the outcome of a probe of each with a part of
// its output or error.
var hostile = []struct {
	name    string
	kind    string // httpGet, https, tcpSocket or grpc
	script  handlertest.Script
	outcome probe.Outcome
	output  string
	err     string
	// limited says that a limit of size ends the probe, however long that takes.
	limited bool
}{
	{"accepts and never answers", "httpGet", handlertest.Script{Listen: "tcp", OnOpen: "hang"},
		probe.OutcomeFailure, "(Client.Timeout exceeded while awaiting headers)", "", false},
	{"accepts and never answers", "https", handlertest.Script{Listen: "tcp", OnOpen: "hang"},
		probe.OutcomeFailure, ": ", "", false}, // the text is one of two
	{"accepts and never answers", "tcpSocket", handlertest.Script{Listen: "tcp", OnOpen: "hang"},
		probe.OutcomeSuccess, "", "", false},
	{"accepts and never answers", "grpc", handlertest.Script{Listen: "tcp", OnOpen: "hang"},
		probe.OutcomeFailure, "timeout: failed to connect service", "", false},
	{"drips its status line", "httpGet", answers(drip("HTTP/1.1 200 OK\r\n\r\n")...),
		probe.OutcomeFailure, "(Client.Timeout exceeded while awaiting headers)", "", false},
	{"drips its body", "httpGet", answers(append([]handlertest.Step{{Write: "HTTP/1.1 200 OK\r\n\r\n"}}, drip("body")...)...),
		probe.OutcomeFailure, "", "(Client.Timeout or context cancellation while reading body)", false},
	{"endless headers", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\n"}, handlertest.Step{Write: "X-A: b\r\n", Repeat: 1 << 30}),
		probe.OutcomeFailure, "server response headers exceeded 10485760 bytes; aborted", "", true},
	{"an endless header", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\nX-A: "}, handlertest.Step{Write: "xxxxxxxx", Repeat: 1 << 30}),
		probe.OutcomeFailure, "server response headers exceeded 10485760 bytes; aborted", "", true},
	{"endless interim responses", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 103 Early Hints\r\n\r\n", Repeat: 1 << 30}),
		probe.OutcomeFailure, "server response headers exceeded 10485760 bytes; aborted", "", true},
	{"an endless body", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\n\r\n"}, handlertest.Step{Write: "x", Repeat: 1 << 30}),
		probe.OutcomeSuccess, strings.Repeat("x", answer.OutputLimit), "", true},
	{"endless chunks", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}, handlertest.Step{Write: "1\r\nx\r\n", Repeat: 1 << 28}),
		probe.OutcomeSuccess, strings.Repeat("x", answer.OutputLimit), "", true},
	{"redirects to itself for ever", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"}),
		probe.OutcomeFailure, `Get "/": stopped after 10 redirects`, "", true},
	{"garbage instead of TLS", "https", handlertest.Script{Listen: "tcp", Greet: strings.Repeat("garbage ", 100)},
		probe.OutcomeFailure, "tls: first record does not look like a TLS handshake", "", false},
	{"HTTP/0.9", "httpGet", answers(handlertest.Step{Write: "just a body\n"}),
		probe.OutcomeFailure, `malformed HTTP status code "a"`, "", false},
	{"reset in the head", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\n", SleepMs: 50, Reset: true}),
		probe.OutcomeFailure, "connection reset by peer", "", false},
	{"reset in the body", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", SleepMs: 50, Reset: true}),
		probe.OutcomeFailure, "", "connection reset by peer", false},
	{"switches protocols and says nothing", "httpGet", answers(handlertest.Step{Write: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"}, handlertest.Step{SleepMs: 60_000}),
		probe.OutcomeFailure, "", "(Client.Timeout or context cancellation while reading body)", false},
	{"switches protocols and drips", "httpGet", answers(append([]handlertest.Step{{Write: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"}}, drip(strings.Repeat("x", 60))...)...),
		probe.OutcomeFailure, "", "(Client.Timeout or context cancellation while reading body)", false},
	{"frames of nonsense", "grpc", handlertest.Script{Listen: "tcp", Greet: "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + strings.Repeat("\xff\xff\xff\x09\x09", 1000)},
		probe.OutcomeFailure, ": ", "", false}, // the server may or may not take the first frame
	{"a huge frame", "grpc", handlertest.Script{Listen: "tcp", Greet: "\xff\xff\xff\x04\x00\x00\x00\x00\x00" + strings.Repeat("x", 1<<16)},
		probe.OutcomeFailure, "timeout: failed to connect service", "", false},
}

// drip returns steps that send a text slowly, one byte a second.
func drip(text string) []handlertest.Step {
	steps := make([]handlertest.Step, len(text))
	for i := range text {
		steps[i] = handlertest.Step{Write: text[i : i+1], SleepMs: 1000}
	}
	return steps
}

func hostileProbe(kind string, port int) *corev1.Probe {
	switch kind {
	case "tcpSocket":
		return tcpSocket(intstr.FromInt(port))
	case "grpc":
		return grpcCheck(port)
	}
	spec := httpGet(port)
	if kind == "https" {
		spec.HTTPGet.Scheme = corev1.URISchemeHTTPS
	}
	return spec
}

func TestHostileServersGetTheKubeletsAnswerInTime(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.kind+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, test.script)
			began := time.Now()
			spec := hostileProbe(test.kind, server.Port())
			if test.limited {
				spec.TimeoutSeconds = int32(hangGuard / time.Second)
			}
			answer := probeOnce(spec)
			if took := time.Since(began); took > hangGuard {
				t.Errorf("took %v", took)
			}
			if answer.Outcome != test.outcome || !strings.Contains(answer.Output, test.output) || !strings.Contains(answer.Err, test.err) ||
				(answer.Err == "") != (test.err == "") {
				t.Errorf("answer %v %.300q, error %q", answer.Outcome, answer.Output, answer.Err)
			}
		})
	}
}

func TestAnEndlessBodyTakesNoMemory(t *testing.T) {
	server := start(t, answers(handlertest.Step{Write: "HTTP/1.1 200 OK\r\n\r\n"}, handlertest.Step{Write: "x", Repeat: 1 << 30}))
	spec := httpGet(server.Port())
	spec.TimeoutSeconds = int32(hangGuard / time.Second)
	probeOnce(spec)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const probes = 20
	for range probes {
		if a := probeOnce(spec); a.Outcome != probe.OutcomeSuccess {
			t.Fatalf("answer %v, error %q", a.Outcome, a.Err)
		}
	}
	runtime.ReadMemStats(&after)
	// The server writes 64 KiB at a time, and its allocations are counted, too.
	if perProbe := (after.TotalAlloc - before.TotalAlloc) / probes; perProbe > 256<<10 {
		t.Errorf("%d bytes a probe", perProbe)
	}
}
