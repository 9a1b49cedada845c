package agent

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/timeline"
)

// Options configure an agent. Only Runtime is required. The goroutine that owns
// the pods makes all callbacks, one at a time. They must not block. They may
// call the agent.
type Options struct {
	// Runtime runs the containers.
	Runtime Runtime
	// Clock gives the time for everything that the agent decides. Probes, hooks
	// and the runtime do not use it: they take as long as they take. If nil, it is
	// the real clock.
	Clock clock.Clock
	// Prober makes probes and runs hooks. If nil, the agent uses handler.New
	// without options, which does both as a kubelet does.
	Prober Prober
	// Timing says how long the machinery around a pod takes. If nil, it is
	// [LiveTiming], drawn from Seed.
	Timing *lifecycle.Timing
	// Seed decides the jitter of delays, and when periodic work begins.
	Seed uint64
	// Slack lets the agent be late by this much with work that is due shortly
	// after its last wake, so that it wakes once for many pods. Work after a
	// longer rest is on time. The default is 1 ms, no more than the delay of a
	// busy kubelet. If negative, there is no slack.
	Slack time.Duration
	// Config is the kubelet's configuration.
	Config lifecycle.Config
	// Admit decides, once for each pod, whether it may run here. It returns nil to
	// admit the pod. Otherwise it returns an eviction whose Reason and Message say
	// why not, and the pod fails without ever starting a container (S82); the
	// other fields are ignored. Admit must not modify the pod. If nil, the agent
	// admits every pod.
	Admit func(pod *corev1.Pod) *lifecycle.Eviction
	// ParallelPulls lets the agent pull several images at a time. If false, it
	// pulls one at a time in order of request, as a kubelet does by default (I12).
	ParallelPulls bool

	// StateDir is the directory in which the agent keeps what it needs to continue
	// after it was killed: one file for each pod, synced to disk before the runtime is
	// asked to change anything. A new agent with the same directory starts with these
	// pods, adopts what still runs of them, and keeps their restart counts and
	// back-offs. Their probes begin as after a restart of the kubelet: after a random
	// wait (P39), and without a fresh initial result (P55). Add these pods again as if
	// they were new, and Remove those whose source is gone. A request made at the
	// moment of the crash may be lost: a Delete is safe once Pods shows it.
	//
	// A file that is damaged, or that this release cannot read, costs its own pod
	// alone. New sets it aside as NAME.corrupt, and the Logger says why. What the
	// runtime has of that pod is removed, and the pod begins anew when it is added.
	//
	// The directory is made for this user alone, unless it exists. New refuses the
	// ones that [OwnDir] refuses. If empty, nothing is kept.
	StateDir string
	// Flight records everything that the machines are given, for "podclock
	// replay". If nil, nothing is recorded.
	Flight *flight.Recorder

	// EventRecorder takes the Kubernetes events of pods. If nil, they are dropped.
	EventRecorder EventRecorder
	// OnStatus is called for each [Change]: a new status, a deletion, another spec,
	// a finished pod, a pod that is gone. See also [Agent.Watch].
	OnStatus func(Change)
	// OnRecord is called for everything that happens to a pod, in order. Tell pods
	// apart by their UID: a pod that ends and its successor may have the same
	// name. Add a pod's records to a timeline's track to print and query them.
	OnRecord func(pod lifecycle.Identity, r timeline.Record)
	// Logger takes errors and warnings that no pod's status or event shows. If
	// nil, they are dropped.
	Logger *slog.Logger
}

// Prober makes one attempt of a probe, and runs a hook to its end. Both return
// soon after ctx ends. A Prober is safe for concurrent use. [handler.Prober]
// implements it.
type Prober interface {
	handler.Handler
	RunHook(ctx context.Context, target handler.Target, hook *corev1.LifecycleHandler) handler.HookAnswer
}

var _ Prober = (*handler.Prober)(nil)

// EventRecorder takes the Kubernetes events of pods. The object is a
// *corev1.ObjectReference to the pod. For an event about a container it also
// has the container's field path, such as spec.containers{app} (P124). The
// EventRecorder of client-go's tools/record implements it.
type EventRecorder interface {
	Event(object runtime.Object, eventType, reason, message string)
}

// timingStream is the stream of the seed that the timing is drawn from.
const timingStream = 2

// filled returns the options with their defaults.
func (o Options) filled() Options {
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	if o.Prober == nil {
		o.Prober = handler.New(handler.Options{})
	}
	if o.Timing == nil {
		o.Timing = LiveTiming(rand.New(rand.NewPCG(o.Seed, timingStream)))
	}
	if o.Slack == 0 {
		o.Slack = time.Millisecond
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
