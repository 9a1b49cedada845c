package node

import (
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Node is a node with pods in virtual time. It is not safe for concurrent use.
type Node struct {
	options Options
	host    Host

	agenda

	pods      Group
	byName    map[string]int32 // the numbers of the pods, by "namespace/name"; never changed once time has begun
	images    images
	noNetwork string // why the network is not ready; empty if it is
	addresses addresses

	log     *timeline.Timeline
	events  []lifecycle.Event // of the present step; reused
	stepped []int32           // with Options.Explain: the pods stepped at the present instant
	asking  Run               // the Run of the present question to the host; reused
	failed  error
}

// Options configure a Node.
type Options struct {
	// Start is the virtual time at the start.
	Start time.Time
	// Timing has the delays of the kubelet's own machinery. If nil, there are none.
	Timing *lifecycle.Timing
	// Latency has the delays of the container runtime.
	Latency Latency
	// ParallelPulls lets the node pull several images at a time (I12).
	ParallelPulls bool
	// Images is the node's registry, by name.
	Images map[string]Image
	// Filter selects the records of the timeline.
	Filter timeline.Filter
	// View says whose statuses the timeline has.
	View lifecycle.View
	// Explain records what the pods wait for, each time that it changes.
	Explain bool
	// NoLeap plays every probe, whatever the apps promise.
	NoLeap bool
	// Tap is called for every step of the machines and every action of theirs. If nil,
	// nothing is called.
	Tap func(Tap)
	// Stopped is asked before everything that is due whether to end a run there. If nil,
	// a run goes to its end.
	Stopped func() bool
}

// Latency is how long each call to the container runtime takes.
type Latency struct {
	RunSandbox, StopSandbox, CreateContainer, StartContainer, RemoveContainer time.Duration
	// Exec is the time from an exec's time-out to its answer.
	Exec time.Duration
}

// Tap is one step of a pod's machine, or one action that the step returned.
type Tap struct {
	Pod    string // "namespace/name"
	At     time.Time
	Action *lifecycle.Action // nil for a step
	Events []lifecycle.Event // of a step; none if only time has passed
}

// podTiming returns the kubelet's timing for one pod.
func (o *Options) podTiming(pod int) *lifecycle.Timing {
	if o.Timing == nil {
		return nil
	}
	t := *o.Timing
	t.Chance = lifecycle.ChanceOf(t.Chance, pod)
	return &t
}

// New returns a node at its start, without pods.
func New(o Options, host Host) *Node {
	return &Node{
		options: o, host: host, agenda: agenda{start: o.Start, instant: o.Start}, byName: map[string]int32{},
		images: newImages(o.Images), log: timeline.NewFiltered(o.Start, o.Filter),
	}
}

// Clone returns an independent copy for another host, which must answer from a copy of
// its own state. The copies share templates and timing.
func (n *Node) Clone(host Host) *Node {
	c := *n
	c.host, c.events, c.asking = host, nil, Run{}
	c.agenda = n.agenda.clone()
	c.images = n.images.clone()
	c.stepped = slices.Clone(n.stepped)
	c.log = n.log.Clone()
	c.pods = make([]*Pod, len(n.pods))
	for i, p := range n.pods {
		c.pods[i] = p.clone(&c)
	}
	return &c
}

// Add adds a pod, whose arrival [Node.Arrive] queues. It returns false if there is a
// pod of that name.
func (n *Node) Add(p Pod) bool {
	if _, ok := n.byName[p.Name]; ok {
		return false
	}
	p.node, p.number = n, int32(len(n.pods))
	p.track, p.runs = n.log.Track(p.Name), make([]int, p.Template.Containers())
	n.byName[p.Name] = p.number
	n.pods = append(n.pods, &p)
	return true
}

// Arrive queues the arrivals of all pods. It must be called once, after all were added.
func (n *Node) Arrive() {
	for _, p := range n.pods {
		n.queue.addOutside(p.Arrival, task{kind: taskArrive, pod: p.number})
	}
}

// Schedule calls [Host.Happen] with what at a time since the start.
func (n *Node) Schedule(at time.Duration, what Happening) {
	n.queue.addOutside(at, task{kind: taskHappening, happening: what})
}

// Pods returns the pods in the order in which they were added. The caller must not change
// the slice.
func (n *Node) Pods() Group { return n.pods }

// Find returns the pod "namespace/name", or nil if there is none.
func (n *Node) Find(name string) *Pod {
	if i, ok := n.byName[name]; ok {
		return n.pods[i]
	}
	return nil
}

// Now returns the virtual time.
func (n *Node) Now() time.Time { return n.instant }

// Elapsed returns the time since the start.
func (n *Node) Elapsed() time.Duration { return n.now }

// Timeline returns the records so far.
func (n *Node) Timeline() *timeline.Timeline { return n.log }

// Failed returns the error that has ended the simulation, or nil.
func (n *Node) Failed() error { return n.failed }
