package recordings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/lifecycle"
)

// Kind is a pod that a whole kubelet ran.
var Kind = corpus.Kind{Name: "recordings", Recorded: []string{"entries"}, Replay: Replay, Records: Split, Unit: "pods"}

// recordedBatch is one run of one kubelet, with all its pods.
type recordedBatch struct {
	Kubelet      string    `json:"kubelet"`
	Mode         string    `json:"mode"` // "standalone" or "api"
	Batch        string    `json:"batch"`
	KubeletStart time.Time `json:"kubeletStart"`
	End          time.Time `json:"end"`
	Relists      []float64 `json:"relists,omitempty"` // in seconds since the Unix epoch
	// Collections are the garbage collections that removed something, in seconds since the
	// Unix epoch. They are found in the entries of all pods.
	Collections []float64 `json:"collections,omitempty"`
	// Look is one look of the main loop at due pods, in seconds since the Unix epoch.
	Look float64 `json:"look,omitempty"`
}

// Pod is one pod of a batch: a record of this kind. Times without a date are seconds since
// Epoch.
type Pod struct {
	Run      *recordedBatch  `json:"run,omitempty"`
	Scenario string          `json:"scenario"`
	About    string          `json:"about"`
	Pod      string          `json:"pod"`
	Epoch    time.Time       `json:"epoch"`
	PodIP    string          `json:"podIP"`
	Manifest *corev1.Pod     `json:"manifest"`
	Script   recordedScript  `json:"script"`
	Placed   float64         `json:"placed"`
	Removed  float64         `json:"removed,omitempty"`
	End      float64         `json:"end"`
	Entries  []recordedEntry `json:"entries"`

	late int // how many moments needed the tolerance of noise
}

