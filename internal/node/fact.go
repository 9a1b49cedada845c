package node

import (
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Spoil makes every pull of an image fail and removes the image from the node. If err
// is empty, pulls succeed again; what was removed is pulled again when it is needed.
func (n *Node) Spoil(image, err string) { n.images.spoil(image, err) }

// SetNetwork sets why the node's network is not ready, and tells the machines of all
// pods. If why is empty, the network is ready.
func (n *Node) SetNetwork(why string) {
	n.noNetwork = why
	if why == "" {
		n.pods.Tell(lifecycle.Event{Type: lifecycle.NetworkUp})
		return
	}
	n.pods.Tell(lifecycle.Event{Type: lifecycle.NetworkDown, Err: why})
}

// Note adds a fact about a container to the timeline, if the kubelet has the pod.
func (p *Pod) Note(container, reason, text string) {
	if p.machine != nil {
		p.note(container, 0, reason, text)
	}
}

// Group is some pods to which something happens from outside. Its effects at this very
// instant are played by the next [Node.Step] or [Node.RunUntil].
type Group []*Pod

// Tell gives an event to the machines of the pods.
func (g Group) Tell(ev lifecycle.Event) {
	g.eachMachine(func(p *Pod) { p.step(&ev) })
}

// Refuse gives an event to the machines of the pods. Pods that arrive at this instant
// get it too.
func (g Group) Refuse(ev lifecycle.Event) {
	for _, p := range g {
		if p.machine == nil && p.Arrival == p.node.now {
			p.refusal = &ev
		}
	}
	g.Tell(ev)
}

// KillSandbox ends the ready sandbox of each pod with all its containers.
func (g Group) KillSandbox() {
	g.eachMachine(func(p *Pod) {
		if id := p.readySandbox(); id != 0 {
			p.sandboxDies(id)
		}
	})
}

// Exit ends the running instances of a container. If container is empty, Exit, Lose, Hang
// and Recover concern all containers.
func (g Group) Exit(container string, e Exit) {
	g.eachRunning(container, func(p *Pod, c *instance) {
		p.exit(c.id, &lifecycle.Event{ExitCode: e.Code, ExitReason: e.Reason, Message: e.Message})
	})
}

// Lose makes the runtime lose track of the running instances of a container.
func (g Group) Lose(container string) { g.eachRunning(container, (*Pod).lose) }

// Hang makes the running instances of a container answer nothing any more.
func (g Group) Hang(container string) {
	g.eachRunning(container, func(p *Pod, c *instance) {
		c.hung = true
		p.note(p.Template.Container(c.container).Name, int(c.attempt), timeline.Trouble, "the app hangs from here on")
	})
}

// Recover ends the hang of the running instances of a container. One that has had its stop
// signal meanwhile acts on it now.
func (g Group) Recover(container string) {
	g.eachRunning(container, func(p *Pod, c *instance) {
		if !c.hung {
			return
		}
		c.hung = false
		p.note(p.Template.Container(c.container).Name, int(c.attempt), timeline.Recovery, "the app hangs no more")
		if c.signalled {
			p.signal(c, 0) // SIGKILL is queued already
		}
	})
}

// eachMachine calls do for the pods that the kubelet has. It first reports the passes
// that their probe workers have skipped, since those come before the fact.
func (g Group) eachMachine(do func(p *Pod)) {
	for _, p := range g {
		if p.machine != nil {
			p.reportLeaps(p.node.instant)
			do(p)
		}
	}
}

// eachRunning calls do for the running instances of a container. If container is empty,
// it calls do for those of all containers.
func (g Group) eachRunning(container string, do func(p *Pod, c *instance)) {
	g.eachMachine(func(p *Pod) {
		for _, id := range p.running(container) {
			if c := p.instance(id); c != nil {
				do(p, c)
			}
		}
	})
}
