package rules

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

// Phase is the phase, the conditions and the columns of a status.
var Phase = corpus.Kind{Name: "phase", Recorded: []string{"output"}, Replay: corpus.Exact(replayPhase)}

// phaseRecord is a pod with container statuses, and what follows from them.
type phaseRecord struct {
	ID     int         `json:"id"`
	Input  phaseInput  `json:"input"`
	Output phaseOutput `json:"output"`
}

type phaseInput struct {
	Now               time.Time  `json:"now"`
	PodIsTerminal     bool       `json:"podIsTerminal"`
	PodHasInitialized bool       `json:"podHasInitialized"`
	Pod               corev1.Pod `json:"pod"`
}

type phaseOutput struct {
	Phase      corev1.PodPhase            `json:"phase"`
	Phases     map[string]corev1.PodPhase `json:"phases"`
	Conditions []corev1.PodCondition      `json:"conditions"`
	Columns    map[string]string          `json:"columns"`
}

func replayPhase(record []byte) (string, error) {
	var r phaseRecord
	if err := corpus.DecodeStrictly(record, &r); err != nil {
		return "", err
	}
	return diff(r.Output, r.Input.play()), nil
}

func (in *phaseInput) play() phaseOutput {
	rules := podphase.Compile(&in.Pod, restart.Gates{})
	pod := in.Pod.DeepCopy()
	previous := in.Pod.Status.Conditions
	pod.Status.Phase = rules.Phase(&pod.Status, in.PodIsTerminal, in.PodHasInitialized)
	out := phaseOutput{Phase: pod.Status.Phase, Phases: map[string]corev1.PodPhase{}}
	for _, terminal := range []bool{false, true} {
		for _, initialized := range []bool{false, true} {
			key := fmt.Sprintf("terminal=%t,initialized=%t", terminal, initialized)
			out.Phases[key] = rules.Phase(&pod.Status, terminal, initialized)
		}
	}
	all := rules.Conditions(nil, &podphase.Facts{
		Status: &pod.Status, Previous: previous, API: previous, Generation: pod.Generation,
	})
	out.Conditions = slices.DeleteFunc(all, func(c corev1.PodCondition) bool { return !threeRecorded(c) })
	pod.Status.Conditions = append(slices.DeleteFunc(slices.Clone(previous), threeRecorded), out.Conditions...)
	out.Columns = columnsByHeader(podphase.Columns(pod, in.Now))
	return out
}

// threeRecorded reports whether a condition is one of the three in the records.
func threeRecorded(c corev1.PodCondition) bool {
	switch c.Type {
	case corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady:
		return true
	}
	return false
}

func columnsByHeader(row podphase.Row) map[string]string {
	return map[string]string{
		"Ready":           row.Ready,
		"Status":          row.Status,
		"Restarts":        row.Restarts,
		"Age":             row.Age,
		"Readiness Gates": row.ReadinessGates,
	}
}
