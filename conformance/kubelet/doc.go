// Package kubelet runs the probe handlers of a real kubelet and those of podclock side by
// side.
//
//	theirs := kubelet.Prober{}
//	ours := handler.New(handler.Options{UserAgent: kubelet.UserAgent()})
//	// the same corev1.Probe of the same server, twice: the same answer
//
// It is a separate module, so that users of podclock do not need k8s.io/kubernetes. Its
// tests compare answers. Its command cost compares CPU time and allocations:
//
//	cd conformance/kubelet && go test ./... && go run ./cost
package kubelet
