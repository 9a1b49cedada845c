package agent

import "github.com/podclock/podclock/lifecycle"

// found is what the runtime has, by ID, and what of it is nobody's yet.
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

// state is 0 for a container that is not there.
func (f *found) state(container string) ContainerState {
	if s := f.containers[container]; s != nil {
		return s.State
	}
	return 0
}

// mayRun reports whether a container runs, or nobody knows that it does not.
func (f *found) mayRun(container string) bool {
	return f.state(container) == StateRunning || f.state(container) == StateUnknown
}

// sandboxOf takes the sandbox that was made for a pod's attempt.
func (f *found) sandboxOf(p *pod, attempt uint64) *SandboxStatus {
	for i := range f.order.Sandboxes {
		if s := &f.order.Sandboxes[i]; s.Pod.UID == p.identity.UID && s.Attempt == attempt && !f.taken[s.ID] {
			f.take(s.ID)
			return s
		}
	}
	return nil
}

// containerOf takes the container that was made for a request.
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

// left is what is nobody's.
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
