package node

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Node is a node with pods in virtual time. It is not safe for concurrent use.
type Node struct {
	options Options
	host    Host

	agenda

	pods      []*Pod
	byName    map[string]int32 // "namespace/name"; never changed once time has begun
	images    images
	noNetwork string // why the network is not ready; empty: it is
	addresses addresses

	log    *timeline.Timeline
	events []lifecycle.Event // of the step that is played
	failed error
}

// Options configure a Node.
type Options struct {
	// Start is the virtual time at the start.
	Start time.Time
	// Timing is how long the kubelet's own machinery takes. If nil, it takes no time.
	Timing *lifecycle.Timing
	// Latency is how long the container runtime takes.
	Latency Latency
	// ParallelPulls lets the node pull several images at a time (I12).
	ParallelPulls bool
	// Images are the node's registry, by image.
	Images map[string]Image
	// Filter says what the timeline leaves out.
	Filter timeline.Filter
	// View is whose statuses the timeline has.
	View lifecycle.View
	// NoLeap plays every probe, whatever the apps promise.
	NoLeap bool
	// Tap is called for everything that goes into and comes out of the machines. If
	// nil, nothing is.
	Tap func(Tap)
}

// Latency is how long each call to the container runtime takes.
type Latency struct {
	RunSandbox, StopSandbox, CreateContainer, StartContainer, RemoveContainer time.Duration
	// Exec is how much longer than its time-out an exec takes that runs into it.
	Exec time.Duration
}

// Tap is one step of a pod's machine, or one action that it gave in return.
type Tap struct {
	Pod    string // "namespace/name"
	At     time.Time
	Action *lifecycle.Action // nil for a step
	Events []lifecycle.Event // of a step; none: time has passed
}

// podTiming returns the kubelet's timing for one pod.
func (o *Options) podTiming(pod int) *lifecycle.Timing {
	if o.Timing == nil {
		return nil
	}
	w, ok := o.Timing.Chance.(interface{ ForPod(n int) lifecycle.Chance })
	if !ok {
		return o.Timing
	}
	t := *o.Timing
	t.Chance = w.ForPod(pod)
	return &t
}

// New returns a node at its start, without pods.
func New(o Options, host Host) *Node {
	return &Node{
		options: o, host: host, agenda: agenda{start: o.Start, instant: o.Start}, byName: map[string]int32{},
		images: newImages(o.Images), log: timeline.NewFiltered(o.Start, o.Filter),
	}
}

// Clone returns an independent copy for another host, which has copied what it
// answers from. Templates and timing are shared.
func (n *Node) Clone(host Host) *Node {
	c := *n
	c.host, c.events = host, nil
	c.agenda = n.agenda.clone()
	c.images = n.images.clone()
	c.log = n.log.Clone()
	c.pods = make([]*Pod, len(n.pods))
	for i, p := range n.pods {
		c.pods[i] = p.clone()
		c.pods[i].track = c.log.Track(p.Name)
	}
	return &c
}

// Add adds a pod, which arrives at its time once [Node.Arrive] says so. It is
// false if there is one of its name.
func (n *Node) Add(p Pod) bool {
	if _, ok := n.byName[p.Name]; ok {
		return false
	}
	p.track, p.runs = n.log.Track(p.Name), make([]int, p.Template.Containers())
	n.byName[p.Name] = int32(len(n.pods))
	n.pods = append(n.pods, &p)
	return true
}

// Arrive queues the arrivals of all pods.
func (n *Node) Arrive() {
	for i, p := range n.pods {
		n.queue.addOutside(p.Arrival, task{kind: taskArrive, pod: int32(i)})
	}
}

// Schedule lets something happen at a time since the start. The host makes it
// happen then.
func (n *Node) Schedule(at time.Duration, what Happening) {
	n.queue.addOutside(at, task{kind: taskHappening, happening: what})
}

// Pods returns how many pods there are.
func (n *Node) Pods() int { return len(n.pods) }

// Pod returns pod number i.
func (n *Node) Pod(i int32) *Pod { return n.pods[i] }

// Find returns the number of the pod "namespace/name", and whether there is one.
func (n *Node) Find(name string) (int32, bool) {
	i, ok := n.byName[name]
	return i, ok
}

// Now returns the virtual time.
func (n *Node) Now() time.Time { return n.instant }

// Elapsed returns the time since the start.
func (n *Node) Elapsed() time.Duration { return n.now }

// Timeline returns what happened so far.
func (n *Node) Timeline() *timeline.Timeline { return n.log }

// Failed returns what has ended the simulation, if anything has.
func (n *Node) Failed() error { return n.failed }

// fail ends the simulation for something that an app does wrong.
func (n *Node) fail(p *Pod, c *instance, method string, err error) {
	if n.failed == nil {
		n.failed = fmt.Errorf("at %s, pod %s, container %q, run %d, %s: %w", offset(n.now), p.Name,
			p.Template.Container(c.container).Name, c.run, method, err)
	}
}

// offset words a time since the start.
func offset(d time.Duration) string { return timeline.Offset(time.Time{}, time.Time{}.Add(d)) }
