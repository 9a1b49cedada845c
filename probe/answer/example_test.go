package answer_test

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/probe/answer"
)

func Example() {
	get := &corev1.HTTPGetAction{Path: "ready?full", Port: intstr.FromString("web")}
	port, err := answer.Port(get.Port, []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}})
	if err != nil {
		fmt.Println(err)
		return
	}
	url := answer.URL(get, answer.Address("10.0.0.7", port)).String()
	fmt.Println(url)
	for _, a := range []string{
		answer.HTTP(503, "").Output,
		answer.HTTPUnanswered(url, answer.AwaitingHeaders).Output,
		answer.ExecTimedOut([]string{"cat", "/ready"}, time.Second).Output,
		answer.GRPC("NOT_SERVING").Output,
	} {
		fmt.Println(a)
	}
	// Output:
	// http://10.0.0.7:8080/ready?full
	// HTTP probe failed with statuscode: 503
	// Get "http://10.0.0.7:8080/ready?full": context deadline exceeded (Client.Timeout exceeded while awaiting headers)
	// command timed out: "cat /ready" timed out after 1s
	// service unhealthy (responded with "NOT_SERVING")
}
