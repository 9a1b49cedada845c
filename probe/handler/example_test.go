package handler_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe/handler"
)

// This probes a service's own health handler without a socket.
func Example() {
	var network handler.Network
	server, err := network.ServeHTTP(8080, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no database", http.StatusServiceUnavailable)
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	p := handler.New(handler.Options{DialContext: network.DialContext})
	target := handler.Target{
		PodIP: "10.0.0.7",
		Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}},
	}
	answer := p.Probe(context.Background(), target, &corev1.Probe{
		TimeoutSeconds: 1,
		ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("web")},
		},
	})
	fmt.Println(answer.Outcome, "-", answer.Output)
	// Output: failure - HTTP probe failed with statuscode: 503
}

// This prints the targets of a container's probes without running the probes.
func ExampleTarget_URL() {
	target := handler.Target{
		PodIP: "10.0.0.7",
		Ports: []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}},
	}
	for _, to := range []corev1.ProbeHandler{
		{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("web")}},
		{TCPSocket: &corev1.TCPSocketAction{Host: "db.example.org", Port: intstr.FromInt32(5432)}},
		{GRPC: &corev1.GRPCAction{Port: 9000}},
		{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromString("wbe")}},
	} {
		u, err := target.URL(&corev1.Probe{ProbeHandler: to})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(u)
	}
	// Output:
	// http://10.0.0.7:8080/healthz
	// tcp://db.example.org:5432
	// grpc://10.0.0.7:9000
	// strconv.Atoi: parsing "wbe": invalid syntax
}

func ExampleLocalExec() {
	target := handler.Target{Exec: handler.LocalExec{}, Env: []corev1.EnvVar{{Name: "WHO", Value: "probe"}}}
	answer := handler.New(handler.Options{}).Probe(context.Background(), target, &corev1.Probe{
		TimeoutSeconds: int32(time.Minute / time.Second),
		ProbeHandler:   corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"echo", "hello $(WHO)"}}},
	})
	fmt.Print(answer.Outcome, ": ", answer.Output)
	// Output: success: hello probe
}

func ExampleProber_RunHook() {
	p := handler.New(handler.Options{})
	target := handler.Target{Pod: "web-0_shop(u-1)", Container: "app", Exec: handler.LocalExec{}}
	answer := p.RunHook(context.Background(), target, &corev1.LifecycleHandler{
		Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "echo drained; exit 7"}},
	})
	fmt.Println(answer.Message)
	// Output: Exec lifecycle hook ([sh -c echo drained; exit 7]) for Container "app" in Pod "web-0_shop(u-1)" failed - error: command 'sh -c echo drained; exit 7' exited with 7: , message: "drained\n"
}
