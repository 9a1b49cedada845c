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
// the pods makes all callbacks, one at a time: they must not block, and may
// call the agent.
type Options struct {
	Runtime Runtime
	// Clock is the time of everything that the agent decides. Probes, hooks and the
	// runtime take the time they take. If nil, it is the real clock.
	Clock clock.Clock
	// Prober makes probes and runs hooks. If nil, it is handler.New without options,
	// which does both as a kubelet does.
	Prober Prober
	// Timing is how long the machinery around a pod takes. If nil, it is
	// [LiveTiming] drawn from Seed.
	Timing *lifecycle.Timing
	// Seed decides jitter and the phases of periodic work.
	Seed uint64
	// Slack is how late the agent may be with work that is due shortly after it last
	// woke, so that it wakes once for many pods. Work after a longer rest is on
	// time. The default is 1 ms, no more than the delay of a busy kubelet; a
	// negative Slack is none.
	Slack time.Duration
	// Config is the kubelet's configuration.
	Config lifecycle.Config
	// Admit decides once whether a pod may run here. It returns nil to admit the
	// pod, else an eviction whose Reason and Message say why not; its other fields
	// are ignored (S82). It must not modify the pod. If nil, every pod is admitted.
	Admit func(pod *corev1.Pod) *lifecycle.Eviction
	// ParallelPulls lets several images be pulled at a time. By default it is one
	// at a time, in order of request (I12).
	ParallelPulls bool

	// StateDir is the directory in which the agent keeps what it needs to continue
	// after it was killed: one file for each pod, written before the runtime is
	// asked to change anything. A new agent with the same directory starts with
	// these pods, adopts what still runs of them, and keeps their restart counts and
	// back-offs (P39, P55). Add them again as if they were new, and Remove those
	// whose source is gone. A request made at the moment of the crash may be lost: a
	// Delete is safe once Pods shows it. Files are not synced to disk, because a
	// crash of the machine ends the containers as well. If empty, nothing is kept.
	StateDir string
	// Flight records what the machines are given, for "podclock replay". If nil,
	// nothing is recorded.
	Flight *flight.Recorder

	// EventRecorder takes the events of pods. If nil, they are dropped.
	EventRecorder EventRecorder
	// OnStatus is called for each [Change]: a new status, a deletion, another spec,
	// a finished pod, a pod that is gone. See also [Agent.Watch].
	OnStatus func(Change)
	// OnRecord is called for everything that happens, in order, with the pod
	// concerned. Two pods may have one name: one that ends, and its successor. Add a
	// pod's records to a timeline's track to print and query them.
	OnRecord func(pod lifecycle.Identity, r timeline.Record)
	// Logger takes what goes wrong outside the pods. If nil, it is dropped.
	Logger *slog.Logger
}

// Prober makes one attempt of a probe, and runs a hook to its end. Both return
// soon after ctx ends. It is safe for concurrent use. A [handler.Prober] is one.
type Prober interface {
	handler.Handler
	RunHook(ctx context.Context, target handler.Target, hook *corev1.LifecycleHandler) handler.HookAnswer
}

var _ Prober = (*handler.Prober)(nil)

// EventRecorder takes the events of pods. The object is a
// *corev1.ObjectReference, to a container where the event is about one (P124).
// The EventRecorder of client-go's tools/record is one as it is.
type EventRecorder interface {
	Event(object runtime.Object, eventType, reason, message string)
}

// The stream of the seed that timing is drawn from.
const timingStream = 2

// filled is the options with their defaults.
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
