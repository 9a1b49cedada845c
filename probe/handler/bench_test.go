package handler

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
)

// The servers of these benchmarks run in the same process, so their cost is included.
// conformance/kubelet/cost measures the probe alone.

func benchmarkProbe(b *testing.B, spec *corev1.Probe, target Target) {
	p := New(Options{})
	spec.TimeoutSeconds = 30
	b.ReportAllocs()
	for b.Loop() {
		if a := p.Probe(context.Background(), target, spec); a.Outcome != probe.OutcomeSuccess {
			b.Fatalf("answer %+v", a)
		}
	}
}

func webServer(b *testing.B) (port int) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }))
	b.Cleanup(server.Close)
	return server.Listener.Addr().(*net.TCPAddr).Port
}

func BenchmarkHTTPGet(b *testing.B) { benchmarkProbe(b, httpGet(webServer(b)), loopback) }

func BenchmarkHTTPGetWithHeaders(b *testing.B) {
	spec := httpGet(webServer(b))
	spec.HTTPGet.HTTPHeaders = []corev1.HTTPHeader{{Name: "Host", Value: "example.test"}, {Name: "X-Probe", Value: "1"}}
	benchmarkProbe(b, spec, loopback)
}

func BenchmarkTCPSocket(b *testing.B) {
	benchmarkProbe(b, tcpSocket(intstr.FromInt(webServer(b))), loopback)
}

func BenchmarkGRPC(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	go server.Serve(l)
	b.Cleanup(server.Stop)
	benchmarkProbe(b, grpcCheck(l.Addr().(*net.TCPAddr).Port), loopback)
}

func BenchmarkExec(b *testing.B) {
	target := loopback
	target.Exec = LocalExec{}
	benchmarkProbe(b, &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}, target)
}

// BenchmarkFloor measures a bare connect, write, read and close.
func BenchmarkFloor(b *testing.B) {
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: webServer(b)}
	buffer := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		conn, err := net.DialTCP("tcp", nil, address)
		if err != nil {
			b.Fatal(err)
		}
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if _, err := conn.Read(buffer); err != nil {
			b.Fatal(err)
		}
		conn.Close()
	}
}
