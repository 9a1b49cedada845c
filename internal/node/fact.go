package node

import (
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Group is some pods of a node to which something happens from outside. Its effects at
// this very instant are played by the next [Node.Step] or [Node.RunUntil].
type Group struct {
	node *Node
	pods []int32
}

// Group returns the pods with these numbers.
func (n *Node) Group(pods []int32) Group { return Group{n, pods} }

// Spoil makes every pull of an image fail and removes the image from the node. If err
// is empty, pulls succeed again.
func (n *Node) Spoil(image, err string) { n.images.spoil(image, err) }

// Note adds a fact about a container to the timeline, if the kubelet has its pod.
func (n *Node) Note(pod int32, container, reason, text string) {
	if p := n.pods[pod]; p.machine != nil {
		p.track.Add(timeline.Record{At: n.instant, Kind: timeline.Fact, Container: container, Reason: reason, Message: text})
	}
}

// Tell gives an event to the machines of the pods.
func (g Group) Tell(ev lifecycle.Event) {
	g.eachMachine(func(pod int32) { g.node.step(pod, &ev) })
}

// Refuse gives an event to the machines of the pods. Pods that arrive at this instant
// get it too.
func (g Group) Refuse(ev lifecycle.Event) {
	for _, i := range g.pods {
		if p := g.node.pods[i]; p.machine == nil && p.Arrival == g.node.now {
			p.refusal = &ev
		}
	}
	g.Tell(ev)
}

// SetNetwork sets why the node's network is not ready, and tells the machines of the
// pods. If why is empty, the network is ready.
func (g Group) SetNetwork(why string) {
	g.node.noNetwork = why
	if why == "" {
		g.Tell(lifecycle.Event{Type: lifecycle.NetworkUp})
		return
	}
	g.Tell(lifecycle.Event{Type: lifecycle.NetworkDown, Err: why})
}

// KillSandbox ends the ready sandbox of each pod with all its containers.
func (g Group) KillSandbox() {
	g.eachMachine(func(pod int32) {
		if id := g.node.pods[pod].present(); id != 0 {
			g.node.sandboxDies(pod, id)
		}
	})
}

// Exit ends the running instances of a container. If container is empty, Exit, Lose and
// Hang concern all containers.
func (g Group) Exit(container string, e Exit) {
	g.eachRunning(container, func(pod int32, c *instance) {
		g.node.exit(pod, c.id, &lifecycle.Event{ExitCode: e.Code, ExitReason: e.Reason, Message: e.Message})
	})
}

// Lose makes the runtime lose track of the running instances of a container.
func (g Group) Lose(container string) { g.eachRunning(container, g.node.lose) }

// Hang makes the running instances of a container answer nothing any more.
func (g Group) Hang(container string) {
	g.eachRunning(container, func(pod int32, c *instance) {
		c.hung = true
		p := g.node.pods[pod]
		p.track.Add(timeline.Record{
			At: g.node.instant, Kind: timeline.Fact, Container: p.Template.Container(c.container).Name, Run: int(c.attempt),
			Reason: timeline.Trouble, Message: "the app hangs from here on",
		})
	})
}

// eachMachine calls do for the pods that the kubelet has. It first reports the passes
// that their probe workers have skipped, since those come before the fact.
func (g Group) eachMachine(do func(pod int32)) {
	for _, pod := range g.pods {
		if g.node.pods[pod].machine != nil {
			g.node.reportLeaps(pod, g.node.instant)
			do(pod)
		}
	}
}

// eachRunning calls do for the running instances of a container. If container is empty,
// it calls do for those of all containers.
func (g Group) eachRunning(container string, do func(pod int32, c *instance)) {
	g.eachMachine(func(pod int32) {
		p := g.node.pods[pod]
		for _, id := range p.running(container) {
			if c := p.instance(id); c != nil {
				do(pod, c)
			}
		}
	})
}
