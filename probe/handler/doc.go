// Package handler runs real probes and lifecycle hooks — exec, httpGet,
// tcpSocket, grpc — the way the kubelet sends them.
//
//	p := handler.New(handler.Options{})
//	answer := p.Probe(ctx, handler.Target{PodIP: "10.0.0.7"}, &corev1.Probe{
//		ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}},
//	})
//	fmt.Println(answer.Outcome, answer.Output)
//	// failure dial tcp 10.0.0.7:80: connect: connection refused
//
// A Prober makes one attempt and says how it ended; it neither retries nor
// counts. That is package probe's work: a probe.Worker asks for attempts and
// takes the answers.
//
// Outcome, output and error are the kubelet's, to the letter, and so is what the
// server sees. Where an httpGet answer is anything but plain, net/http itself
// judges the bytes that came, as it does in a kubelet.
//
// A Network connects a Prober to servers in the same process, without sockets,
// so that a unit test can probe a service's real health handler.
//
// Rule numbers in the code (P105) are those of podclock's rules of kubelet
// behaviour.
package handler
