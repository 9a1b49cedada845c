package lifecycle

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// RecordKind returns the kind of the record that [Pod.Record] makes of an
// action; 0: it makes none.
func RecordKind(a *Action) timeline.Kind {
	switch a.Type {
	case RunSandbox, StopSandbox:
		return timeline.Sandbox
	case PullImage:
		return timeline.Image
	case StopContainer:
		return timeline.Stop
	case RunHook:
		return timeline.Hook
	case RecordEvent:
		return timeline.Event
	case StatusChanged:
		return timeline.Status
	case ProbeCounted:
		return timeline.Counted
	case ProbeSkipped:
		return timeline.Skipped
	case ProbeResultSet:
		return resultKind(a.Counted.Kind)
	case Decided:
		return timeline.Decision
	case Synced:
		return timeline.Sync
	case DroppedEvent:
		return timeline.Dropped
	case PodFinished:
		return timeline.Finished
	case InspectImage, CreateContainer, StartContainer, RemoveContainer, RemoveSandbox, RunProbe:
		return 0 // their ends are facts, see RecordFact
	}
	panic("lifecycle: no record kind for " + a.Type.String())
}

// resultKind tells the end of a worker, which the pod reports as a change of
// its result, from such a change. A removed result is told by what removes it.
func resultKind(k probe.ActionKind) timeline.Kind {
	switch k {
	case probe.ActionResultSet:
		return timeline.Result
	case probe.ActionEnded:
		return timeline.Skipped
	}
	return 0
}

// Record turns an action of the Step at now into a record for a timeline, and
// reports whether there is one to keep. It must be called before the next Step.
func (p *Pod) Record(now time.Time, a *Action) (timeline.Record, bool) {
	r := timeline.Record{At: now, Kind: RecordKind(a), Run: int(a.Attempt), Message: a.Message}
	if a.Container != NoContainer {
		r.Container = p.t.name(a.Container)
	}
	switch r.Kind {
	case 0:
		return r, false
	case timeline.Sandbox:
		r.Container, r.Reason = "", sandboxWord(a.Type)
	case timeline.Image:
		r.Run, r.Reason, r.Message = 0, "pull", a.Image
	case timeline.Stop:
		r.Span = a.Grace
		r.Run = p.runOf(a.Instance)
	case timeline.Hook:
		r.Reason, r.Outcome = a.Hook.String(), "started"
		r.Run = p.runOf(a.Instance)
	case timeline.Event:
		r.Type, r.Reason, r.Run = a.EventType, a.Reason, 0
		recordProbe(&r, a)
	case timeline.Status:
		r.State = p.recordState(now, a.Status)
	case timeline.Counted, timeline.Skipped, timeline.Result:
		r.Run = 0
		recordProbe(&r, a)
	case timeline.Decision:
		r.Reason = a.Decision.String()
	case timeline.Sync:
		r.Span = a.Delay
	case timeline.Dropped: // the numbers of Ops depend on how many probes were asked for
		r.Run, r.Message = 0, strings.Replace(a.Message, fmt.Sprintf(" for op %d", a.Op), "", 1)
	}
	return r, true
}

func sandboxWord(t ActionType) string {
	if t == RunSandbox {
		return "run"
	}
	return "stop"
}

// runOf is the restart count of an instance.
func (p *Pod) runOf(instance uint64) int {
	if c := p.world.instance(instance); c != nil {
		return int(c.Attempt)
	}
	return 0
}

// recordProbe fills in the account of a probe worker.
func recordProbe(r *timeline.Record, a *Action) {
	c := &a.Counted
	if c.Kind == 0 {
		return // an event that is not of a probe
	}
	r.Probe, r.Instance = a.Probe.String(), c.Instance
	if c.Count > 0 {
		r.At, r.Last, r.Count = c.First, c.Last, int(c.Count)
	}
	switch c.Kind {
	case probe.ActionEvent:
		r.Outcome = eventOutcome(c.Outcome, r.Message)
	case probe.ActionCounted:
		r.Outcome = resultWord(c.Result)
		r.N, r.Of = int(c.Run), int(c.Threshold)
	case probe.ActionResultSet:
		r.Outcome = resultWord(c.Result)
	case probe.ActionSkipped:
		r.Message = c.Skip.String()
	case probe.ActionEnded:
		r.Message = c.End.String()
	}
}

// resultWord is a result in lower case.
func resultWord(r probe.Result) string {
	switch r {
	case probe.Success:
		return "success"
	case probe.Failure:
		return "failure"
	}
	return "unknown"
}

// eventOutcome tells an attempt that errored from one that failed (P120).
func eventOutcome(o probe.Outcome, message string) string {
	if strings.Contains(message, " probe errored and resulted in ") {
		return "error"
	}
	return o.String()
}

// recordState is the stored status, as a timeline keeps it.
func (p *Pod) recordState(now time.Time, full *corev1.PodStatus) *timeline.State {
	row := p.columnsOf(full, now)
	restarts, _, _ := strings.Cut(row.Restarts, " ")
	s := &timeline.State{
		Ready: row.Ready, Status: row.Status, Restarts: restarts, Phase: full.Phase, Full: full,
		Containers: make([]timeline.ContainerState, 0, len(p.t.containers)),
	}
	for i := range full.Conditions {
		if c := &full.Conditions[i]; c.Type == corev1.PodReady {
			s.PodReady = c.Status == corev1.ConditionTrue
		}
	}
	for _, list := range [][]corev1.ContainerStatus{full.ContainerStatuses, full.InitContainerStatuses} {
		for i := range list {
			c := &list[i]
			s.Containers = append(s.Containers, timeline.ContainerState{
				Name: c.Name, Ready: c.Ready, Started: c.Started != nil && *c.Started, Restarts: c.RestartCount,
			})
		}
	}
	return s
}

