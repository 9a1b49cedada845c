package timeline

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// document is a timeline as JSON.
type document struct {
	Start   time.Time      `json:"start"`
	End     time.Time      `json:"end"`
	Pods    []string       `json:"pods"`
	Records []recordObject `json:"records"`
}

// recordObject is a record as JSON. Times are offsets from the start.
type recordObject struct {
	At        string       `json:"at"`
	Last      string       `json:"last,omitempty"`
	Count     int          `json:"count,omitempty"`
	Pod       string       `json:"pod"`
	Container string       `json:"container,omitempty"`
	Kind      string       `json:"kind"`
	Run       *int         `json:"run,omitempty"`
	Probe     string       `json:"probe,omitempty"`
	Outcome   string       `json:"outcome,omitempty"`
	From      int          `json:"from,omitempty"`
	N         int          `json:"n,omitempty"`
	Of        int          `json:"of,omitempty"`
	Type      string       `json:"type,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	Message   string       `json:"message,omitempty"`
	Span      string       `json:"span,omitempty"`
	ExitCode  *int32       `json:"exitCode,omitempty"`
	State     *stateObject `json:"state,omitempty"`
	Text      string       `json:"text"`
}

type stateObject struct {
	Ready      string            `json:"ready"`
	Status     string            `json:"status"`
	Restarts   string            `json:"restarts"`
	Phase      corev1.PodPhase   `json:"phase"`
	PodReady   bool              `json:"podReady"`
	Deleted    bool              `json:"deleted,omitempty"`
	Containers []containerObject `json:"containers,omitempty"`
	Full       *corev1.PodStatus `json:"podStatus,omitempty"`
}

type containerObject struct {
	Name     string `json:"name"`
	Ready    bool   `json:"ready"`
	Started  bool   `json:"started"`
	Restarts int32  `json:"restartCount"`
}

// WriteJSON prints the complete timeline as one JSON object with start, end, pods and
// records. Each record has its time as an offset, its kind, its data as fields, and its
// text.
func (t *Timeline) WriteJSON(w io.Writer) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(t.document()); err != nil {
		return err
	}
	return b.Flush()
}

// WriteYAML prints the object of WriteJSON as YAML.
func (t *Timeline) WriteYAML(w io.Writer) error {
	out, err := yaml.Marshal(t.document())
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// MarshalJSON implements [json.Marshaler]. It returns the object of WriteJSON.
func (t *Timeline) MarshalJSON() ([]byte, error) { return json.Marshal(t.document()) }

func (t *Timeline) document() document {
	d := document{Start: t.start, End: t.end, Pods: t.Pods(), Records: make([]recordObject, 0, len(t.entries))}
	for r := range t.all() {
		d.Records = append(d.Records, t.object(r))
	}
	return d
}

func (t *Timeline) object(r *Record) recordObject {
	o := recordObject{
		At: Offset(t.start, r.At), Pod: r.Pod, Container: r.Container, Kind: r.Kind.String(),
		Probe: r.Probe, Outcome: r.Outcome, From: r.From, N: r.N, Of: r.Of,
		Type: r.Type, Reason: r.Reason, Message: r.Message, Text: r.Text(),
	}
	if r.Count > 1 {
		o.Count, o.Last = r.Count, Offset(t.start, r.last())
	}
	if r.Span != 0 {
		o.Span = r.Span.String()
	}
	switch r.Kind {
	case Created, Started, Failed, Exited, Lost, Removed, Stop, Sandbox:
		o.Run = &r.Run
	}
	if r.Kind == Exited {
		o.ExitCode = &r.ExitCode
	}
	if r.State != nil {
		o.State = r.State.object()
	}
	return o
}

func (s *State) object() *stateObject {
	o := &stateObject{
		Ready: s.Ready, Status: s.Status, Restarts: s.Restarts, Phase: s.Phase, PodReady: s.PodReady, Deleted: s.Deleted,
		Full: s.Full,
	}
	for _, c := range s.Containers {
		o.Containers = append(o.Containers, containerObject(c))
	}
	return o
}
