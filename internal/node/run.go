package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Step moves to the time of the next thing that is due and plays it. It returns false
// if nothing will ever happen by itself.
func (n *Node) Step() (bool, error) {
	at, ok := n.next()
	if !ok || n.failed != nil {
		return false, n.failed
	}
	n.quietUntil = at
	n.moveTo(at)
	n.playOne()
	return n.failed == nil, n.failed
}

// RunUntil plays everything that is due up to a time since the start, and moves to that
// time. If it is stopped, it stays at the time that it has come to.
func (n *Node) RunUntil(end time.Duration) error {
	n.quietUntil = end
	for n.failed == nil {
		at, ok := n.next()
		if !ok || at > end {
			break
		}
		if n.options.Stopped != nil && n.options.Stopped() {
			end = n.now
			break
		}
		n.moveTo(at)
		n.playOne()
	}
	if n.failed != nil {
		return n.failed
	}
	n.moveTo(end)
	for _, p := range n.pods { // report the passes skipped so far
		p.reportLeaps(n.instant.Add(1))
	}
	n.explain()
	n.log.Close(n.instant)
	return n.failed
}

// moveTo moves the time forward. All of the present instant is over then.
func (n *Node) moveTo(at time.Duration) {
	if at > n.now {
		n.explain()
		n.advance(at)
	}
}

// explain records what the pods that were stepped at the present instant wait for.
func (n *Node) explain() {
	for _, pod := range n.stepped {
		n.pods[pod].explain()
	}
	n.stepped = n.stepped[:0]
}

// explain records what the pod waits for and did not wait for before. Calls of the runtime
// are left out: the records of what they do tell of them.
func (p *Pod) explain() {
	p.stepped = false
	now := p.node.instant
	calls := func(w lifecycle.Wait) bool { return w.Kind == lifecycle.WaitRuntime }
	waits := slices.DeleteFunc(p.machine.Waits(now), calls)
	for i := range waits {
		w := &waits[i]
		if !slices.ContainsFunc(p.waits, w.Same) {
			p.track.Add(timeline.Record{
				At: now, Kind: timeline.Decision, Reason: timeline.DecidedWait.String(), Message: "waits for " + w.Text(now),
			})
		}
	}
	p.waits = waits
}

// Next returns the time since the start of the next thing that is due. It returns false
// if nothing will ever happen by itself.
func (n *Node) Next() (time.Duration, bool) { return n.next() }

// playOne plays the first thing that is due now.
func (n *Node) playOne() {
	if n.stalled() {
		return
	}
	at, ok := n.queue.next(n.now)
	if ok && at <= n.now {
		n.play(n.queue.take(n.now))
		return
	}
	pod, _, _, _ := n.deadlines.Next()
	n.pods[pod].step()
}

// A simulation that ends needs far fewer steps at one instant than these: stepsOfFew by each
// of the first hundred pods, of which one may be the only one that is busy, and stepsOfMany
// by each pod.
const (
	stepsOfFew  = 20_000
	stepsOfMany = 1_000
)

// stalled reports whether virtual time stands still. That happens if an app, in no time,
// does something that makes the kubelet ask it again.
func (n *Node) stalled() bool {
	n.steps++
	if n.steps <= stepsOfFew*max(1, min(len(n.pods), 100))+stepsOfMany*len(n.pods) {
		return false
	}
	n.failed = fmt.Errorf("virtual time stands still at %s: %d steps at one instant; give what the apps do some time",
		timeline.FormatOffset(n.now), n.steps)
	return true
}
