package agent

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
)

// owners says which pod a sandbox or container belongs to. The runtime speaks of
// IDs alone, and may speak of what the agent does not know yet, or not any more.
// It alone writes what a pod has in the runtime, so that each ID that a pod has
// is known here, and the other way round.
type owners struct {
	sandboxes  map[string]*pod
	containers map[string]*instance
	coming     int             // sandboxes that are being run
	dead       map[string]bool // sandboxes of nobody that died; they may be some of those
}

func newOwners() owners {
	return owners{sandboxes: map[string]*pod{}, containers: map[string]*instance{}, dead: map[string]bool{}}
}

// restore takes in what a pod has from the state directory.
func (o *owners) restore(p *pod) {
	for _, r := range p.runs {
		o.sandboxes[r.ID] = p
	}
	for _, c := range p.instances {
		o.containers[c.id] = c
	}
}

// expectSandbox says that a sandbox is being run for a pod.
func (o *owners) expectSandbox(p *pod) {
	o.coming++
	p.making++
}

// sandboxCame ends what expectSandbox began, well or not, and reports whether the
// sandbox died before that. The runtime may say so before its call returns.
func (o *owners) sandboxCame(p *pod, id string) (died bool) {
	p.making--
	died = o.dead[id]
	if o.coming--; o.coming == 0 {
		clear(o.dead)
	}
	return died
}

func (o *owners) addSandbox(p *pod, op uint64, s Sandbox) {
	p.runs = append(p.runs, sandboxRun{op: op, Sandbox: s})
	o.sandboxes[s.ID] = p
}

// dropSandbox forgets a sandbox that was removed.
func (o *owners) dropSandbox(p *pod, op uint64) {
	if s, ok := p.sandbox(op); ok {
		delete(o.sandboxes, s.ID)
		p.runs = slices.DeleteFunc(p.runs, func(r sandboxRun) bool { return r.op == s.op })
	}
}

// expectContainer says that a container is being created for a pod.
func (o *owners) expectContainer(p *pod) { p.making++ }

// containerCame ends what expectContainer began, well or not.
func (o *owners) containerCame(p *pod) { p.making-- }

func (o *owners) addContainer(p *pod, op uint64, id string) {
	c := &instance{pod: p, op: op, id: id}
	p.instances = append(p.instances, c)
	o.containers[id] = c
}

// dropContainer forgets a container that was removed.
func (o *owners) dropContainer(p *pod, op uint64) {
	if c := p.instance(op); c != nil {
		delete(o.containers, c.id)
		p.instances = slices.DeleteFunc(p.instances, func(o *instance) bool { return o == c })
	}
}

// disown forgets all that a pod has, and returns it: it is nobody's from now on.
func (o *owners) disown(p *pod) (left leftovers) {
	for _, c := range p.instances {
		left.containers = append(left.containers, c.id)
		delete(o.containers, c.id)
	}
	for _, s := range p.runs {
		left.sandboxes = append(left.sandboxes, s.ID)
		delete(o.sandboxes, s.ID)
	}
	return left
}

// unowned returns what is nobody's. What is new may belong to a pod for which
// something is being made, and which has not heard of it yet.
func (o *owners) unowned(have *Inventory, podOf func(types.UID) *pod) leftovers {
	f := newFound(*have)
	for i := range have.Sandboxes {
		s := &have.Sandboxes[i]
		if p := podOf(s.Pod.UID); o.sandboxes[s.ID] != nil || p != nil && p.making > 0 {
			f.take(s.ID)
		}
	}
	for i := range have.Containers {
		c := &have.Containers[i]
		if p := o.sandboxes[c.Sandbox]; o.containers[c.ID] != nil || p != nil && p.making > 0 {
			f.take(c.ID)
		}
	}
	return f.left()
}

// gather makes one happening of the death of a sandbox and the ends of its
// containers, if a batch of messages has both, as one relist would see them: then
// nothing waits for the preStop hooks of containers that are dead already.
func (o *owners) gather(batch []message) {
	var died map[*pod]*message
	for i := range batch {
		if m := &batch[i]; m.kind == messageNotice && m.notice.Sandbox != "" {
			if p := o.sandboxes[m.notice.Sandbox]; p != nil && p.newest().ID == m.notice.Sandbox {
				if died == nil {
					died = map[*pod]*message{}
				}
				died[p] = m
			}
		}
	}
	for i := 0; i < len(batch) && died != nil; i++ {
		m := &batch[i]
		if m.kind != messageNotice || m.notice.Container == "" {
			continue
		}
		if c := o.containers[m.notice.Container]; c != nil && !c.starting && died[c.pod] != nil {
			d := died[c.pod]
			d.ends = append(d.ends, m.notice)
			m.kind = 0 // it was taken in
		}
	}
}

// sandboxDied returns whose sandbox has died, and what that pod is told: also of
// the ends of its containers that came together with it. If nobody is to be told,
// the pod is nil: the death of a sandbox that is not the pod's newest means
// nothing, and that of an unknown one is remembered for sandboxCame.
func (o *owners) sandboxDied(id string, ends []*Notice) (*pod, []lifecycle.Event) {
	p := o.sandboxes[id]
	if p == nil && o.coming > 0 {
		o.dead[id] = true
	}
	if p == nil || p.newest().ID != id {
		return nil, nil
	}
	happening := []lifecycle.Event{sandboxDied}
	for _, n := range ends {
		happening = append(happening, happened(o.containers[n.Container], n))
	}
	return p, happening
}
