package handler

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
)

// inMemory returns a Prober on a network in memory.
func inMemory(n *Network) *Prober { return New(Options{DialContext: n.DialContext}) }

// listen accepts connections and sends nothing.
func listen(t *testing.T, n *Network, port int) {
	t.Helper()
	l, err := n.Listen(port)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		var conns []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
}

func TestASilentServerTakesExactlyTheTimeout(t *testing.T) { // P91, P108, P115
	for text, spec := range map[string]*corev1.Probe{
		`Get "http://127.0.0.1:80/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`: httpGet(80),
		`Get "https://127.0.0.1:80": `: {ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromInt32(80), Scheme: corev1.URISchemeHTTPS},
		}},
		`timeout: failed to connect service "127.0.0.1:80" within 7s: context deadline exceeded`: grpcCheck(80),
	} {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n Network
				listen(t, &n, 80)
				spec.TimeoutSeconds = 7
				began := time.Now()
				answer := inMemory(&n).Probe(t.Context(), loopback, spec)
				if took := time.Since(began); took != 7*time.Second {
					t.Errorf("took %v", took)
				}
				if answer.Outcome != probe.OutcomeFailure || !strings.Contains(answer.Output, text) || answer.Err != "" {
					t.Errorf("answer %+v", answer)
				}
			})
		})
	}
}

func TestAnUnsetTimeoutIsOneSecond(t *testing.T) { // P2
	synctest.Test(t, func(t *testing.T) {
		var n Network
		listen(t, &n, 80)
		spec := httpGet(80)
		spec.TimeoutSeconds = 0
		began := time.Now()
		inMemory(&n).Probe(t.Context(), loopback, spec)
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestGRPCKeepsTryingAClosedPort(t *testing.T) { // P117
	synctest.Test(t, func(t *testing.T) {
		var n Network
		began := time.Now()
		spec := grpcCheck(80)
		spec.TimeoutSeconds = 3
		answer := inMemory(&n).Probe(t.Context(), loopback, spec)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		expectAnswer(t, answer, probe.Answer{
			Outcome: probe.OutcomeFailure,
			Output:  `timeout: failed to connect service "127.0.0.1:80" within 3s: context deadline exceeded`,
		})
	})
}

func TestTheTimeoutCoversRedirectsAndBodyTogether(t *testing.T) { // P108, P112
	synctest.Test(t, func(t *testing.T) {
		var n Network
		mux := http.NewServeMux()
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(600 * time.Millisecond)
			http.Redirect(w, r, "/slow", http.StatusFound)
		})
		mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("half"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		server, err := n.ServeHTTP(80, mux)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		began := time.Now()
		answer := inMemory(&n).Probe(t.Context(), loopback, httpGet(80))
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %v", took)
		}
		expectAnswer(t, answer, probe.Answer{
			Outcome: probe.OutcomeFailure,
			Err:     "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
		})
	})
}

func TestAProbeEndsWithItsContext(t *testing.T) {
	reason := errors.New("the agent stops")
	for name, spec := range map[string]*corev1.Probe{"httpGet": httpGet(80), "grpc": grpcCheck(80)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n Network
				listen(t, &n, 80)
				ctx, cancel := context.WithCancelCause(t.Context())
				spec.TimeoutSeconds = 100
				began := time.Now()
				time.AfterFunc(2*time.Second, func() { cancel(reason) })
				answer := inMemory(&n).Probe(ctx, loopback, spec)
				if took := time.Since(began); took != 2*time.Second {
					t.Errorf("took %v", took)
				}
				expectAnswer(t, answer, probe.Answer{Err: reason.Error()})
			})
		})
	}
}

func TestAProbeOverASocketEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	spec := httpGet(l.Addr().(*net.TCPAddr).Port)
	spec.TimeoutSeconds = int32(hangGuard / time.Second)
	expectAnswer(t, New(Options{}).Probe(ctx, loopback, spec), probe.Answer{Err: context.Canceled.Error()})
}

func TestAGRPCServerInMemoryIsProbed(t *testing.T) { // P116
	var n Network
	l, err := n.Listen(9090)
	if err != nil {
		t.Fatal(err)
	}
	states := health.NewServer()
	states.SetServingStatus("shop", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, states)
	go server.Serve(l)
	defer server.Stop()
	p, spec := inMemory(&n), grpcCheck(9090)
	expectAnswer(t, p.Probe(t.Context(), loopback, spec), probe.Answer{Outcome: probe.OutcomeSuccess, Output: "service healthy"})
	spec.GRPC.Service = new("shop")
	expectAnswer(t, p.Probe(t.Context(), loopback, spec),
		probe.Answer{Outcome: probe.OutcomeFailure, Output: `service unhealthy (responded with "NOT_SERVING")`})
}
