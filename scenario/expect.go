package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// check is one expectation of a scenario. It concerns all pods, or one.
type check struct {
	line int
	path string
	want string
	// of returns the value that a pod has, and whether it meets the expectation.
	of func(p podclock.PodResult, t timeline.Pod) (got string, met bool)
	// pod limits the check to one pod. If empty, the check is about all pods.
	pod string
	// at is the instant of the check, from the start. If 0, the check is about the
	// whole run.
	at time.Duration
}

// Check compares the result of a run with the scenario's expectations. It joins an
// [*Error] for each expectation that is not met, at the line of the expectation.
func (s *Scenario) Check(result *podclock.Result) error {
	p := problems{file: s.File}
	if s.needs(&p, result.Timeline); len(p.list) > 0 {
		return p.err()
	}
	total := result.End.Sub(result.Start)
	for _, c := range s.checks {
		if c.at > total {
			p.addf(c.line, "%s: want %s, got no further than %s; play it for longer", c.path, c.want, short(total))
			continue
		}
		for _, pod := range result.Pods {
			if c.pod != "" && pod.Name != c.pod && !strings.HasSuffix(pod.Name, "/"+c.pod) {
				continue
			}
			if got, met := c.of(pod, timelineOf(result, pod)); !met {
				p.addf(c.line, "%s of pod %s: want %s, got %s", c.path, pod.Name, c.want, got)
			}
		}
	}
	return p.err()
}

// needs reports the kinds of records that expectations are about and that a timeline does
// not keep.
func (s *Scenario) needs(p *problems, t *timeline.Timeline) {
	for _, k := range []timeline.Kind{
		timeline.Event, timeline.Status, timeline.Decision, timeline.Started, timeline.Exited, timeline.Lost, timeline.Result,
		timeline.Fact,
	} {
		if len(s.checks) > 0 && !t.Keeps(k) {
			p.addf(s.checks[0].line, "expectations need %s records, which Options.Filter drops; "+
				"take timeline.%[1]s out of it", k)
		}
	}
}

// timelineOf returns the records of a pod. A pod that never arrived has none.
func timelineOf(result *podclock.Result, pod podclock.PodResult) timeline.Pod {
	t, err := result.Timeline.Pod(pod.Name)
	if err != nil {
		return timeline.Pod{}
	}
	return t
}

// containerOf returns the records of a container of the manifest. Before the first
// status of its pod it has none.
func containerOf(t timeline.Pod, name string) timeline.Container {
	c, err := t.Container(name)
	if err != nil {
		return timeline.Container{}
	}
	return c
}

// Expectations returns how many expectations the scenario has.
func (s *Scenario) Expectations() int { return len(s.checks) }

// expecting reads the section expect. pod and moment say where in it the reader is.
type expecting struct {
	pods   []podclock.Pod
	pod    string        // the pod that the next checks are about; empty for all
	moment time.Duration // the instant that they are about; 0 for the whole run
	end    time.Duration // the scenario's own; 0 if it has none
	types  []string      // the condition types that a pod can have
	given  []string      // the reasons that the scenario itself gives
	checks []check
}

// expectations reads the section expect of a scenario with these options.
func (v value) expectations(o *podclock.Options) []check {
	pods := o.Pods
	e := &expecting{pods: pods, end: o.For, types: conditionTypes(o), given: reasonsGiven(o)}
	known := e.fields()
	known["pods"] = func(v value) {
		v.entries(func(name string, line int, entry value) {
			if !contains(podNames(pods), name) {
				v.p.addf(line, "%s: no pod is called %q; %s", v.path, name, hint(name, podNames(pods)))
				return
			}
			e.pod = name
			entry.fields(e.fields())
			e.pod = ""
		})
	}
	v.fields(known)
	return e.checks
}

func (e *expecting) fields() map[string]fieldReader {
	known := map[string]fieldReader{
		"firstReady":     e.firstReady,
		"timeReady":      e.timeReady,
		"unready":        e.unready,
		"longestUnready": e.longestUnready,
		"flaps":          e.flaps,
		"restarts":       e.restarts,
		"killed":         e.killed,
		"detection":      e.detection,
		"phase":          e.phase,
		"status":         e.status,
		"ready":          e.ready,
		"finished":       e.finished,
		"events":         e.events,
		"at":             e.at,
	}
	e.statusFields(statusAtEnd, known)
	return known
}

func (e *expecting) add(v value, want string, of func(podclock.PodResult, timeline.Pod) (string, bool)) {
	e.checks = append(e.checks, check{line: v.at(), path: v.path, want: want, of: of, pod: e.pod, at: e.moment})
}

