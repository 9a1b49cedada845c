package handler

import (
	"context"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/internal/expand"
	"github.com/podclock/podclock/probe"
)

func TestPortsAreResolvedByTheContainersOwnPorts(t *testing.T) {
	target := Target{Ports: []corev1.ContainerPort{
		{Name: "web", ContainerPort: 8080},
		{Name: "web", ContainerPort: 9090},
		{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP},
		{Name: "zero"},
	}}
	for _, test := range []struct {
		rule string
		port intstr.IntOrString
		want int
		err  string
	}{
		{"P95: the least", intstr.FromInt32(1), 1, ""},
		{"P95: the greatest", intstr.FromInt32(65535), 65535, ""},
		{"P95: too small", intstr.FromInt32(0), 0, "invalid port number: 0"},
		{"P95: too great", intstr.FromInt32(65536), 0, "invalid port number: 65536"},
		{"P96: the first match wins", intstr.FromString("web"), 8080, ""},
		{"P96: whatever the protocol", intstr.FromString("dns"), 53, ""},
		{"P95 holds for names", intstr.FromString("zero"), 0, "invalid port number: 0"},
		{"P97: a number in a string", intstr.FromString("81"), 81, ""},
		{"P98: no such name", intstr.FromString("wbe"), 0, `strconv.Atoi: parsing "wbe": invalid syntax`},
		{"P98: no name", intstr.FromString(""), 0, `strconv.Atoi: parsing "": invalid syntax`},
	} {
		got, err := target.port(test.port)
		if got != test.want || fmt.Sprint(err) != printed(test.err) {
			t.Errorf("%s: port(%v) = %d, %v; want %d, %s", test.rule, test.port.String(), got, err, test.want, printed(test.err))
		}
	}
}

func printed(err string) string {
	if err == "" {
		return "<nil>"
	}
	return err
}

func TestATargetSaysWhereAProbeGoes(t *testing.T) { // P90, P92, P95, P96, P98, P105
	target := Target{PodIP: "10.0.0.7", Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}}}
	of := func(h corev1.ProbeHandler) *corev1.Probe { return &corev1.Probe{ProbeHandler: h} }
	web, typo := intstr.FromString("web"), intstr.FromString("wbe")
	for _, c := range []struct {
		what string
		spec *corev1.Probe
		want string
		err  string
	}{
		{"httpGet without scheme", of(corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "healthz?full", Port: web}}), "http://10.0.0.7:8080/healthz?full", ""},
		{"HTTPS", of(corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: web, Scheme: corev1.URISchemeHTTPS, Host: "::1"}}), "https://[::1]:8080/", ""},
		{"tcpSocket", of(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(81)}}), "tcp://10.0.0.7:81", ""},
		{"tcpSocket with host", of(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: web, Host: "db"}}), "tcp://db:8080", ""},
		{"grpc", of(corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: 82}}), "grpc://10.0.0.7:82", ""},
		{"exec goes before the others", of(corev1.ProbeHandler{Exec: &corev1.ExecAction{}, GRPC: &corev1.GRPCAction{Port: 82}}), "<nil>", ""},
		{"no handler", of(corev1.ProbeHandler{}), "<nil>", ""},
		{"httpGet, no such name", of(corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: typo}}), "<nil>", `strconv.Atoi: parsing "wbe": invalid syntax`},
		{"tcpSocket, no such port", of(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(0)}}), "<nil>", "invalid port number: 0"},
	} {
		got := "<nil>"
		u, err := target.URL(c.spec)
		if u != nil {
			got = u.String()
		}
		if got != c.want || fmt.Sprint(err) != printed(c.err) {
			t.Errorf("%s: %s, %v; want %s, %s", c.what, got, err, c.want, printed(c.err))
		}
	}
}

func TestATypoInAPortNameErrsAndNeverFails(t *testing.T) { // P98
	want := probe.Answer{Err: `strconv.Atoi: parsing "wbe": invalid syntax`}
	expectAnswer(t, probeOnce(tcpSocket(intstr.FromString("wbe"))), want)
	spec := httpGet(1)
	spec.HTTPGet.Port = intstr.FromString("wbe")
	expectAnswer(t, probeOnce(spec), want)
}

