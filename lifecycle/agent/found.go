package agent

import "github.com/podclock/podclock/lifecycle"

// found is an inventory by ID. It knows which sandboxes and containers a pod
// has taken: what is left at the end belongs to nobody.
type found struct {
	sandboxes  map[string]*SandboxStatus
	containers map[string]*ContainerStatus
	taken      map[string]bool
	order      Inventory
}

func newFound(have Inventory) *found {
	f := &found{sandboxes: map[string]*SandboxStatus{}, containers: map[string]*ContainerStatus{},
		taken: map[string]bool{}, order: have}
	for i := range have.Sandboxes {
		f.sandboxes[have.Sandboxes[i].ID] = &have.Sandboxes[i]
	}
	for i := range have.Containers {
		f.containers[have.Containers[i].ID] = &have.Containers[i]
	}
	return f
}

func (f *found) take(id string) { f.taken[id] = true }

func (f *found) has(sandbox string) bool { return f.sandboxes[sandbox] != nil }

func (f *found) ready(sandbox string) bool { return f.has(sandbox) && f.sandboxes[sandbox].Ready }

// state returns the state of a container, or 0 if there is no such container.
func (f *found) state(container string) ContainerState {
	if s := f.containers[container]; s != nil {
		return s.State
	}
	return 0
}

// mayRun reports whether a container runs, or may run because its state is
// unknown.
func (f *found) mayRun(container string) bool {
	return f.state(container) == StateRunning || f.state(container) == StateUnknown
}

// sandboxOf takes the sandbox that was made for a pod's attempt. If there is
// none, it returns nil.
func (f *found) sandboxOf(p *pod, attempt uint64) *SandboxStatus {
	for i := range f.order.Sandboxes {
		if s := &f.order.Sandboxes[i]; s.Pod.UID == p.identity.UID && s.Attempt == attempt && !f.taken[s.ID] {
			f.take(s.ID)
			return s
		}
	}
	return nil
}

// containerOf takes the container that was made for a request. If there is
// none, it returns nil.
func (f *found) containerOf(p *pod, r lifecycle.OpenRequest) *ContainerStatus {
	name, sandbox := p.template.Container(r.Container).Name, p.newest().ID
	for i := range f.order.Containers {
		if s := &f.order.Containers[i]; s.Sandbox == sandbox && s.Name == name && s.Attempt == r.Attempt && !f.taken[s.ID] {
			f.take(s.ID)
			return s
		}
	}
	return nil
}

// left returns what nobody has taken.
func (f *found) left() (left leftovers) {
	for _, s := range f.order.Containers {
		if !f.taken[s.ID] {
			left.containers = append(left.containers, s.ID)
		}
	}
	for _, s := range f.order.Sandboxes {
		if !f.taken[s.ID] {
			left.sandboxes = append(left.sandboxes, s.ID)
		}
	}
	return left
}
