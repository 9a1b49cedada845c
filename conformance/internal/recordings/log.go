package recordings

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// happening is one compared thing: its time and its text.
type happening struct {
	t    float64
	text string
}

// playedLog has what a replay did, in the words of the recording.
type playedLog struct {
	pod      *Pod
	template *lifecycle.Template
	attempts map[uint64]uint64 // by instance

	calls, events, probes []happening
	statuses              []playedStatus
	reported              []playedStatus
	finished              bool
	finishedAt            float64 // the end of the first life
	life                  int
}

type playedStatus struct {
	t      float64
	life   int // the life that is being played
	status map[string]any
}

func (l *playedLog) begin(t *lifecycle.Template) {
	l.template, l.attempts = t, make(map[uint64]uint64)
	l.life++
}

func (l *playedLog) since(t podclock.Tap) float64 { return t.At.Sub(l.pod.Epoch).Seconds() }

func (l *playedLog) tap(t podclock.Tap) {
	for i := range t.Events {
		if ev := &t.Events[i]; ev.Type == lifecycle.ProbeFinished {
			l.probe(t, ev)
		}
	}
	if t.Action != nil {
		l.action(t, t.Action)
	}
}

func (l *playedLog) call(t podclock.Tap, format string, args ...any) {
	l.calls = append(l.calls, happening{t: l.since(t), text: fmt.Sprintf(format, args...)})
}

func (l *playedLog) container(a *lifecycle.Action) string {
	return fmt.Sprintf("%s #%d", l.template.Container(a.Container).Name, l.attempts[a.Instance])
}

func (l *playedLog) action(t podclock.Tap, a *lifecycle.Action) {
	switch a.Type {
	case lifecycle.RunSandbox:
		l.call(t, "RunPodSandbox")
	case lifecycle.StopSandbox:
		l.call(t, "StopPodSandbox")
	case lifecycle.RemoveSandbox:
		l.call(t, "RemovePodSandbox")
	case lifecycle.PullImage:
		l.call(t, "PullImage %s", a.Image)
	case lifecycle.CreateContainer:
		l.attempts[a.Op] = a.Attempt
		l.call(t, "CreateContainer %s #%d %s", l.template.Container(a.Container).Name, a.Attempt, a.Image)
	case lifecycle.StartContainer:
		l.call(t, "StartContainer %s", l.container(a))
	case lifecycle.StopContainer:
		l.call(t, "StopContainer %s timeout %d", l.container(a), int64(a.Grace/time.Second))
	case lifecycle.RemoveContainer:
		l.call(t, "RemoveContainer %s", l.container(a))
	case lifecycle.RunProbe:
		if p := probe.Of(l.template.Container(a.Container), a.Probe); p.Exec != nil {
			l.exec(t, a, p.Exec.Command, int64(p.TimeoutSeconds))
		}
	case lifecycle.RunHook:
		if h := hookOf(l.template.Container(a.Container), a.Hook); h.Exec != nil {
			l.exec(t, a, h.Exec.Command, 0)
		}
	case lifecycle.RecordEvent:
		text := eventText(a.Severity, a.Reason, l.template.FieldPath(a.Container), a.Message)
		l.events = append(l.events, happening{t: l.since(t), text: text})
	case lifecycle.StatusChanged:
		if !a.Last || l.pod.sawLast() {
			l.statuses = append(l.statuses, playedStatus{t: l.since(t), life: l.life, status: statusMap(a.Status)})
		}
		l.reported = append(l.reported, playedStatus{t: l.since(t), life: l.life, status: statusMap(a.Reported)})
	case lifecycle.PodFinished:
		if !l.finished {
			l.finished, l.finishedAt = true, l.since(t)
		}
	}
}

func (l *playedLog) exec(t podclock.Tap, a *lifecycle.Action, command []string, timeout int64) {
	l.call(t, "ExecSync %s %q timeout %d", l.container(a), strings.Join(command, " "), timeout)
}

// pullTimes matches the measured times in the event of a pull.
var pullTimes = regexp.MustCompile(` in [0-9.ms]+ \([0-9.ms]+ including waiting\)`)

func eventText(eventType, reason, fieldPath, message string) string {
	return fmt.Sprintf("%s %s %s %q", eventType, reason, fieldPath, pullTimes.ReplaceAllString(message, " in …"))
}

