package lifecycle

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// ActionRecordKind returns the kind of the record that [Pod.ActionRecord] makes of an
// action; 0: it makes none.
func ActionRecordKind(a *Action) timeline.Kind {
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
		return 0 // their ends are facts, see FactRecord
	}
	panic("lifecycle: no record kind for " + a.Type.String())
}

// resultKind tells the end of a worker, which the pod reports as a change of
// its result, from such a change. A removed result has the record of what removes it.
func resultKind(k probe.ActionKind) timeline.Kind {
	switch k {
	case probe.ActionResultSet:
		return timeline.Result
	case probe.ActionEnded:
		return timeline.Skipped
	}
	return 0
}

// ActionRecord turns an action of the Step at now into a record for a timeline, and
// reports whether there is one to keep. A status is that of the view. It must be
// called before the next Step.
func (p *Pod) ActionRecord(now time.Time, a *Action, v View) (timeline.Record, bool) {
	r := timeline.Record{At: now, Kind: ActionRecordKind(a), Run: int(a.Attempt), Message: a.Message}
	if a.Container != NoContainer {
		r.Container = p.t.spec.Name(a.Container)
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
		r.Type, r.Reason, r.Run = a.Severity, a.Reason, 0
		recordProbe(&r, a)
	case timeline.Status:
		r.State = p.recordState(now, v.of(a.Status, a.Reported))
	case timeline.Counted, timeline.Skipped, timeline.Result:
		r.Run = 0
		recordProbe(&r, a)
		if r.Kind == timeline.Counted {
			spec, _ := p.probes.Spec(a.Container, a.Probe)
			r.Span = spec.Period
		}
	case timeline.Decision:
		r.Reason = a.Decision.String()
	case timeline.Sync:
		r.Span = a.Delay
	case timeline.Dropped: // without its Op: that depends on how many probes were asked for
		r.Run = 0
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
	if c := p.truth.Instance(instance); c != nil {
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
		r.Outcome = c.Outcome.String()
		if c.Errored() { // P120
			r.Outcome = "error"
		}
	case probe.ActionCounted:
		r.Outcome = resultWord(c.Result)
		r.N, r.Of = int(c.Run), int(c.Threshold)
		if c.Triggered() {
			r.Reason = timeline.Triggered
		}
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

// recordState is the stored status, as a timeline keeps it.
func (p *Pod) recordState(now time.Time, full *corev1.PodStatus) *timeline.State {
	row := p.object.row(p.t.spec, &p.cache, full, now)
	restarts, _, _ := strings.Cut(row.Restarts, " ")
	s := &timeline.State{
		Ready: row.Ready, Status: row.Status, Restarts: restarts, Phase: full.Phase, Full: full,
		Deleted:    p.object.carries().Asked || p.worker.Removed,
		Containers: make([]timeline.ContainerState, 0, len(p.t.spec.Containers)),
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
