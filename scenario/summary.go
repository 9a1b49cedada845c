package scenario

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// WriteSummary prints what a run has come to, pod by pod: when each was first
// Ready and for how long, its restarts, what was killed and why. Pods of whom
// the same is to be said are told together.
func WriteSummary(w io.Writer, result *podclock.Result) error {
	total := result.End.Sub(result.Start)
	var out bytes.Buffer
	var texts []string
	names := map[string][]string{}
	for _, pod := range result.Pods {
		text := summarize(pod, toldOf(result, pod), total)
		if names[text] == nil {
			texts = append(texts, text)
		}
		names[text] = append(names[text], pod.Name)
	}
	for _, text := range texts {
		fmt.Fprintf(&out, "%s after %s: %s", named(names[text]), short(total), text)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// maxNamed is how many pods of one text are named.
const maxNamed = 5

func named(pods []string) string {
	if len(pods) <= maxNamed {
		return strings.Join(pods, ", ")
	}
	return fmt.Sprintf("%s … %s (%d pods)", pods[0], pods[len(pods)-1], len(pods))
}

func summarize(p podclock.PodResult, t timeline.Pod, total time.Duration) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, %s ready", p.Status.Phase, p.Columns.Status, p.Columns.Ready)
	if p.Finished {
		out.WriteString(", finished")
	}
	out.WriteByte('\n')
	line := func(what, value string) { fmt.Fprintf(&out, "  %-12s %s\n", what, value) }
	if at, ever := t.FirstReady(); ever {
		line("first ready", "+"+short(at))
		line("time ready", fmt.Sprintf("%s of %s", short(t.TimeReady()), short(total)))
	} else {
		line("first ready", "never")
	}
	line("restarts", restartsOf(p, t))
	for i, kill := range killsOf(t) {
		line([]string{"killed", ""}[min(i, 1)], kill)
	}
	for _, d := range detectionsOf(p, t) {
		line("detected", d)
	}
	return out.String()
}

// statuses are the container statuses of a pod, init containers first.
func statuses(s *corev1.PodStatus) []corev1.ContainerStatus {
	return slices.Concat(s.InitContainerStatuses, s.ContainerStatuses)
}

func restartsOf(p podclock.PodResult, t timeline.Pod) string {
	var parts []string
	for _, c := range statuses(&p.Status) {
		if c.RestartCount > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", c.Name, c.RestartCount))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%s)", t.Restarts(), strings.Join(parts, ", "))
}

// killsOf tells the kills, those of one container for one reason together.
func killsOf(t timeline.Pod) []string {
	type cause struct{ container, why string }
	var causes []cause
	kills := map[cause][]timeline.Kill{}
	for _, k := range t.Kills() {
		c := cause{k.Container, k.Why}
		if kills[c] == nil {
			causes = append(causes, c)
		}
		kills[c] = append(kills[c], k)
	}
	var lines []string
	for _, c := range causes {
		what := c.container
		if what == "" {
			what = "the pod"
		}
		n := len(kills[c])
		times := "at +" + short(kills[c][0].At)
		if n > 1 {
			times = fmt.Sprintf("%d times, +%s to +%s", n, short(kills[c][0].At), short(kills[c][n-1].At))
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", what, times, c.why))
	}
	return lines
}

// detectionsOf tells how long it took from an app's trouble to the kill.
func detectionsOf(p podclock.PodResult, t timeline.Pod) []string {
	var lines []string
	for _, c := range statuses(&p.Status) {
		var after []time.Duration
		for _, d := range containerOf(t, c.Name).Detections() {
			if d.Found {
				after = append(after, d.After())
			}
		}
		switch {
		case len(after) == 1:
			lines = append(lines, fmt.Sprintf("%s %s after its trouble began", c.Name, short(after[0])))
		case len(after) > 1:
			lines = append(lines, fmt.Sprintf("%s %d times, %s to %s after its trouble began", c.Name, len(after), short(slices.Min(after)), short(slices.Max(after))))
		}
	}
	return lines
}

// short prints a duration to the millisecond and without zero units.
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
