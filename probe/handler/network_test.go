package handler

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
)

func TestAServersHandlerIsProbedInMemory(t *testing.T) {
	var n Network
	healthy := true
	server, err := n.ServeHTTP(8080, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !healthy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		io.WriteString(w, r.Host+r.URL.Path)
	}))
	if err != nil {
		t.Fatal(err)
	}
	p := inMemory(&n)
	spec := httpGet(8080)
	spec.HTTPGet.Path = "/healthz"
	target := Target{PodIP: "10.0.0.7"}
	expectAnswer(t, p.Probe(t.Context(), target, spec), probe.Answer{Outcome: probe.OutcomeSuccess, Output: "10.0.0.7:8080/healthz"})
	healthy = false
	expectAnswer(t, p.Probe(t.Context(), target, spec), probe.Answer{Outcome: probe.OutcomeFailure, Output: "HTTP probe failed with statuscode: 503"})
	expectAnswer(t, p.Probe(t.Context(), target, tcpSocket(intstr.FromInt32(8080))), probe.Answer{Outcome: probe.OutcomeSuccess})
	server.Close()
	expectAnswer(t, p.Probe(t.Context(), target, spec),
		probe.Answer{Outcome: probe.OutcomeFailure, Output: `Get "http://10.0.0.7:8080/healthz": dial tcp 10.0.0.7:8080: connect: connection refused`})
	expectAnswer(t, p.Probe(t.Context(), target, tcpSocket(intstr.FromInt32(8080))),
		probe.Answer{Outcome: probe.OutcomeFailure, Output: "dial tcp 10.0.0.7:8080: connect: connection refused"})
}

func TestAPortOfANetworkIsListenedOnOnce(t *testing.T) {
	var n Network
	l, err := n.Listen(80)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen(80); err == nil {
		t.Error("listened twice")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting after close: %v", err)
	}
	again, err := n.Listen(80)
	if err != nil {
		t.Errorf("listening again: %v", err)
	}
	again.Close()
	for _, port := range []int{0, -1, 65536} {
		if _, err := n.Listen(port); err == nil {
			t.Errorf("listened on %d", port)
		}
	}
}

func TestAnAddressThatIsNoneIsADialError(t *testing.T) {
	var n Network
	for _, address := range []string{"10.0.0.7", "10.0.0.7:web"} {
		if _, err := n.DialContext(t.Context(), "tcp", address); err == nil {
			t.Errorf("dialled %q", address)
		}
	}
}
