package scenario

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// PodSummary is the outcome of a run for one pod. JSON has times as "1m10s".
type PodSummary struct {
	// Pod is "namespace/name".
	Pod string `json:"pod"`
	// Phase, Status and Ready are those at the end. Status and Ready are columns of
	// kubectl.
	Phase  corev1.PodPhase `json:"phase"`
	Status string          `json:"status"`
	Ready  string          `json:"ready"`
	// Finished says that the kubelet has nothing left to do for the pod.
	Finished bool `json:"finished"`
	// FirstReady is the time from the start to the first Ready. If the pod was never
	// Ready, it is nil.
	FirstReady *metav1.Duration `json:"firstReady"`
	// TimeReady is how long the pod was Ready in all.
	TimeReady metav1.Duration `json:"timeReady"`
	// Restarts counts those of all containers.
	Restarts int `json:"restarts"`
	// Containers has the init containers first.
	Containers []ContainerSummary `json:"containers"`
	// Kills is in the order of the first kill of each reason.
	Kills []KillSummary `json:"kills"`
	// Waits is what the pod and its containers wait for at the end.
	Waits []WaitSummary `json:"waits,omitempty"`
}

// ContainerSummary is the outcome of a run for one container.
type ContainerSummary struct {
	// Name is the container's name.
	Name string `json:"name"`
	// Restarts is the restart count at the end.
	Restarts int32 `json:"restarts"`
	// Detections covers the app's troubles that a probe found and a kill ended. If
	// there were none, it is nil.
	Detections *DetectionSummary `json:"detections,omitempty"`
}

// DetectionSummary says how often a kill ended trouble of an app, and how long after
// the trouble began.
type DetectionSummary struct {
	// Count is the number of troubles that were found.
	Count int `json:"count"`
	// Shortest and Longest are times from the trouble to the kill.
	Shortest metav1.Duration `json:"shortest"`
	Longest  metav1.Duration `json:"longest"`
}

// KillSummary counts the kills of one container, or of the whole pod, for one reason.
type KillSummary struct {
	// Container is the container's name. If empty, the pod was killed.
	Container string `json:"container,omitempty"`
	// Why is the reason that the timeline gives.
	Why string `json:"why"`
	// Count is the number of kills.
	Count int `json:"count"`
	// First and Last are times from the start.
	First metav1.Duration `json:"first"`
	Last  metav1.Duration `json:"last"`
}

// WaitSummary is one thing that a pod or a container waits for at the end of a run.
type WaitSummary struct {
	// Kind classifies it.
	Kind lifecycle.WaitKind `json:"kind"`
	// Container is the container's name. If empty, it is the pod's wait.
	Container string `json:"container,omitempty"`
	// For says what must come first.
	For string `json:"for"`
	// Since and Until are times from the start. If nil, the beginning is not known, or
	// there is no limit.
	Since *metav1.Duration `json:"since,omitempty"`
	Until *metav1.Duration `json:"until,omitempty"`
	// Text is all of it in words.
	Text string `json:"text"`
}

// Summarize returns the outcome of a run for each pod. It panics as queries do if
// Options.Filter drops what they need; see [timeline.Filter].
func Summarize(result *podclock.Result) []PodSummary {
	var all []PodSummary
	for _, pod := range result.Pods {
		s := summarize(pod, timelineOf(result, pod))
		for i := range pod.Waits {
			s.Waits = append(s.Waits, waitSummary(&pod.Waits[i], result))
		}
		all = append(all, s)
	}
	return all
}

func summarize(p podclock.PodResult, t timeline.Pod) PodSummary {
	s := PodSummary{
		Pod: p.Name, Phase: p.Status.Phase, Status: p.Columns.Status, Ready: p.Columns.Ready, Finished: p.Finished,
		TimeReady: metav1.Duration{Duration: t.TimeReady()}, Restarts: t.Restarts(), Containers: []ContainerSummary{},
		Kills: killsOf(t),
	}
	if at, ever := t.FirstReady(); ever {
		s.FirstReady = &metav1.Duration{Duration: at}
	}
	for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		s.Containers = append(s.Containers, containerSummary(&c, containerOf(t, c.Name)))
	}
	return s
}

func waitSummary(w *lifecycle.Wait, result *podclock.Result) WaitSummary {
	offset := func(t time.Time) *metav1.Duration {
		if t.IsZero() {
			return nil
		}
		return &metav1.Duration{Duration: t.Sub(result.Start)}
	}
	return WaitSummary{
		Kind: w.Kind, Container: w.Container, For: w.For, Since: offset(w.Since), Until: offset(w.Until),
		Text: w.Text(result.End),
	}
}