// columnsOf returns kubectl's columns for a status.
func (p *Pod) columnsOf(status *corev1.PodStatus, now time.Time) podphase.Row {
	pod := corev1.Pod{ObjectMeta: p.t.pod.ObjectMeta, Spec: p.t.pod.Spec, Status: *status}
	pod.CreationTimestamp = p.store.created
	p.deletion.mark(&pod)
	return podphase.Columns(&pod, now)
}

// RecordFact turns an event for the Step at now into a record for a timeline,
// and reports whether there is one to keep. It must be called before that Step.
func (p *Pod) RecordFact(now time.Time, ev *Event) (timeline.Record, bool) {
	about, ok := p.concerns(ev)
	if !ok {
		return timeline.Record{}, false
	}
	r := timeline.Record{At: now, Run: int(about.attempt), Message: ev.Err}
	if about.container != NoContainer {
		r.Container = p.t.name(about.container)
	}
	switch ev.Type {
	case SandboxStarted, SandboxStopped, SandboxRemoved, SandboxDied:
		r.Kind, r.Reason = timeline.Sandbox, sandboxFact(ev)
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
		r.Kind, r.ExitCode, r.Reason, r.Message = timeline.Exited, ev.ExitCode, ev.ExitReason, ev.Message
		if r.Reason == "" {
			r.Reason = exitReason(ev.ExitCode)
		}
	case ContainerRemoved:
		r.Kind = timeline.Removed
	case HookFinished:
		r.Kind, r.Reason, r.Outcome = timeline.Hook, about.hook.String(), outcomeWord(ev.Err, "success", "failure")
	case PodDeleted, PodRemoved, PodEvicted, PodUpdated, PodRefused, ConditionSet, NameTaken, NameFree, NodeLost, NodeReturned, KubeletRestarted, NetworkDown, NetworkUp:
		r.Kind, r.Reason, r.Message = timeline.Fact, ev.Type.String(), factText(ev)
	default:
		panic("lifecycle: no record for " + ev.Type.String())
	}
	return r, true
}

// concerns returns what an event is about: the request that it answers, with the
// number of the sandbox or container, or the like. It is false for an event that
// says nothing new to a timeline: what comes of it is told by actions.
func (p *Pod) concerns(ev *Event) (openRequest, bool) {
	switch ev.Type {
	case Wake, ImageInspected, ContainerStopped, ProbeFinished:
		return openRequest{}, false
	case PodDeleted:
		return openRequest{container: NoContainer}, !p.t.static
	case NetworkUp:
		return openRequest{container: NoContainer}, p.noNetwork != ""
	case PodUpdated:
		return openRequest{container: NoContainer}, !p.upToDate(ev.Template)
	case SandboxDied:
		return p.concernsSandbox()
	case ContainerExited:
		c := p.world.instance(ev.Instance)
		if c == nil || c.State == restart.StateExited {
			return openRequest{}, false
		}
		return openRequest{container: c.Container, attempt: uint64(c.Attempt)}, true
	}
	if !ev.Type.isAnswer() {
		return openRequest{container: NoContainer}, true
	}
	r, ok := p.opened(ev)
	switch ev.Type {
	case SandboxStarted, SandboxRemoved:
		r.container = NoContainer
	case SandboxStopped:
		s := p.world.sandbox(r.instance)
		r.container, ok = NoContainer, ok && s != nil && s.Ready
	case ImagePulled:
		r.attempt = 0
	case HookFinished:
		if c := p.world.instance(r.instance); c != nil {
			r.attempt = uint64(c.Attempt)
		}
	}
	return r, ok
}

// concernsSandbox returns the sandbox that can die: the ready one, or one that is
// being run.
func (p *Pod) concernsSandbox() (openRequest, bool) {
	for _, r := range p.open {
		if r.request == RunSandbox {
			return openRequest{container: NoContainer, attempt: r.attempt}, true
		}
	}
	for _, s := range p.world.sandboxes {
		if s.Ready {
			return openRequest{container: NoContainer, attempt: s.Attempt}, true
		}
	}
	return openRequest{}, false
}

func sandboxFact(ev *Event) string {
	switch ev.Type {
	case SandboxStarted:
		return outcomeWord(ev.Err, "started", "failed")
	case SandboxStopped:
		return "stopped"
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

// factText words what was done to the pod from outside.
func factText(ev *Event) string {
	switch ev.Type {
	case PodDeleted:
		if ev.Grace != nil {
			return "deleted, with a grace period of " + seconds(*ev.Grace).String()
		}
		return "deleted"
	case PodRemoved:
		return "removed from its source"
	case NameTaken:
		return "another static pod has its name"
	case NameFree:
		return "its name is free"
	case PodEvicted:
		return "ended by the kubelet: " + ev.Eviction.Reason
	case PodUpdated:
		return "the pod's spec changed"
	case PodRefused:
		return "not admitted: " + ev.Eviction.Reason
	case ConditionSet:
		return "condition " + string(ev.Condition.Type) + " was set to " + string(ev.Condition.Status)
	case NodeLost:
		return "the node is lost"
	case NodeReturned:
		return "the node is back"
	case KubeletRestarted:
		if ev.KeepMemory {
			return "the kubelet was restarted, and kept its memory"
		}
		return "the kubelet was restarted"
	case NetworkDown:
		return "the network is not ready: " + ev.Err
	case NetworkUp:
		return "the network is ready"
	}
	panic("lifecycle: no text for " + ev.Type.String())
}
