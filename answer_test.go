package podclock_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

// The reply of a scripted app must have the same text as the kubelet's handler gives for a
// real server that replies so.
func TestAReplyReadsAsARealServerThatGivesIt(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell"
	http := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "ready?full", Scheme: corev1.URISchemeHTTP}}
	tcp := corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{}}
	closed := handlertest.Script{Listen: "none"}
	grpc := corev1.ProbeHandler{GRPC: &corev1.GRPCAction{}}
	for _, row := range []struct {
		name    string
		handler corev1.ProbeHandler
		server  handlertest.Script
		reply   podclock.Reply
	}{
		{"P110 200", http, serving([]handlertest.Step{{Write: ok}}...), podclock.HTTP(200, "well")},
		{"P110 503", http, serving([]handlertest.Step{{Write: "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"}}...), podclock.HTTP(503, "")},
		{"P110 redirect elsewhere", http, serving([]handlertest.Step{{Write: "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 2\r\n\r\ngo"}}...),
			podclock.Redirect(302, "http://elsewhere.invalid/", "go")},
		{"P111 no answer", http, serving([]handlertest.Step{{Hang: true}}...), podclock.Hang()},
		{"P111 closed port", http, closed, podclock.Refused()},
		{"P112 no body", http, serving([]handlertest.Step{{Write: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"}, {Hang: true}}...), podclock.Stall()},
		{"P114 open port", tcp, serving([]handlertest.Step{{Hang: true}}...), podclock.OK()},
		{"P114 closed port", tcp, closed, podclock.Refused()},
		{"P116 serving", grpc, handlertest.Script{Listen: "tcp", GRPC: "serving"}, podclock.Serving("SERVING")},
		{"P116 not serving", grpc, handlertest.Script{Listen: "tcp", GRPC: "not-serving"}, podclock.Serving("NOT_SERVING")},
		{"P116 no answer", grpc, handlertest.Script{Listen: "tcp", GRPC: "hang"}, podclock.Hang()},
		{"P116 closed port", grpc, closed, podclock.Refused()},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			const host = "127.0.0.1"
			spec := probeAt(row.handler, listen(t, row.server))
			real := handler.New(handler.Options{}).Probe(context.Background(), handler.Target{PodIP: host}, spec)
			c := &corev1.Container{Name: "app", LivenessProbe: spec}
			played, _ := podclock.Answer(c, spec, host, row.reply)
			if real.Outcome != played.Outcome || real.Output != played.Output || real.Err != played.Err {
				t.Errorf("real:   %v %q %q\nplayed: %v %q %q", real.Outcome, real.Output, real.Err, played.Outcome, played.Output, played.Err)
			}
		})
	}
}

// serving returns the script of an HTTP server that answers every request with the steps.
func serving(steps ...handlertest.Step) handlertest.Script {
	return handlertest.Script{Listen: "tcp", Routes: map[string][]handlertest.Step{"*": steps}}
}

// listen starts the server on loopback and returns its port.
func listen(t *testing.T, script handlertest.Script) int {
	t.Helper()
	server, err := handlertest.Start(script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.Port()
}

// probeAt returns a probe of a port. Its time-out is long enough for a slow machine to
// answer.
func probeAt(h corev1.ProbeHandler, port int) *corev1.Probe {
	p := &corev1.Probe{ProbeHandler: *h.DeepCopy(), TimeoutSeconds: 3}
	switch {
	case p.HTTPGet != nil:
		p.HTTPGet.Port = intstr.FromInt(port)
	case p.TCPSocket != nil:
		p.TCPSocket.Port = intstr.FromInt(port)
	case p.GRPC != nil:
		p.GRPC.Port = int32(port)
	}
	return p
}
