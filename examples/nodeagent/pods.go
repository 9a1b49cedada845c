package main

import (
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
)

// pods has the pods of an agent.
type pods struct {
	*agent.Agent

	mu      sync.Mutex
	removed map[types.UID]bool // those that are removed and not gone yet
}

func newPods() *pods { return &pods{removed: map[types.UID]bool{}} }

// remove tells the agent, once, that the manifest of a pod is gone. It returns false if the
// agent already knows.
func (p *pods) remove(uid types.UID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.removed[uid] || p.Remove(uid) != nil { // an error means that the pod is gone
		return false
	}
	p.removed[uid] = true
	return true
}

// onStatus is the agent's OnStatus.
func (p *pods) onStatus(c agent.Change) {
	if c.Gone {
		p.mu.Lock()
		delete(p.removed, c.Pod.UID)
		p.mu.Unlock()
	}
}

// names returns the names of the pods in one text.
func (p *pods) names() string {
	var names []string
	for _, pod := range p.Pods() {
		names = append(names, pod.Namespace+"/"+pod.Name)
	}
	return strings.Join(names, ", ")
}
