package handler

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler/handlertest"
)

// hangGuard ends a test that would hang. No test takes that long.
const hangGuard = time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a scripted server for the duration of the test.
func start(t *testing.T, script handlertest.Script) *handlertest.Server {
	t.Helper()
	server, err := handlertest.Start(script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// answers returns the script of a server that answers every request with the steps.
func answers(steps ...handlertest.Step) handlertest.Script {
	return handlertest.Script{Listen: "tcp", Routes: map[string][]handlertest.Step{"*": steps}}
}

func httpGet(port int) *corev1.Probe {
	return &corev1.Probe{TimeoutSeconds: 1, ProbeHandler: corev1.ProbeHandler{
		HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt(port), Scheme: "HTTP"},
	}}
}

func tcpSocket(port intstr.IntOrString) *corev1.Probe {
	return &corev1.Probe{TimeoutSeconds: 1, ProbeHandler: corev1.ProbeHandler{
		TCPSocket: &corev1.TCPSocketAction{Port: port},
	}}
}

func grpcCheck(port int) *corev1.Probe {
	return &corev1.Probe{TimeoutSeconds: 1, ProbeHandler: corev1.ProbeHandler{
		GRPC: &corev1.GRPCAction{Port: int32(port)},
	}}
}

var loopback = Target{Pod: "web-0_shop(u-1)", Container: "app", ContainerID: "containerd://1", PodIP: "127.0.0.1"}

// probeOnce makes one attempt with the default options.
func probeOnce(spec *corev1.Probe) probe.Answer {
	return New(Options{}).Probe(context.Background(), loopback, spec)
}

func expectAnswer(t *testing.T, got, want probe.Answer) {
	t.Helper()
	if got != want {
		t.Errorf("answer\n got: %+v\nwant: %+v", got, want)
	}
}
