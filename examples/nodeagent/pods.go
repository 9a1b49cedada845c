package main

import (
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
)

// pods are those of an agent.
type pods struct {
	*agent.Agent

	mu      sync.Mutex
	removed map[types.UID]bool // and not gone yet
}

func newPods() *pods { return &pods{removed: map[types.UID]bool{}} }

// remove tells the agent, once, that the manifest of a pod is gone; true: it was
// not told before.
func (p *pods) remove(uid types.UID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.removed[uid] || p.Remove(uid) != nil { // the error says that the pod is gone
		return false
	}
	p.removed[uid] = true
	return true
}

// onStatus is the agent's.
func (p *pods) onStatus(c agent.Change) {
	if c.Gone {
		p.mu.Lock()
		delete(p.removed, c.Pod.UID)
		p.mu.Unlock()
	}
}

// names are those of the pods, for a line of text.
func (p *pods) names() string {
	var names []string
	for _, pod := range p.Pods() {
		names = append(names, pod.Namespace+"/"+pod.Name)
	}
	return strings.Join(names, ", ")
}
