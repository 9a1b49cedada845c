package podclock

import (
	"math/rand/v2"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// App is the behaviour of a container over all its runs. Its methods are
// called in the order of virtual time, and must not keep the Call. Embed
// [Healthy] to write only those that matter.
//
// One App value serves all replicas of a pod. An App that remembers something
// between calls must be a [Cloner].
type App interface {
	// Create says, when the container is created, what will become of the run.
	Create(c *Call) Plan
	// Probe answers an attempt of a probe. It is called when the attempt begins, if the
	// container runs.
	Probe(c *Call, kind ProbeKind) Reply
	// Hook answers an exec or httpGet hook. It is called when the hook begins. A reply
	// of [Hang] lasts as long as the container.
	Hook(c *Call, hook HookKind) Reply
	// Terminate says how the container reacts to its stop signal.
	Terminate(c *Call) Term
}

// Cloner is an App with a memory. Each pod, and each copy of a simulation,
// works on a clone of its own.
type Cloner interface {
	App
	// CloneApp returns an independent copy.
	CloneApp() App
}

// Binder is an App that wants to know its container beforehand, to check or
// compile itself. Bind is called once for each container that the App is
// given to; the App that it returns takes its place.
type Binder interface {
	App
	Bind(pod *corev1.Pod, container *corev1.Container) (App, error)
}

// Call is where and when an [App] is asked.
type Call struct {
	// Pod is "namespace/name".
	Pod string
	// Spec is the container, with defaults. It must not be modified.
	Spec *corev1.Container
	// Run counts the times that the container was created, from 0.
	Run int
	Now time.Time
	// Since is how long the container runs; 0 before it does.
	Since time.Duration
	// IP is the pod's address.
	IP string
	// Rand is the simulation's seeded source for apps.
	Rand *rand.Rand
}

// ProbeKind is one of the three probes of a container: [probe.Startup],
// [probe.Readiness] or [probe.Liveness].
type ProbeKind = probe.Kind

// HookKind is one of the two hooks of a container: [lifecycle.PostStart] or
// [lifecycle.PreStop].
type HookKind = lifecycle.HookKind

// Plan is what will become of a run, unless something happens to it.
type Plan struct {
	// CreateDelay and StartDelay are how long the runtime takes. If 0,
	// Options.Latency counts.
	CreateDelay, StartDelay time.Duration
	// CreateError and StartError, if not empty, are the texts with which the
	// runtime fails.
	CreateError, StartError string
	// StopError and RemoveError, if not empty, are the texts with which the runtime fails to
	// stop the run's container, which then goes on without a stop signal, and to remove it.
	StopError, RemoveError string
	// Exit is the run's own end. If nil, it runs for ever.
	Exit *Exit
	// Log is the end of what the run has written to its log when it ends. With
	// FallbackToLogsOnError it is the termination message (C10).
	Log string
	// Notes are changes of the app's behaviour, for the timeline.
	Notes []Note
}

// Exit is an end of a run by itself.
type Exit struct {
	After time.Duration // since its start
	Code  int32
	// Reason is the runtime's, such as "OOMKilled". If empty, it is "Completed" for
	// code 0, else "Error".
	Reason string
	// Message is the termination message.
	Message string
}

// Term is a reaction to the stop signal: an exit some time after it. A run that
// takes as long as the grace period ends with SIGKILL and code 137.
type Term struct {
	// Ignore says that the signal does nothing.
	Ignore  bool
	After   time.Duration
	Code    int32
	Message string
}

// Note is a change of an app's behaviour at a time since the start of its run.
type Note struct {
	After time.Duration
	// Reason is a word such as [timeline.Trouble], and Text says it for people.
	Reason, Text string
}

// Healthy is an App that runs for ever, answers every probe and hook well, and
// has the default action for SIGTERM: it exits at once with 143.
type Healthy struct{}

// Create plans no end.
func (Healthy) Create(*Call) Plan { return Plan{} }

// Probe replies OK.
func (Healthy) Probe(c *Call, _ ProbeKind) Reply { return OK().Until(forever(c)) }

// Hook replies OK.
func (Healthy) Hook(*Call, HookKind) Reply { return OK() }

// Terminate exits at once with 143, which is 128 + SIGTERM (C45).
func (Healthy) Terminate(*Call) Term { return Term{Code: 143} }

// done is the app of an init container that was given none.
type done struct{ Healthy }

func (done) Create(*Call) Plan { return Plan{Exit: &Exit{}} }

// forever is a time that no simulation reaches.
func forever(c *Call) time.Time { return c.Now.Add(eternity) }

const eternity = 100 * 365 * 24 * time.Hour
