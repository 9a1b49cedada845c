package podclock

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
)

// Facts about a node: its network, its kubelet, what the node controllers think
// of it.

// LoseNode lets the node controllers give up the node of a pod (S83). The pod
// runs on. After its toleration, 300 s by default, it is deleted in the API, and
// its kubelet learns of that by [ReturnNode].
type LoseNode struct{ Pod string }

func (f LoseNode) target() (string, []string) { return f.Pod, nil }

func (LoseNode) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.NodeLost})
}

// ReturnNode lets a lost node report again.
type ReturnNode struct{ Pod string }

func (f ReturnNode) target() (string, []string) { return f.Pod, nil }

func (ReturnNode) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.NodeReturned})
}

// LoseNetwork makes the runtime's network not ready, for all pods. Those that need
// it are not synced until it is ready again (T7).
type LoseNetwork struct {
	// Message says why. If empty, it is what containerd says without a network plugin.
	Message string
}

func (LoseNetwork) target() (string, []string) { return "", nil }

func (f LoseNetwork) inject(s *Simulation, pods node.Group) {
	s.node.SetNetwork(f.why())
}

// why is the kubelet's text of a runtime whose network is not ready.
func (f LoseNetwork) why() string {
	message := f.Message
	if message == "" {
		message = "Network plugin returns error: cni plugin not initialized"
	}
	return "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:" + message
}

// ReturnNetwork makes the network ready again.
type ReturnNetwork struct{}

func (ReturnNetwork) target() (string, []string) { return "", nil }

func (ReturnNetwork) inject(s *Simulation, pods node.Group) {
	s.node.SetNetwork("")
}

// RestartKubelet replaces the kubelet process of a pod (P39, P55).
type RestartKubelet struct{ Pod string }

func (f RestartKubelet) target() (string, []string) { return f.Pod, nil }

func (RestartKubelet) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.KubeletRestarted})
}

// Shutdown lets the kubelet end the pods of a node that is shutting down (S81). On
// a real node they end by priority, group by group: name each group's pods.
type Shutdown struct {
	Pod string
	// Grace is how long the pods get, in seconds. If nil, or more than a pod's own grace
	// period, it is that.
	Grace *int64
}

func (f Shutdown) target() (string, []string) { return f.Pod, nil }

func (f Shutdown) check(*Simulation, time.Duration) error {
	if f.Grace != nil && *f.Grace < 0 {
		return fmt.Errorf("%T.Grace: %d: write 0 or more", f, *f.Grace)
	}
	return nil
}

func (f Shutdown) inject(s *Simulation, pods node.Group) {
	for _, pod := range pods {
		e := f.eviction(pod.Template.Pod())
		node.Group{pod}.Tell(lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: e})
	}
}

// eviction is what the kubelet's shutdown does to a pod: of all that it decides
// itself it alone records no event.
func (f Shutdown) eviction(pod *corev1.Pod) *lifecycle.Eviction {
	e := &lifecycle.Eviction{
		Reason: "Terminated", Message: "Pod was terminated in response to imminent node shutdown.", Disruption: true,
	}
	if f.Grace != nil && *f.Grace < *pod.Spec.TerminationGracePeriodSeconds {
		grace := *f.Grace
		e.Grace = &grace
	}
	return e
}
