package podclock

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
)

// Fact is something that is done to pods from outside. The set is closed.
//
// In every fact Pod is "namespace/name", or the name alone if that is enough;
// empty it means every pod. Container is a container's name; empty it means
// every container that runs. What does not apply (a container that does not
// run cannot crash) does nothing.
type Fact interface{ fact() }

// Delete asks for the deletion of a pod (S70). Of a static pod only the mirror
// is deleted, which changes nothing (S84): Remove stops it.
type Delete struct {
	Pod string
	// Grace in seconds; nil: the pod's own.
	Grace *int64
}

// Remove takes a pod away from where it came from without a deletion: a static
// pod's manifest, or an object whose deletion the kubelet missed (S72).
type Remove struct{ Pod string }

// FreeName ends what Pod.NameTaken says.
type FreeName struct{ Pod string }

// Evict lets the kubelet end a pod (S81). The zero value of the rest is an
// eviction under memory pressure.
type Evict struct {
	Pod string
	// Reason and Message are the status', Reason is the event's too.
	Reason, Message string
	// Grace in seconds; nil: 1, as for a hard threshold.
	Grace *int64
}

// Refuse lets the kubelet's admission refuse a pod (S82): at the instant of its
// arrival, at which admission is decided. At another time it is an error.
type Refuse struct{ Pod, Reason, Message string }

// Update changes a pod's spec to that of Manifest (its images, that is).
type Update struct {
	Pod      string
	Manifest *corev1.Pod
}

// SetCondition sets a condition in the API that is not the kubelet's, such as
// that of a readiness gate (S44).
type SetCondition struct {
	Pod       string
	Condition corev1.PodCondition
}

// LoseNode lets the node controllers give up the node of a pod (S83). The pod
// runs on; after its toleration, 300 s by default, it is deleted in the API, of
// which its kubelet learns by ReturnNode.
type LoseNode struct{ Pod string }

// ReturnNode lets a lost node report again.
type ReturnNode struct{ Pod string }

// LoseNetwork lets the runtime's network be not ready, for all pods: those that
// need it are not synced until it is (T7).
type LoseNetwork struct {
	// Message is why; empty: as containerd says it without a network plugin.
	Message string
}

// ReturnNetwork makes the network ready again.
type ReturnNetwork struct{}

// RestartKubelet replaces the kubelet process of a pod (P39, P55).
type RestartKubelet struct{ Pod string }

// KillSandbox ends a pod's sandbox with all its containers.
type KillSandbox struct{ Pod string }

// Crash ends a container now. The zero value of the rest is an exit with 0.
type Crash struct {
	Pod, Container string
	Code           int32
	Reason         string
	Message        string
}

// LoseContainer lets the runtime lose track of a container whose process is gone:
// its state is unknown, and nobody knows how it ended, until it is stopped or its
// sandbox is gone. It is then listed with exit code 255 (C8, C22).
type LoseContainer struct{ Pod, Container string }

// HangApp lets an app answer nothing any more and ignore its stop signal,
// until the container's end.
type HangApp struct{ Pod, Container string }

// Outage lets probes fail for a while, in several apps at once: a database
// that all of them need.
type Outage struct {
	// Name tells what is out, for the timeline.
	Name string
	// Pod and Container are as in every fact; Containers is for several.
	Pod, Container string
	Containers     []string
	// Probes are the kinds that are concerned; empty: all.
	Probes []probe.Kind
	// Reply is how the apps answer meanwhile. Zero: Fail(Name + " is out").
	Reply Reply
	// For is how long it lasts; 0: for good.
	For time.Duration
}

// SpoilImage lets pulls of an image fail, and takes it off the node. An empty
// Error makes it good again.
type SpoilImage struct{ Image, Error string }

func (Delete) fact()         {}
func (Remove) fact()         {}
func (FreeName) fact()       {}
func (Evict) fact()          {}
func (Refuse) fact()         {}
func (Update) fact()         {}
func (SetCondition) fact()   {}
func (LoseNode) fact()       {}
func (ReturnNode) fact()     {}
func (LoseNetwork) fact()    {}
func (ReturnNetwork) fact()  {}
func (RestartKubelet) fact() {}
func (KillSandbox) fact()    {}
func (Crash) fact()          {}
func (LoseContainer) fact()  {}
func (HangApp) fact()        {}
func (Outage) fact()         {}
func (SpoilImage) fact()     {}
