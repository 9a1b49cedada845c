package lifecycle

import (
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/probe"
)

// OpenRequest is a request that is not answered yet.
type OpenRequest struct {
	Type ActionType
	// Op is that of the request; 0 for a RunProbe, which Container, Probe and
	// Attempt identify.
	Op uint64
	// Container is an index for [Template.Container], or NoContainer.
	Container int
	// Instance and Attempt are those of the request (see [Action]).
	Instance, Attempt uint64
	Hook              HookKind
	Probe             probe.Kind
}

// OpenRequests lists the requests that the machine waits for, in the order in
// which they were made, and then the attempts of probes.
//
// When the process that carried them out is gone, the shell that has restored
// the machine gives it one Step with: [KubeletRestarted], which ends the pass
// and the probe attempts of the old process; one answer for each open request
// but the probes, by what the runtime has, such as [ContainerCreated] with its
// ID, or an Err for what did not come about; and [ContainerExited],
// [ContainerUnknown] and [SandboxDied] for what else happened meanwhile (see
// [Pod.Runtime]). Until
// RunSandbox, CreateContainer, StartContainer and RemoveContainer are answered
// the machine starts nothing, so that nothing is started twice.
func (p *Pod) OpenRequests() []OpenRequest {
	var all []OpenRequest
	for _, r := range p.out.requests {
		all = append(all, OpenRequest{Type: r.request, Op: r.op, Container: r.container, Instance: r.instance,
			Attempt: r.attempt, Hook: r.hook})
	}
	for container, kind := range p.probes.All() {
		if instance, attempt, ok := p.probes.UnderWay(container, kind); ok {
			all = append(all, OpenRequest{Type: RunProbe, Container: container, Instance: instance, Attempt: uint64(attempt),
				Probe: kind})
		}
	}
	return all
}

// Runtime returns the sandboxes and container instances that the machine takes
// to be in the runtime, by all events so far, newest first.
func (p *Pod) Runtime() inventory.Snapshot { return p.inspect() }