func containerSummary(c *corev1.ContainerStatus, t timeline.Container) ContainerSummary {
	s := ContainerSummary{Name: c.Name, Restarts: c.RestartCount}
	for _, d := range t.Detections() {
		if !d.Found {
			continue
		}
		after := metav1.Duration{Duration: d.After()}
		if s.Detections == nil {
			s.Detections = &DetectionSummary{Shortest: after, Longest: after}
		}
		s.Detections.Count++
		s.Detections.Shortest.Duration = min(s.Detections.Shortest.Duration, d.After())
		s.Detections.Longest.Duration = max(s.Detections.Longest.Duration, d.After())
	}
	return s
}

func killsOf(t timeline.Pod) []KillSummary {
	kills := []KillSummary{}
	for _, k := range t.Kills() {
		at := metav1.Duration{Duration: k.At}
		same := func(s KillSummary) bool { return s.Container == k.Container && s.Why == k.Why }
		i := slices.IndexFunc(kills, same)
		if i < 0 {
			i = len(kills)
			kills = append(kills, KillSummary{Container: k.Container, Why: k.Why, First: at})
		}
		kills[i].Count++
		kills[i].Last = at
	}
	return kills
}

// WriteSummary prints the outcome of a run for each pod: when it was first Ready and
// for how long, its restarts, its kills with their reasons, how soon they ended an app's
// trouble, and what the pod waits for at the end. Pods with the same outcome share one
// entry. It panics as [Summarize] does.
func WriteSummary(w io.Writer, result *podclock.Result) error {
	total := result.End.Sub(result.Start)
	var out bytes.Buffer
	var texts []string
	names := map[string][]string{}
	for _, pod := range Summarize(result) {
		text := pod.text(total)
		if names[text] == nil {
			texts = append(texts, text)
		}
		names[text] = append(names[text], pod.Pod)
	}
	for _, text := range texts {
		fmt.Fprintf(&out, "%s after %s: %s", named(names[text]), short(total), text)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// maxNamed is how many pods an entry names at most.
const maxNamed = 5

func named(pods []string) string {
	if len(pods) <= maxNamed {
		return strings.Join(pods, ", ")
	}
	return fmt.Sprintf("%s … %s (%d pods)", pods[0], pods[len(pods)-1], len(pods))
}

// text returns the summary without the pod's name.
func (s *PodSummary) text(total time.Duration) string {
	if s.Phase == "" {
		return "not there yet\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, %s ready", s.Phase, s.Status, s.Ready)
	if s.Finished {
		out.WriteString(", finished")
	}
	out.WriteByte('\n')
	line := func(what, value string) { fmt.Fprintf(&out, "  %-12s %s\n", what, value) }
	if s.FirstReady != nil {
		line("first ready", "+"+short(s.FirstReady.Duration))
		line("time ready", fmt.Sprintf("%s of %s", short(s.TimeReady.Duration), short(total)))
	} else {
		line("first ready", "never")
	}
	line("restarts", s.restarts())
	for i := range s.Kills {
		line([]string{"killed", ""}[min(i, 1)], s.Kills[i].text())
	}
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Detections != nil {
			line("detected", c.Name+" "+c.Detections.text())
		}
	}
	for i := range s.Waits {
		line([]string{"waits for", ""}[min(i, 1)], s.Waits[i].Text)
	}
	return out.String()
}

func (s *PodSummary) restarts() string {
	var parts []string
	for _, c := range s.Containers {
		if c.Restarts > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.Restarts))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%s)", s.Restarts, strings.Join(parts, ", "))
}

func (k *KillSummary) text() string {
	what := k.Container
	if what == "" {
		what = "the pod"
	}
	times := "at +" + short(k.First.Duration)
	if k.Count > 1 {
		times = fmt.Sprintf("%d times, +%s to +%s", k.Count, short(k.First.Duration), short(k.Last.Duration))
	}
	return fmt.Sprintf("%s %s: %s", what, times, k.Why)
}

func (d *DetectionSummary) text() string {
	if d.Count == 1 {
		return short(d.Shortest.Duration) + " after its trouble began"
	}
	return fmt.Sprintf("%d times, %s to %s after its trouble began", d.Count, short(d.Shortest.Duration),
		short(d.Longest.Duration))
}

// short formats a duration to the millisecond, without trailing zero units.
func short(d time.Duration) string {
	s := d.Round(time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