func TestAProbeWithoutHandlerErrs(t *testing.T) { // P90
	expectAnswer(t, probeOnce(&corev1.Probe{}), probe.Answer{Err: "missing probe handler for web-0_shop(u-1):app"})
}

func TestHandlersArePickedInTheirOrder(t *testing.T) { // P90
	spec := httpGet(1)
	spec.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt32(1)}
	spec.GRPC = &corev1.GRPCAction{Port: 1}
	spec.Exec = &corev1.ExecAction{Command: []string{"true"}}
	expectAnswer(t, probeOnce(spec), probe.Answer{Err: ErrNoExec.Error()})
	spec.Exec = nil
	if a := probeOnce(spec); a.Output != `Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused` {
		t.Errorf("not httpGet: %+v", a)
	}
}

func TestATargetIsReadFromThePod(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		Containers:     []corev1.Container{{Name: "app", Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 80}}, Env: []corev1.EnvVar{{Name: "A", Value: "b"}}}},
		InitContainers: []corev1.Container{{Name: "proxy"}},
	}, Status: corev1.PodStatus{
		PodIP:                 "10.0.0.7",
		ContainerStatuses:     []corev1.ContainerStatus{{Name: "app", ContainerID: "containerd://a"}},
		InitContainerStatuses: []corev1.ContainerStatus{{Name: "proxy", ContainerID: "containerd://p"}},
	}}
	pod.Name, pod.Namespace, pod.UID = "web-0", "shop", "u-1"
	app, err := TargetOf(pod, "app")
	if err != nil || app.Pod != "web-0_shop(u-1)" || app.Container != "app" || app.ContainerID != "containerd://a" ||
		app.PodIP != "10.0.0.7" || len(app.Ports) != 1 || len(app.Env) != 1 {
		t.Errorf("app: %+v, %v", app, err)
	}
	if proxy, err := TargetOf(pod, "proxy"); err != nil || proxy.ContainerID != "containerd://p" {
		t.Errorf("sidecar: %+v, %v", proxy, err)
	}
	if _, err := TargetOf(pod, "ap"); err == nil {
		t.Error("a container that is not there was found")
	}
}

func TestOnlyProbeCommandsAreExpanded(t *testing.T) { // P99, C36
	var ran [][]string
	target := loopback
	target.Env = []corev1.EnvVar{{Name: "A", Value: "b"}}
	target.Exec = execFunc(func(_ context.Context, _ string, command []string) ([]byte, error) {
		ran = append(ran, command)
		return nil, nil
	})
	action := &corev1.ExecAction{Command: []string{"echo", "$(A)"}}
	p := New(Options{})
	p.Probe(context.Background(), target, &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: action}})
	p.RunHook(context.Background(), target, &corev1.LifecycleHandler{Exec: action})
	if len(ran) != 2 || !slices.Equal(ran[0], []string{"echo", "b"}) || !slices.Equal(ran[1], []string{"echo", "$(A)"}) {
		t.Errorf("ran %q", ran)
	}
	if action.Command[1] != "$(A)" {
		t.Error("the caller's command was modified")
	}
}

func TestReferencesInACommandAreExpanded(t *testing.T) { // P99
	env := []corev1.EnvVar{
		{Name: "A", Value: "first"}, {Name: "A", Value: "last"}, {Name: "EMPTY"},
		{Name: "FROM", ValueFrom: &corev1.EnvVarSource{}}, {Name: "", Value: "nameless"},
	}
	command := []string{"plain", "$(A)", "$(EMPTY)", "$(FROM)", "$(OTHER)", "$()"}
	want := []string{"plain", "last", "", "", "$(OTHER)", "nameless"}
	if got := expand.Words(command, expand.Env(env)); !slices.Equal(got, want) {
		t.Errorf("%q became %q, want %q", command, got, want)
	}
}
