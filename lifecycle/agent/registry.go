package agent

import (
	"fmt"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
)

// errStopped is the error of calls after Run has returned.
var errStopped = fmt.Errorf("agent: it has stopped: make a new one")

// registry has the agent's pods, and those who watch them. Any goroutine may use
// it.
//
// What a caller asks for is posted under the lock. The mailbox therefore has it
// in the order of the calls: the loop hears of a pod before it hears a fact about
// it, and hears nothing after close.
type registry struct {
	mail     *mailbox
	onStatus func(Change)

	mu       sync.Mutex
	byUID    map[types.UID]*pod
	pods     []*pod // in the order in which they were added
	added    int    // numbers the pods
	watchers map[*watcher]struct{}
	draining bool
	closed   bool
}

func newRegistry(mail *mailbox, onStatus func(Change)) registry {
	return registry{mail: mail, onStatus: onStatus, byUID: map[types.UID]*pod{}, watchers: map[*watcher]struct{}{}}
}

// restore begins with the pods of the state directory. A new pod's number is
// higher than theirs.
func (r *registry) restore(pods []*pod) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pods = slices.Clone(pods)
	for _, p := range pods {
		r.byUID[p.identity.UID] = p
		r.added = max(r.added, p.number+1)
	}
}

// add adds a new pod and returns it. If the pod was restored and nobody has added
// it since, add updates it instead, and returns nil.
func (r *registry) add(id lifecycle.Identity, t *lifecycle.Template) (*pod, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, errStopped
	case r.draining:
		return nil, fmt.Errorf("agent: Add: %w: make a new one", errDraining)
	}
	if p, ok := r.byUID[id.UID]; ok && p.unclaimed && p.identity == id {
		p.unclaimed = false
		r.mail.post(message{pod: p, kind: messageEvent, ev: lifecycle.Event{Type: lifecycle.PodUpdated, Template: t}})
		return nil, nil
	} else if ok {
		return nil, fmt.Errorf("agent: Add: there is a pod with UID %q: Update it, or Delete it and wait until it is gone",
			id.UID)
	}
	p := &pod{number: r.added, identity: id, template: t, long: id.String(), slot: -1}
	p.change.Store(&Change{Pod: id, spec: t.Pod()})
	r.added++
	r.byUID[id.UID] = p
	r.pods = append(r.pods, p)
	r.mark(p)
	r.mail.post(message{pod: p, kind: messageAdd})
	return p, nil
}

// send posts a fact about a pod.
func (r *registry) send(uid types.UID, ev lifecycle.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.byUID[uid]
	switch {
	case r.closed:
		return errStopped
	case !ok:
		return fmt.Errorf("agent: there is no pod with UID %q: it was not added, or is gone; Pods has those there are", uid)
	}
	r.mail.post(message{pod: p, kind: messageEvent, ev: ev})
	return nil
}

// drain refuses pods from now on, and asks for the end of those there are.
func (r *registry) drain() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errStopped
	}
	r.draining = true
	r.mail.post(message{kind: messageDrain})
	return nil
}

// sendAll posts a fact about all pods, and about those that are added later.
func (r *registry) sendAll(ev lifecycle.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errStopped
	}
	r.mail.post(message{kind: messageNetwork, ev: ev})
	return nil
}

// get returns the pod with a UID, or nil.
func (r *registry) get(uid types.UID) *pod {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byUID[uid]
}

// named returns the pod of a name that was added last, or nil.
func (r *registry) named(namespace, name string) *pod {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range slices.Backward(r.pods) {
		if p.identity.Namespace == namespace && p.identity.Name == name {
			return p
		}
	}
	return nil
}

// all returns the pods in the order in which they were added.
func (r *registry) all() []*pod {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.pods)
}

// empty reports whether there is no pod.
func (r *registry) empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pods) == 0
}

// remove drops a pod, and says so to those who watch.
func (r *registry) remove(p *pod) {
	r.mu.Lock()
	delete(r.byUID, p.identity.UID)
	r.pods = slices.DeleteFunc(r.pods, func(o *pod) bool { return o == p })
	r.mu.Unlock()
	r.publish(p, func(c *Change) { c.Gone = true })
}

// publish changes what others see of a pod. Only the loop calls it.
func (r *registry) publish(p *pod, change func(*Change)) {
	c := *p.change.Load()
	change(&c)
	p.change.Store(&c)
	r.mu.Lock()
	r.mark(p)
	r.mu.Unlock()
	if r.onStatus != nil {
		r.onStatus(c)
	}
}

// mark tells those who watch that a pod has changed. The caller holds the lock.
func (r *registry) mark(p *pod) {
	for w := range r.watchers {
		w.mark(p)
	}
}

// watch returns a watcher to which every pod is new.
func (r *registry) watch() *watcher {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := newWatcher(r.pods)
	r.watchers[w] = struct{}{}
	return w
}

func (r *registry) unwatch(w *watcher) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watchers, w)
}

// close refuses whatever is asked from now on, and wakes those who watch.
func (r *registry) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for w := range r.watchers {
		w.poke()
	}
}

func (r *registry) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}
