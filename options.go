package podclock

import (
	"math/rand/v2"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Options configure a simulation. Only Pods is required. All durations count
// from the start.
type Options struct {
	// Pods run on one node, in this order.
	Pods []Pod
	// Images says what the node's registry does, by image as the manifests name it.
	// An image that is not listed is present on the node.
	Images map[string]Image
	// Facts happen to the pods at their times; those of one instant in this order. [Run]
	// takes none after its end.
	Facts []TimedFact

	// For is how long [Run] plays; [New] ignores it. The default is DefaultFor.
	For time.Duration
	// Start is the virtual time at the start. The default is [Epoch]. It must be in the
	// years from FirstYear to LastYear.
	Start time.Time
	// Timing is how long the kubelet's own machinery takes. If nil, it is ideal: no
	// time at all. See [KubeletTiming] and [FixedTiming].
	Timing Timing
	// Seed decides everything that is chance.
	Seed uint64
	// Config is the kubelet's configuration.
	Config lifecycle.Config
	// Latency is how long the container runtime takes.
	Latency Latency
	// ParallelPulls lets the node pull several images at a time. By default a
	// kubelet pulls one at a time, in order of request (I12).
	ParallelPulls bool

	// Filter says what the timeline leaves out.
	Filter timeline.Filter
	// View is whose statuses the timeline and [Result] show. The default is what
	// kubectl shows.
	View lifecycle.View
	// Explain lets the timeline say what the pods wait for, each time that it changes.
	// See [Simulation.Waits].
	Explain bool
	// NoLeap plays every single probe. The result is the same, but takes longer.
	NoLeap bool
	// Tap is called for everything that goes into and comes out of the pods'
	// machines. It must not call the simulation.
	Tap func(Tap)
}

// DefaultFor is how long [Run] plays by default.
const DefaultFor = 10 * time.Minute

// FirstYear and LastYear bound the years, in UTC, in which a simulation can start. JSON
// has no years after 9999, and Unix no time before 1970.
const (
	FirstYear = 1970 // the first year in which a simulation can start
	LastYear  = 9000 // the last one
)

// Epoch is when simulations start by default: a whole second, because time
// stamps of the API are cut to seconds.
var Epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Pod is one pod, or several replicas of it.
type Pod struct {
	// Manifest is the pod as it would be applied. Defaults are filled in, and what
	// the API server would refuse is an error. It is not modified.
	Manifest *corev1.Pod
	// Replicas is how many pods are made of it, called NAME-0, NAME-1 and so on. A
	// single pod (0 or 1) has the manifest's name.
	Replicas int
	// At is when the kubelet learns of the pod.
	At time.Duration
	// NameTaken says that another static pod of the same full name still runs. This
	// one then does not start before [FreeName] (S84).
	NameTaken bool
	// Apps say what each container does, by its name; init containers and sidecars
	// count. A container without an App runs for ever and answers every probe well.
	// An init container without one exits with 0 at once.
	Apps map[string]App
	// Sandbox is how the runtime does with the pod's sandbox.
	Sandbox Sandbox
}

// Sandbox is how the runtime does with a pod's sandboxes. The zero value is a
// sandbox that is there at once and stays.
type Sandbox struct {
	// Errors are the texts with which the first attempts to run one fail.
	Errors []string
	// StatusError, if not empty, is why the status of the first one that is there
	// cannot be read at once.
	StatusError string
	// Takes is how long each attempt to run one takes, and StopTakes how long it
	// takes to stop one that is ready. If 0, Options.Latency counts.
	Takes, StopTakes time.Duration
	// DiesAfter, if not 0, is how long after it is ready the first sandbox dies, with
	// all its containers (see [KillSandbox]).
	DiesAfter time.Duration
	// IP is the pod's address. If empty, each sandbox gets a new one.
	IP string
}

// Image is one image of the node's registry.
type Image struct {
	// Present says that the node has the image.
	Present bool
	// Pulls are the attempts to pull it, in order; the last one repeats.
	// Without any a pull succeeds at once.
	Pulls []Pull
	// Size is in bytes, for the event of a pull (I11).
	Size int64
}

// Pull is one attempt to pull an image.
type Pull struct {
	Takes time.Duration
	// Error is the runtime's whole text. If empty, the pull succeeds and the image is
	// present.
	Error string
}

// Latency is how long each call to the container runtime takes.
type Latency struct {
	RunSandbox, StopSandbox, CreateContainer, StartContainer, RemoveContainer time.Duration
	// Exec is how much longer than its time-out an exec takes that is not done by then.
	Exec time.Duration
}

// TimedFact is a fact that comes true at a time known beforehand.
type TimedFact struct {
	At   time.Duration
	Fact Fact
}

// Tap is one step of a pod's machine, or one action that it gave in return.
type Tap struct {
	Pod string // "namespace/name"
	At  time.Time
	// Action is nil for a step, and valid during the call only.
	Action *lifecycle.Action
	// Events are what the machine was given. If there are none, time has passed. They
	// are valid during the call only.
	Events []lifecycle.Event
}

// Timing makes the kubelet's timing for a simulation from its seeded source.
type Timing func(*rand.Rand) *lifecycle.Timing

// KubeletTiming is the timing of a real kubelet: its relists, its one-second
// loop, its jitter (T31).
func KubeletTiming(r *rand.Rand) *lifecycle.Timing { return lifecycle.KubeletTiming(r) }

// FixedTiming is a timing that owes nothing to the seed. Simulations with it
// can be cloned only if its Chance remembers nothing.
func FixedTiming(t *lifecycle.Timing) Timing {
	return func(*rand.Rand) *lifecycle.Timing { return t }
}
