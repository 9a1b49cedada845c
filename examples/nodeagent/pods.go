package main

import (
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle/agent"
)

// pods are those of an agent. The agent still has a pod that was removed and has
// ended, until its dead containers are collected (T13): here it is not listed.
type pods struct {
	*agent.Agent
	changed chan struct{} // some pod has

	mu                sync.Mutex
	removed, finished map[types.UID]bool
}

func newPods() *pods {
	return &pods{changed: make(chan struct{}, 1), removed: map[types.UID]bool{}, finished: map[types.UID]bool{}}
}

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
	p.mu.Lock()
	if p.finished[c.Pod.UID] = c.Finished; c.Gone {
		delete(p.finished, c.Pod.UID)
		delete(p.removed, c.Pod.UID)
	}
	p.mu.Unlock()
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// list returns the pods.
func (p *pods) list() []*corev1.Pod {
	all := p.Pods()
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(all, func(pod *corev1.Pod) bool { return p.removed[pod.UID] && p.finished[pod.UID] })
}

// names are those of the pods, for a line of text.
func (p *pods) names() string {
	var names []string
	for _, pod := range p.list() {
		names = append(names, pod.Namespace+"/"+pod.Name)
	}
	return strings.Join(names, ", ")
}
