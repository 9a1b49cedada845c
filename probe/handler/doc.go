// Package handler runs real probes and lifecycle hooks (exec, httpGet, tcpSocket, grpc) in
// the kubelet's way.
//
//	p := handler.New(handler.Options{})
//	answer := p.Probe(ctx, handler.Target{PodIP: "10.0.0.7"}, &corev1.Probe{
//		ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}},
//	})
//	fmt.Println(answer.Outcome, answer.Output)
//	// failure dial tcp 10.0.0.7:80: connect: connection refused
//
// A Prober makes one attempt and returns its answer. It does not retry or count. Package
// probe does: a probe.Worker asks for attempts and takes the answers.
//
// Outcome, output and error are exactly those of a kubelet, and so are the requests that a
// server gets. If the response to an httpGet is not a simple one, net/http itself judges the
// received bytes, as it does in a kubelet.
//
// A Network connects a Prober to servers in the same process, without sockets. With it a
// unit test can probe a service's real health handler.
//
// Rule numbers such as P105 are those of docs/rules.md.
package handler