// recordedEntry is something that happened.
type recordedEntry struct {
	T         float64         `json:"t"`
	Kind      string          `json:"kind"`
	How       string          `json:"how,omitempty"`
	Call      string          `json:"call,omitempty"`
	Container string          `json:"container,omitempty"`
	Attempt   *int            `json:"attempt,omitempty"`
	Took      float64         `json:"took,omitempty"`
	Error     string          `json:"error,omitempty"`
	Type      string          `json:"type,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Message   string          `json:"message,omitempty"`
	FieldPath string          `json:"fieldPath,omitempty"`
	Status    map[string]any  `json:"status,omitempty"`
	Detail    *recordedDetail `json:"detail,omitempty"`
}

// recordedDetail has the fields of a detail that are compared or that the replay uses.
type recordedDetail struct {
	Timeout int64  `json:"timeout,omitempty"`
	Command string `json:"command,omitempty"`
	Image   string `json:"image,omitempty"`
	Update  string `json:"update,omitempty"`
	Type    string `json:"type,omitempty"`
	Probe   string `json:"probe,omitempty"`
	Result  string `json:"result,omitempty"`
	Output  string `json:"output,omitempty"`
	Err     string `json:"err,omitempty"`
	Grace   *int64 `json:"deletionGracePeriodSeconds,omitempty"`
}

// Split makes a record of each pod of a batch.
func Split(r io.Reader, yield func(record []byte) error) error {
	var batch struct {
		recordedBatch
		Pods []map[string]json.RawMessage `json:"pods"`
	}
	if err := json.NewDecoder(r).Decode(&batch); err != nil {
		return fmt.Errorf("conformance: recordings: %w", err)
	}
	for _, pod := range batch.Pods {
		if err := batch.collected(pod); err != nil {
			return err
		}
	}
	slices.Sort(batch.Collections)
	run, err := json.Marshal(batch.recordedBatch)
	if err != nil {
		return err
	}
	for _, pod := range batch.Pods {
		pod["run"] = run
		record, err := json.Marshal(pod)
		if err != nil {
			return err
		}
		if err := yield(record); err != nil {
			return err
		}
	}
	return nil
}

// collected finds the garbage collections and the look in the entries of a pod.
func (b *recordedBatch) collected(pod map[string]json.RawMessage) error {
	var p Pod
	if err := errors.Join(json.Unmarshal(pod["epoch"], &p.Epoch), json.Unmarshal(pod["entries"], &p.Entries)); err != nil {
		return err
	}
	for _, e := range p.Entries {
		at := float64(p.Epoch.UnixNano())/1e9 + e.T
		switch {
		case e.Kind == "cri" && e.Call == "RemovePodSandbox":
			b.Collections = append(b.Collections, at)
		case e.Kind == "loop" && e.Call == "(SYNC) pods":
			b.Look = at
		}
	}
	return nil
}

// Known has the recorded pods that the replay does not follow to the end, with what decided
// there (docs/fidelity.md).
var Known = map[string]string{
	"two-crash-same a": "two changes that one relist shows made one sync or two, as the pod worker was " +
		"scheduled (T20)",
	"live-exec-p10-f3-ignore a": "a sync more than the rules give, as the pod worker was scheduled (T20)",
	"ready-and-live-same b":     "a manual readiness pass saw the old status (P56)",
}

// Replay plays one recorded pod and compares.
func Replay(line []byte) (corpus.Result, error) {
	var pod Pod
	if err := json.NewDecoder(bytes.NewReader(line)).Decode(&pod); err != nil {
		return corpus.Result{}, err
	}
	played := &playedLog{pod: &pod}
	for _, life := range pod.lives() {
		if err := played.play(life); err != nil {
			return corpus.Result{}, fmt.Errorf("%s, batch %s: %w", pod.Scenario, pod.Run.Batch, err)
		}
	}
	difference := pod.compare(played)
	result := corpus.Result{Tolerated: pod.late}
	if difference != "" {
		result.Mismatch = fmt.Sprintf("%s, batch %s (%s)\n%s", pod.Scenario, pod.Run.Batch, pod.About, difference)
		result.Known = Known[pod.Scenario+" "+pod.Run.Batch]
	}
	return result, nil
}

func (p *Pod) standalone() bool { return p.Run.Mode == "standalone" }

func secs(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// life is one pod object of a recording. A replaced static pod has two.
type life struct {
	manifest *corev1.Pod
	from     float64 // when the kubelet gets it
	until    float64 // later entries of the recording belong to the next life
	facts    []podclock.TimedFact
	after    bool // at first the name is taken (S84)
}

// lives returns the pod objects of the recording.
func (p *Pod) lives() []life {
	first := life{manifest: p.object(), facts: p.facts(), until: p.End}
	if p.Script.ReplaceAt == nil || !p.standalone() {
		return []life{first}
	}
	second := life{manifest: p.object(), from: p.Removed, until: p.End, after: true}
	first.until = p.finished() + Slack
	for i := range second.manifest.Spec.Containers {
		second.manifest.Spec.Containers[i].Image = p.Script.ReplaceImage
	}
	return []life{first, second}
}

var uidInMessage = regexp.MustCompile(`_default\(([^)]+)\)`)

// object returns the pod as the kubelet got it.
func (p *Pod) object() *corev1.Pod {
	pod := p.Manifest.DeepCopy()
	pod.Name = p.Pod
	pod.UID = p.uid()
	if p.standalone() {
		pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
		return pod
	}
	pod.Generation = 1
	for _, e := range p.Entries {
		if e.Kind == "api" && e.Call == "create" {
			b, err := json.Marshal(e.Status)
			if err == nil {
				_ = json.Unmarshal(b, &pod.Status)
			}
		}
	}
	return pod
}

// uid returns the pod's UID, which is only in the messages of the recording.
func (p *Pod) uid() types.UID {
	for _, e := range p.Entries {
		if m := uidInMessage.FindStringSubmatch(e.Message); m != nil {
			return types.UID(m[1])
		}
	}
	return "uid"
}

// facts returns what was done to the pod from outside, at the times when the kubelet
// received it.
func (p *Pod) facts() []podclock.TimedFact {
	var facts []podclock.TimedFact
	forced := false
	for _, e := range p.Entries {
		var f podclock.Fact
		switch {
		case e.Kind == "loop" && e.Call == "REMOVE" && (p.standalone() || forced):
			f = podclock.Remove{}
		case e.Kind == "api" && e.Call == "delete (now)":
			forced = true // the kubelet sees only the removal (S72)
			continue
		case e.Kind == "loop" && e.Call == "UPDATE":
			f = podclock.Update{Change: func(pod *corev1.Pod) {
				for i := range pod.Spec.Containers {
					pod.Spec.Containers[i].Image = p.Script.ReplaceImage
				}
			}}
		case e.Kind == "api" && strings.HasPrefix(e.Call, "delete ("):
			deletion := podclock.Delete{}
			if e.Detail != nil {
				deletion.Grace = e.Detail.Grace
			}
			f = deletion
		default:
			continue
		}
		facts = append(facts, podclock.TimedFact{At: secs(max(e.T, 0)), Fact: f})
	}
	return facts
}

// play plays one life of the pod.
func (l *playedLog) play(life life) error {
	p := l.pod
	world := newRecordedWorld(p, life.until)
	timing := &lifecycle.Timing{OnDemandRelist: time.Millisecond, SyncDuration: 500 * time.Microsecond,
		Resync: time.Minute, Chance: world}
	options := podclock.Options{
		Start: p.Epoch,
		Pods: []podclock.Pod{{Manifest: life.manifest, Apps: p.apps(), Sandbox: p.Script.sandbox(p.PodIP),
			At: secs(life.from)}},
		Images:        p.Script.images(),
		Facts:         life.facts,
		Timing:        podclock.FixedTiming(timing),
		Config:        lifecycle.Config{Standalone: p.standalone(), Trusted: true, NoLogs: true},
		ParallelPulls: true,
		NoLeap:        true,
		Tap:           l.tap,
		Latency:       podclock.Latency{Exec: p.execOverhead()},
	}
	if !p.standalone() {
		options.Config.HostIP = "192.0.2.10"
	}
	template, err := lifecycle.Compile(life.manifest, options.Config)
	if err != nil {
		return err
	}
	if life.after {
		options.Pods[0].NameTaken = true
		options.Facts = append(options.Facts, podclock.TimedFact{At: secs(p.finished()), Fact: podclock.FreeName{}})
	}
	l.begin(template)
	sim, err := podclock.New(options)
	if err != nil {
		return err
	}
	return sim.RunFor(secs(p.End))
}

func (p *Pod) finished() float64 {
	for _, e := range p.Entries {
		if e.Kind == "finished" {
			return e.T
		}
	}
	return p.End
}
