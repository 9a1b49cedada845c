package prober

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
)

// Kind is the probes of one container with its restarts.
var Kind = corpus.Kind{Name: "prober", Recorded: []string{"trace", "workers"}, Replay: corpus.Exact(replayProber)}

// proberRecord is one line of prober.jsonl.gz. All times are microseconds since the start of
// the scenario.
type proberRecord struct {
	Scenario proberScenario  `json:"scenario"`
	Trace    []corpus.Event  `json:"trace"`
	Workers  map[string]bool `json:"workers"`
}

type proberScenario struct {
	ID            int                  `json:"id"`
	RestartPolicy corev1.RestartPolicy `json:"restartPolicy"`
	Container     string               `json:"container"`

	Startup   *corev1.Probe `json:"startup"`
	Readiness *corev1.Probe `json:"readiness"`
	Liveness  *corev1.Probe `json:"liveness"`

	AddUs           int64            `json:"addUs"`
	StartDelayUs    int64            `json:"startDelayUs"`
	Instances       []proberScript   `json:"instances"`
	ReactUs         map[string]int64 `json:"reactUs"`
	SyncUs          int64            `json:"syncUs"`
	ObserveUs       int64            `json:"observeUs"`
	RestartDelaysUs []int64          `json:"restartDelaysUs"`
	BackoffSyncUs   int64            `json:"backoffSyncUs"`
	Kill            struct {
		StopUs      int64 `json:"stopUs"`
		ExitCode    int32 `json:"exitCode"`
		SameSync    bool  `json:"sameSync"`
		StartCostUs int64 `json:"startCostUs"`
	} `json:"kill"`
	ExtraSyncsUs []int64 `json:"extraSyncsUs"`
	Delete       *struct {
		AtUs     int64 `json:"atUs"`
		StopUs   int64 `json:"stopUs"`
		ExitCode int32 `json:"exitCode"`
	} `json:"delete"`
	Adopted *struct {
		StartedUs int64 `json:"startedUs"`
		KubeletUs int64 `json:"kubeletUs"`
		Started   bool  `json:"started"`
		Ready     bool  `json:"ready"`
		PodReady  bool  `json:"podReady"`
	} `json:"adopted"`
	TriggerSeesOld bool  `json:"triggerSeesOld"`
	EndUs          int64 `json:"endUs"`
}

// proberScript is the behaviour of one instance of the container.
type proberScript struct {
	CrashAtUs int64            `json:"crashAtUs"`
	ExitCode  int32            `json:"exitCode"`
	Startup   []corpus.Segment `json:"startup"`
	Readiness []corpus.Segment `json:"readiness"`
	Liveness  []corpus.Segment `json:"liveness"`
}

func replayProber(line []byte) (string, error) {
	var record proberRecord
	strict := json.NewDecoder(bytes.NewReader(line))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&record); err != nil {
		return "", err
	}
	w := newProberWorld(&record.Scenario)
	w.run()
	about := fmt.Sprintf("scenario %d (%s, %s)", record.Scenario.ID, record.Scenario.Container,
		record.Scenario.RestartPolicy)
	if diff := corpus.Diff(record.Trace, w.trace.Sorted()); diff != "" {
		return about + ":\n" + diff, nil
	}
	return diffWorkers(about, record.Workers, w.workers()), nil
}

func diffWorkers(about string, want, got map[string]bool) string {
	for _, kind := range []string{"startup", "readiness", "liveness"} {
		if want[kind] != got[kind] {
			return fmt.Sprintf("%s: %s worker alive at the end: kubelet %v, podclock %v", about, kind, want[kind], got[kind])
		}
	}
	if len(want) != len(got) {
		return fmt.Sprintf("%s: workers: kubelet %v, podclock %v", about, want, got)
	}
	return ""
}
