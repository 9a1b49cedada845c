package node

import (
	"fmt"
	"time"
)

// Step plays the next thing that is due, and moves to its time. It is false if
// nothing will ever happen by itself.
func (n *Node) Step() (bool, error) {
	at, ok := n.next()
	if !ok || n.failed != nil {
		return false, n.failed
	}
	n.quietUntil = at
	n.advance(at)
	n.playOne()
	return n.failed == nil, n.failed
}

// RunUntil plays all that is due up to a time since the start, and moves there.
func (n *Node) RunUntil(end time.Duration) error {
	n.quietUntil = end
	for n.failed == nil {
		at, ok := n.next()
		if !ok || at > end {
			break
		}
		n.advance(at)
		n.playOne()
	}
	if n.failed != nil {
		return n.failed
	}
	n.advance(end)
	for i := range n.pods { // what the machines have leapt over so far
		n.reportLeaps(int32(i), n.instant.Add(1))
	}
	n.log.Close(n.instant)
	return n.failed
}

// Next returns when something is due by itself, since the start, and whether
// anything is.
func (n *Node) Next() (time.Duration, bool) { return n.next() }

// playOne plays the first of what is due now.
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
	n.step(pod)
}

// stepsPerInstant is how many steps one pod may need at one instant: many more
// than any story that ends.
const stepsPerInstant = 20_000

// stalled notices that virtual time stands still: an app that does without any
// time what makes the kubelet ask it again.
func (n *Node) stalled() bool {
	n.steps++
	if n.steps <= stepsPerInstant*max(1, min(len(n.pods), 100)) {
		return false
	}
	n.failed = fmt.Errorf("virtual time stands still at %s: %d steps at one instant; give what the apps do some time",
		offset(n.now), n.steps)
	return true
}
