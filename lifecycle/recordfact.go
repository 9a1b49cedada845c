package lifecycle

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// FactRecord turns an event for the Step at now into a record for a timeline,
// and reports whether there is one to keep. It must be called before that Step.
func (p *Pod) FactRecord(now time.Time, ev *Event) (timeline.Record, bool) {
	about, ok := p.concerns(ev)
	if !ok {
		return timeline.Record{}, false
	}
	r := timeline.Record{At: now, Run: int(about.attempt), Message: ev.Err}
	if about.container != NoContainer {
		r.Container = p.t.spec.Name(about.container)
	}
	switch ev.Type {
	case SandboxStarted, SandboxStopped, SandboxRemoved, SandboxDied:
		r.Kind, r.Reason = timeline.Sandbox, sandboxFact(ev)
		if ev.Type == SandboxStarted && ev.ran() {
			r.Message = "" // the event tells of the status
		}
	case ImagePulled:
		r.Kind, r.Run, r.Reason = timeline.Image, 0, outcomeWord(ev.Err, "pulled", "failed")
	case ContainerCreated:
		r.Kind = timeline.Created
		if ev.Err != "" {
			r.Kind, r.Reason = timeline.Failed, "create"
		}
	case ContainerStarted:
		r.Kind = timeline.Started
		if ev.Err != "" {
			r.Kind, r.Reason = timeline.Failed, "start"
		}
	case ContainerExited:
		r.Kind, r.ExitCode, r.Reason = timeline.Exited, ev.ExitCode, inventory.ExitReason(ev.ExitCode, ev.ExitReason)
		r.Message = p.t.terminationMessage(about.container, ev)
	case ContainerUnknown:
		r.Kind = timeline.Lost
	case ContainerRemoved:
		r.Kind = timeline.Removed
		if ev.Err != "" {
			r.Kind, r.Reason = timeline.Failed, "remove"
		}
	case HookFinished:
		r.Kind, r.Reason, r.Outcome = timeline.Hook, about.hook.String(), outcomeWord(ev.Err, "success", "failure")
	default:
		text := eventTable[ev.Type].text
		if text == nil {
			panic(fmt.Sprintf("lifecycle: no record for event type %d (%v): give it text in eventtable.go", ev.Type, ev.Type))
		}
		r.Kind, r.Reason, r.Message = timeline.Fact, ev.Type.String(), text(ev)
	}
	return r, true
}

// concerns returns what an event is about: the request that it answers, with the
// number of the sandbox or container, or the like. It is false for an event that
// says nothing new to a timeline: what comes of it are actions with records of
// their own.
func (p *Pod) concerns(ev *Event) (openRequest, bool) {
	switch ev.Type {
	case Wake, ImageInspected, ContainerStopped, ProbeFinished:
		return openRequest{}, false
	case PodDeleted:
		return openRequest{container: NoContainer}, !p.t.spec.Static
	case NetworkUp:
		return openRequest{container: NoContainer}, p.noNetwork != ""
	case PodUpdated:
		return openRequest{container: NoContainer}, !p.upToDate(ev.Template)
	case SandboxDied:
		return p.concernsSandbox()
	case ContainerExited, ContainerUnknown:
		c := p.truth.Instance(ev.Instance)
		if c == nil || c.State == restart.StateExited || ev.Type == ContainerUnknown && !c.Running() {
			return openRequest{}, false
		}
		return openRequest{container: c.Container, attempt: uint64(c.Attempt)}, true
	}
	if !ev.Type.isAnswer() {
		return openRequest{container: NoContainer}, true
	}
	r, ok := p.out.requestOf(ev)
	switch ev.Type {
	case SandboxStarted, SandboxRemoved:
		r.container = NoContainer
	case SandboxStopped:
		s := p.truth.Sandbox(r.instance)
		r.container, ok = NoContainer, ok && s != nil && s.Ready
	case ImagePulled:
		r.attempt = 0
	case HookFinished:
		if c := p.truth.Instance(r.instance); c != nil {
			r.attempt = uint64(c.Attempt)
		}
	}
	return r, ok
}

// concernsSandbox returns the sandbox that can die: the ready one, or one that is
// being run.
func (p *Pod) concernsSandbox() (openRequest, bool) {
	for _, r := range p.out.requests {
		if r.request == RunSandbox {
			return openRequest{container: NoContainer, attempt: r.attempt}, true
		}
	}
	for _, s := range p.truth.Sandboxes() {
		if s.Ready {
			return openRequest{container: NoContainer, attempt: s.Attempt}, true
		}
	}
	return openRequest{}, false
}

func sandboxFact(ev *Event) string {
	switch ev.Type {
	case SandboxStarted:
		if ev.ran() {
			return "started"
		}
		return "failed"
	case SandboxStopped:
		return outcomeWord(ev.Err, "stopped", "not stopped")
	case SandboxRemoved:
		return "removed"
	}
	return "died"
}

func outcomeWord(err, good, bad string) string {
	if err == "" {
		return good
	}
	return bad
}