func hookOf(c *corev1.Container, kind lifecycle.HookKind) *corev1.LifecycleHandler {
	if kind == lifecycle.PostStart {
		return c.Lifecycle.PostStart
	}
	return c.Lifecycle.PreStop
}

// probe logs the end of a probe as the kubelet does: an error is logged once, after the last
// attempt.
func (l *playedLog) probe(t podclock.Tap, e *lifecycle.Event) {
	name := l.template.Container(e.Container).Name
	result := e.Answer.Outcome.String()
	if e.Answer.Err != "" {
		return
	}
	output := e.Answer.Output
	if result == "success" {
		output = "" // not logged
	}
	text := fmt.Sprintf("%s %s %s %q", name, e.Probe, result, output)
	l.probes = append(l.probes, happening{t: l.since(t), text: text})
}

// statusMap returns a status as the API shows it.
func statusMap(s *corev1.PodStatus) map[string]any {
	m, _ := corpus.DecodedJSON(s).(map[string]any)
	return m
}

// sawLast reports whether the recording has the pod's last status. It was not watched, but
// read if the kubelet still had it.
func (p *Pod) sawLast() bool {
	return slices.ContainsFunc(p.Entries, func(e recordedEntry) bool { return e.Kind == "status" && e.How == "get" })
}

// recorded sorts a recording's entries into the kinds that are compared.
func (p *Pod) recorded() (calls, events, probes []happening, statuses, reported []playedStatus) {
	for i := range p.Entries {
		e := &p.Entries[i]
		switch {
		case e.Kind == "cri":
			if text, ok := e.callText(); ok {
				calls = append(calls, happening{t: e.T, text: text})
			}
		case e.Kind == "event":
			events = append(events, happening{t: e.T, text: eventText(e.Type, e.Reason, e.FieldPath, e.Message)})
		case e.Kind == "probe" && e.Detail.Result != "error":
			text := fmt.Sprintf("%s %s %s %q", e.Container, strings.ToLower(e.Detail.Probe), e.Detail.Result, e.Detail.Output)
			probes = append(probes, happening{t: e.T, text: text})
		case e.Kind == "status":
			statuses = append(statuses, playedStatus{t: e.T, status: e.Status})
		case e.Kind == "api" && e.Call == "patch status":
			reported = append(reported, playedStatus{t: e.T, status: e.Status})
		}
	}
	return calls, events, probes, statuses, reported
}

// callText describes a call to the runtime.
func (e *recordedEntry) callText() (string, bool) {
	container := e.Container
	if e.Attempt != nil {
		container = fmt.Sprintf("%s #%d", e.Container, *e.Attempt)
	}
	switch e.Call {
	case "RunPodSandbox", "StopPodSandbox", "RemovePodSandbox":
		return e.Call, true
	case "CreateContainer":
		return fmt.Sprintf("%s %s %s", e.Call, container, e.Detail.Image), true
	case "StartContainer", "RemoveContainer":
		return fmt.Sprintf("%s %s", e.Call, container), true
	case "StopContainer":
		return fmt.Sprintf("%s %s timeout %d", e.Call, container, e.Detail.Timeout), true
	case "PullImage":
		return fmt.Sprintf("%s %s", e.Call, e.Detail.Image), true
	case "ExecSync":
		return fmt.Sprintf("%s %s %q timeout %d", e.Call, container, e.Detail.Command, e.Detail.Timeout), true
	}
	return "", false
}

// text returns a status on one line. It replaces containers' IDs by the order in which they
// appeared.
func (s playedStatus) text(ids *[]string) string {
	b, err := json.Marshal(s.named(ids))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func (s playedStatus) named(ids *[]string) any { return renamed(s.status, s.life, ids) }

// renamed replaces every container ID in a decoded status.
func renamed(v any, life int, ids *[]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			if id, ok := v[key].(string); ok && key == "containerID" && id != "" {
				id = fmt.Sprintf("%s of life %d", id, life)
				if !slices.Contains(*ids, id) {
					*ids = append(*ids, id)
				}
				out[key] = fmt.Sprintf("id %d", slices.Index(*ids, id))
				continue
			}
			out[key] = renamed(v[key], life, ids)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = renamed(v[i], life, ids)
		}
		return out
	}
	return v
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
