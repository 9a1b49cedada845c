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

// Options is what an agent is made of. Only Runtime must be given. The
// callbacks are called one at a time, by the goroutine that owns the pods: they
// must not block, and may call the agent.
type Options struct {
	Runtime Runtime
	// Clock is the time of all that the agent decides. nil: the real one. How
	// long probes, hooks and the runtime take is theirs to say.
	Clock clock.Clock
	// Prober makes probes and runs hooks. nil: handler.New with no options, which
	// is the kubelet's way.
	Prober Prober
	// Timing is how long the machinery around a pod takes; see [LiveTiming]. nil:
	// LiveTiming from Seed.
	Timing *lifecycle.Timing
	// Seed decides jitter and the phases of periodic work.
	Seed uint64
	// Slack is how late the agent may be with what is due soon after it was
	// awake: so it wakes once for many pods. What comes after a longer rest is in
	// time. 0: 1 ms, which is no more than a busy kubelet's own; negative: none.
	Slack time.Duration
	// Config is the kubelet's configuration.
	Config lifecycle.Config
	// Admit is asked once whether a pod may run here. Its answer is nil, or why
	// not: Reason and Message of an eviction, of which nothing else counts (S82).
	// The pod must not be modified. nil: all may.
	Admit func(pod *corev1.Pod) *lifecycle.Eviction
	// ParallelPulls lets several images be pulled at a time. By default it is one
	// at a time, in order of request (I12).
	ParallelPulls bool

	// StateDir is a directory in which the agent keeps what it must know to go on
	// after it was killed: a file for each pod, written before what that is about
	// to do is begun. An agent that is made with it has those pods at once, adopts
	// what still runs of them, and goes on with their restart counts and back-offs
	// (P39, P55). Add them again as if they were new; Remove those whose source is
	// gone. What was asked for in the very moment of the death may be lost: a
	// Delete is kept once Pods shows it. The files are not synced to the disk, as a crash of the machine ends
	// the containers, too. Empty: nothing is kept.
	StateDir string
	// Flight records what the machines are given, to be played again. nil: nobody
	// does.
	Flight *flight.Recorder

	// EventRecorder takes the events of pods. nil: nobody does.
	EventRecorder EventRecorder
	// OnStatus is told of each [Change]: a new status, a deletion or another spec,
	// that the pod is finished, that it is gone. See also [Agent.Watch].
	OnStatus func(Change)
	// OnRecord is told of all that happens, in order, and to which pod: there may
	// be two of a name, one that ends and its successor. Give a pod's records to a
	// timeline's track, and they can be printed and queried.
	OnRecord func(pod lifecycle.Identity, r timeline.Record)
	// Logger is told what goes wrong beside the pods. nil: nobody is.
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