func (e *expecting) firstReady(v value) {
	want := v.bound(parseDuration)
	e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		at, ever := t.FirstReady()
		return orNever(at, ever), want.meets(at, ever)
	})
}

func (e *expecting) timeReady(v value) {
	want := v.bound(parseDuration)
	e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		d := t.TimeReady()
		return d.String(), want.allows(d)
	})
}

// restarts expects the restarts of the whole pod, or by container, in all or in a span.
func (e *expecting) restarts(v value) {
	e.byContainer(v, func(v value, container string) {
		e.spans(v, "count", func(v value, of span) {
			want := v.bound(numberBound)
			e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
				n := restartsIn(t, container, of)
				return strconv.Itoa(n), want.allows(time.Duration(n))
			})
		})
	})
}

// known returns whether every pod has the container. If one does not, it reports
// that as a problem.
func (e *expecting) known(v, entry value, name string) bool {
	for _, p := range e.pods {
		if e.pod != "" && !contains(replicaNames(p), e.pod) {
			continue
		}
		if containerNamed(p.Manifest, name) == nil {
			v.p.addf(entry.at(), "%s: pod %s has no container %q; %s", v.path, p.Manifest.Name, name,
				hint(name, containerNames(p.Manifest)))
			return false
		}
	}
	return true
}

// killed expects never, the probe that some kill is for, or a part of its reason. It
// concerns kills of the whole pod, or by container, in all or in a span.
func (e *expecting) killed(v value) {
	e.byContainer(v, func(v value, container string) {
		e.spans(v, "by", func(v value, of span) { e.killedFor(v, container, of) })
	})
}

func (e *expecting) killedFor(v value, container string, of span) {
	want := v.text()
	if !strings.Contains(want, " ") { // several words are a part of a reason
		want = v.oneOf("never", "liveness", "startup")
	}
	if want == "" {
		return
	}
	e.add(v, want, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		all := killsIn(t, container, of)
		got := "never"
		if len(all) > 0 {
			got = fmt.Sprintf("%s after %s (%d in all)", all[0].Why, all[0].At, len(all))
		}
		return got, want == "never" && len(all) == 0 || slices.ContainsFunc(all, because(want))
	})
}

// detection expects the time from the first trouble of a container to its kill.
func (e *expecting) detection(v value) {
	v.entries(func(name string, _ int, entry value) {
		if !e.known(v, entry, name) {
			return
		}
		want := entry.bound(parseDuration)
		e.add(entry, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
			all := containerOf(t, name).Detections()
			if len(all) == 0 || !all[0].Found {
				return "never", want.meets(0, false)
			}
			return all[0].After().String(), want.meets(all[0].After(), true)
		})
	})
}

func (e *expecting) phase(v value) {
	want := v.phase()
	e.add(v, want, func(p podclock.PodResult, _ timeline.Pod) (string, bool) {
		return string(p.Status.Phase), string(p.Status.Phase) == want
	})
}

// phase reads a phase. A STATUS is often mistaken for one, so the error says which
// key has it.
func (v value) phase() string {
	if text := v.text(); contains(statusWords, text) && !contains(phases, text) {
		v.wrong("%q is a STATUS, not a phase; write status: %s", text, text)
		return ""
	}
	return v.oneOf(phases...)
}

var phases = []string{string(corev1.PodPending), string(corev1.PodRunning), string(corev1.PodSucceeded),
	string(corev1.PodFailed), string(corev1.PodUnknown)}

func (e *expecting) status(v value) {
	want := e.statusWord(v)
	e.add(v, want, func(p podclock.PodResult, _ timeline.Pod) (string, bool) {
		return p.Columns.Status, p.Columns.Status == want
	})
}

// ready expects the condition Ready at the end, or the READY column as "1/2".
func (e *expecting) ready(v value) {
	if strings.Contains(v.node.Value, "/") {
		want := v.text()
		e.add(v, want, func(p podclock.PodResult, _ timeline.Pod) (string, bool) {
			return p.Columns.Ready, p.Columns.Ready == want
		})
		return
	}
	want := v.boolean()
	e.add(v, strconv.FormatBool(want), func(p podclock.PodResult, _ timeline.Pod) (string, bool) {
		got := isReady(&p.Status)
		return strconv.FormatBool(got), got == want
	})
}

func isReady(s *corev1.PodStatus) bool {
	for _, c := range s.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

func (e *expecting) finished(v value) {
	want := v.boolean()
	e.add(v, strconv.FormatBool(want), func(p podclock.PodResult, _ timeline.Pod) (string, bool) {
		return strconv.FormatBool(p.Finished), p.Finished == want
	})
}

func orNever(d time.Duration, ever bool) string {
	if !ever {
		return "never"
	}
	return d.String()
}
