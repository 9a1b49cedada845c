package rules

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// Actions is the plan of one sync.
var Actions = corpus.Kind{Name: "actions", Recorded: []string{"output"}, Replay: corpus.Exact(replayActions)}

// actionsRecord is one line of actions.jsonl.gz: a pod, what its runtime reports, and what
// one sync would do.
type actionsRecord struct {
	Input struct {
		Pod       *corev1.Pod `json:"pod"`
		Sandboxes []struct {
			ID      string `json:"id"`
			Ready   bool   `json:"ready"`
			Attempt uint64 `json:"attempt"`
			IP      string `json:"ip"`
		} `json:"sandboxes"`
		Containers []struct {
			Name     string `json:"name"`
			ID       string `json:"id"`
			State    string `json:"state"`
			ExitCode int32  `json:"exitCode"`
			Reason   string `json:"reason"`
			Changed  bool   `json:"changed"`
			// CreatedAt says only that the list is newest first.
			CreatedAt int64  `json:"createdAt"`
			Liveness  string `json:"liveness"`
			Startup   string `json:"startup"`
		} `json:"containers"`
		RestartAllContainers bool `json:"restartAllContainers"`
	} `json:"input"`
	Output actionsOutput `json:"output"`
}

type actionsOutput struct {
	KillPod           bool                   `json:"killPod"`
	CreateSandbox     bool                   `json:"createSandbox"`
	SandboxID         string                 `json:"sandboxID"`
	Attempt           uint64                 `json:"attempt"`
	InitContainers    []int                  `json:"initContainersToStart"`
	Containers        []int                  `json:"containersToStart"`
	ContainersToKill  map[string]actionsKill `json:"containersToKill"`
	ContainersToReset []actionsReset         `json:"containersToReset,omitempty"`
}

type actionsKill struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Reason  string `json:"reason,omitempty"`
}

type actionsReset struct {
	ID   string `json:"id"`
	Kill bool   `json:"kill"`
}

func replayActions(line []byte) (string, error) {
	var record actionsRecord
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&struct {
		ID int `json:"id"`
		*actionsRecord
	}{0, &record}); err != nil {
		return "", err
	}
	template, err := lifecycle.Compile(record.Input.Pod, lifecycle.Config{})
	if err != nil {
		return "", err
	}
	state, err := record.runtime(template)
	if err != nil {
		return "", err
	}
	decided := template.Plan(plan.Input{
		Snapshot: &state, Results: record.result, RestartAll: record.Input.RestartAllContainers,
		Deleting: record.Input.Pod.DeletionTimestamp != nil,
	})
	return corpus.DiffJSON(record.Output, record.output(template, decided))
}

// runtime returns what the runtime has. The IDs of instances and sandboxes are their
// positions in the record, from 1.
func (r *actionsRecord) runtime(t *lifecycle.Template) (inventory.Snapshot, error) {
	var state inventory.Snapshot
	for i, s := range r.Input.Sandboxes {
		state.Sandboxes = append(state.Sandboxes,
			inventory.Sandbox{ID: uint64(i + 1), Attempt: s.Attempt, Ready: s.Ready, IP: s.IP})
	}
	for i, c := range r.Input.Containers {
		at, ok := t.Index(c.Name)
		if !ok {
			return state, fmt.Errorf("no container %q", c.Name)
		}
		instance := inventory.Instance{ID: uint64(i + 1), Container: at, ExitCode: c.ExitCode, Reason: c.Reason,
			Image: t.Container(at).Image}
		if c.Changed {
			instance.Image += "-before"
		}
		switch c.State {
		case "created":
			instance.State = restart.StateCreated
		case "running":
			instance.State = restart.StateRunning
		case "exited":
			instance.State = restart.StateExited
		case "unknown":
			instance.State = restart.StateUnknown
		default:
			return state, fmt.Errorf("container %q is in state %q", c.Name, c.State)
		}
		state.Instances = append(state.Instances, instance)
	}
	return state, nil
}

// result returns the published probe result of an instance.
func (r *actionsRecord) result(_ int, instance uint64, kind probe.Kind) (probe.Result, bool) {
	text := r.Input.Containers[instance-1].Liveness
	if kind == probe.Startup {
		text = r.Input.Containers[instance-1].Startup
	}
	for _, result := range []probe.Result{probe.Unknown, probe.Success, probe.Failure} {
		if text == result.String() {
			return result, true
		}
	}
	return probe.Unknown, false
}

var actionsReasons = map[plan.Cause]string{
	plan.CauseStartupProbe:  "StartupProbe",
	plan.CauseLivenessProbe: "LivenessProbe",
	plan.CauseUnknownState:  "Unknown",
}

// output returns a plan in the form of the record.
func (r *actionsRecord) output(t *lifecycle.Template, p plan.Plan) actionsOutput {
	o := actionsOutput{KillPod: p.KillPod, CreateSandbox: p.CreateSandbox, Attempt: p.Attempt,
		InitContainers: []int{}, Containers: []int{}, ContainersToKill: map[string]actionsKill{}}
	if p.Sandbox != 0 {
		o.SandboxID = r.Input.Sandboxes[p.Sandbox-1].ID
	}
	regular := len(t.Pod().Spec.Containers)
	for _, i := range p.Start {
		if i < regular {
			o.Containers = append(o.Containers, i)
		} else {
			o.InitContainers = append(o.InitContainers, i-regular)
		}
	}
	for _, k := range p.Kill {
		o.ContainersToKill[r.Input.Containers[k.Instance-1].ID] = actionsKill{t.Container(k.Container).Name, k.Message,
			actionsReasons[k.Cause]}
	}
	for _, c := range p.Reset {
		o.ContainersToReset = append(o.ContainersToReset, actionsReset{r.Input.Containers[c.Instance-1].ID, c.Kill})
	}
	return o
}
