package podclock_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	diff "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/scenario"
	"github.com/podclock/podclock/timeline"
)

// stories returns the scenarios that both shells play, by file.
func stories(t *testing.T) map[string]*scenario.Scenario {
	t.Helper()
	all := map[string]*scenario.Scenario{}
	for _, pattern := range []string{"examples/*/scenario.yaml", "scenario/testdata/scenarios/*.yaml"} {
		files, _ := filepath.Glob(pattern) // the pattern is valid
		for _, file := range files {
			s, err := scenario.Read(file, "")
			if err != nil {
				t.Fatal(err)
			}
			all[file] = s
		}
	}
	files, _ := filepath.Glob("scenario/testdata/stories/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse("scenario.yaml", archive.Files[0].Data, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = s
	}
	return all
}

// forAgents returns a story without the facts for which an agent has no call:
// node controllers give up its node, a new kubelet replaces it, a pod that is not
// static waits for its name, the runtime has no status of a sandbox that it made.
func forAgents(o podclock.Options) podclock.Options {
	o.Pods = slices.Clone(o.Pods)
	waits := false
	for i := range o.Pods {
		p := &o.Pods[i]
		p.NameTaken = p.NameTaken && p.Manifest.Annotations["kubernetes.io/config.source"] == "file"
		waits = waits || p.NameTaken
		p.Sandbox.StatusError = ""
	}
	o.Facts = slices.DeleteFunc(slices.Clone(o.Facts), func(f podclock.TimedFact) bool {
		switch f.Fact.(type) {
		case podclock.LoseNode, podclock.ReturnNode, podclock.RestartKubelet:
			return true
		case podclock.FreeName:
			return !waits
		}
		return false
	})
	return o
}

// Every story must have the same timeline in both shells, on both clocks. Both shells play
// it without the facts that forAgents removes.
func TestTheShellsAgree(t *testing.T) {
	all := stories(t)
	if len(all) < 25 {
		t.Fatalf("%d stories; want at least 25", len(all))
	}
	for file, s := range all {
		t.Run(file, func(t *testing.T) {
			o := forAgents(s.Options)
			o.NoLeap = true
			if o.For == 0 {
				o.For = podclock.DefaultFor
			}
			if o.Start.IsZero() {
				o.Start = podclock.Epoch
			}
			result, err := podclock.Run(o)
			if err != nil {
				t.Fatal(err)
			}
			t.Run("real clock", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { agrees(t, result.Timeline, playLive(t, &o, nil)) })
			})
			t.Run("mock clock", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { agrees(t, result.Timeline, playLive(t, &o, clock.NewMock())) })
			})
		})
	}
}

func agrees(t *testing.T, simulation *timeline.Timeline, live *world) {
	t.Helper()
	want := lines(simulation, simulation.Start(), live)
	if len(want) < 3 {
		t.Errorf("%d records; a story has more", len(want))
	}
	if d := diff.Diff(want, lines(live.log, live.log.Start(), live)); d != "" {
		t.Errorf("timeline (-simulation +agent):\n%s", d)
	}
}

var address = regexp.MustCompile(`10\.244\.\d+\.\d+`)

// lines prints the records by time and then by text. A series is printed with its
// last instant and its count. Records that live.leftOut names are skipped.
func lines(log *timeline.Timeline, start time.Time, live *world) []string {
	type line struct {
		at   time.Time
		text string
	}
	var all []line
	for _, r := range log.Records() {
		if r.Kind == timeline.Fact && (r.Reason == timeline.Trouble || r.Reason == timeline.Recovery || r.Reason == "Change") {
			continue // only a simulation knows what its apps do
		}
		if live != nil && live.leftOut(&r) {
			continue
		}
		text := address.ReplaceAllString(r.Text(), "IP")
		if r.Kind == timeline.Status {
			text += " " + r.Message
		}
		if r.Count > 1 {
			text += fmt.Sprintf(" (x%d until %v)", r.Count, r.Last.Sub(start))
		}
		all = append(all, line{r.At, fmt.Sprintf("%v %s %s %v %s", r.At.Sub(start), r.Pod, r.Container, r.Kind, text)})
	}
	slices.SortFunc(all, func(a, b line) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.text, b.text)) })
	texts := make([]string, len(all))
	for i, l := range all {
		texts[i] = l.text
	}
	return texts
}

// playLive plays a story through an agent, in a bubble. If mock is nil, it uses
// the real clock.
func playLive(t *testing.T, o *podclock.Options, mock *clock.Mock) *world {
	t.Helper()
	below := clock.Clock(mock)
	if mock == nil {
		below = clock.New()
	}
	w := newWorld(o, below)
	timing := &lifecycle.IdealTiming
	if o.Timing != nil {
		timing = o.Timing(rand.New(rand.NewPCG(o.Seed, 2)))
	}
	dir := t.TempDir()
	recorder, err := flight.NewRecorder(flight.Options{Dir: dir, MaxBytes: 100_000, MaxTotal: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	a, err := agent.New(agent.Options{
		Runtime: w, Prober: w, Config: o.Config, ParallelPulls: o.ParallelPulls, Timing: timing, Slack: -1, Flight: recorder,
		Clock: &slow{Clock: below, start: w.clock.start, epoch: o.Start, phase: phaseDeadline, settle: true},
		Admit: w.admit,
		OnRecord: func(id lifecycle.Identity, r timeline.Record) {
			w.all.Track(w.nameOf(id)).Add(r)
			if !w.pods[id.UID].occupant {
				w.log.Track(r.Pod).Add(r)
			}
		},
		OnStatus: func(c agent.Change) {
			if name := c.Pod.Namespace + "/" + c.Pod.Name; c.Gone {
				w.left[name] = w.finished[name]
			} else if c.Finished {
				w.finished[name] = cmp.Or(w.finished[name], w.clock.now())
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.schedule(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	end := w.clock.until(w.o.Start.Add(o.For), slowness-1)
	if mock != nil {
		time.Sleep(time.Millisecond) // until the agent has begun
		mock.Add(end)
	} else {
		time.Sleep(end)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.log.Close(w.o.Start.Add(o.For))
	if err := errors.Join(recorder.Err(), recorder.Close()); err != nil {
		t.Error(err)
	}
	w.replays(t, dir)
	return w
}

// replays plays the flight recorder's files again and compares the timeline with
// the agent's.
func (w *world) replays(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.podclock.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	player := flight.Player{Filter: w.o.Filter}
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := player.Play(file); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		file.Close()
	}
	if d := diff.Diff(lines(w.all, w.o.Start, nil), lines(player.Timeline(), w.o.Start, nil)); d != "" {
		t.Errorf("timeline (-agent +recording):\n%s", d)
	}
}

// schedule plans the arrivals and facts of a story.
func (w *world) schedule(t *testing.T, a *agent.Agent) {
	plan := map[time.Duration][]func(){}
	at := func(when time.Duration, do func()) { plan[when] = append(plan[when], do) }
	total := 0
	for i := range w.o.Pods {
		p := &w.o.Pods[i]
		for n := range max(p.Replicas, 1) {
			total++
			manifest := podclock.Named(p.Manifest).DeepCopy()
			if p.Replicas > 1 {
				manifest.Name, manifest.UID = fmt.Sprintf("%s-%d", manifest.Name, n), ""
			}
			if manifest.UID == "" {
				manifest.UID = types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", total))
			}
			template, err := lifecycle.Compile(manifest, w.o.Config)
			if err != nil {
				t.Fatal(err)
			}
			apps, err := podclock.BindApps(p, template)
			if err != nil {
				t.Fatal(err)
			}
			l := &livePod{
				spec: p, identity: lifecycle.Identity{Namespace: manifest.Namespace, Name: manifest.Name, UID: manifest.UID},
				template: template, apps: map[string]podclock.App{}, created: map[string]int{},
			}
			for i := range template.Containers() {
				l.apps[template.Container(i).Name] = apps[i]
			}
			w.join(l)
			if p.NameTaken {
				before := manifest.DeepCopy()
				before.UID += "-before"
				w.join(&livePod{
					spec: p, identity: lifecycle.Identity{Namespace: before.Namespace, Name: before.Name, UID: before.UID},
					apps: l.apps, created: map[string]int{}, occupant: true,
				})
				at(p.At, func() { must(t, a.Add(before)) })
			}
			at(p.At, func() { must(t, a.Add(manifest)) })
		}
	}
	for _, f := range w.o.Facts {
		if r, ok := f.Fact.(podclock.Refuse); ok {
			w.refuse(r)
			continue
		}
		at(f.At, func() { w.inject(t, a, f.Fact) })
	}
	for when, does := range plan {
		all := func() {
			for _, do := range does {
				do()
			}
		}
		if when == 0 {
			all()
			continue
		}
		w.clock.Clock.AfterFunc(w.clock.until(w.o.Start.Add(when), phaseFact), all)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// inject makes a fact true.
func (w *world) inject(t *testing.T, a *agent.Agent, f podclock.Fact) {
	switch f := f.(type) {
	case podclock.SpoilImage:
		w.spoil(f)
		return
	case podclock.Outage:
		w.outage(f)
		return
	case podclock.Crash:
		for _, id := range w.chosen(f.Pod, f.Container) {
			w.End(id, exitOf(f))
		}
		return
	case podclock.LoseContainer:
		for _, id := range w.chosen(f.Pod, f.Container) {
			w.Lose(id)
		}
		return
	case podclock.HangApp:
		for _, id := range w.chosen(f.Pod, f.Container) {
			w.mu.Lock()
			w.runs[id].hung = true
			w.mu.Unlock()
		}
		return
	case podclock.RecoverApp:
		for _, id := range w.chosen(f.Pod, f.Container) {
			w.recover(id)
		}
		return
	case podclock.LoseNetwork:
		must(t, a.NetworkDown(f.Why()))
	case podclock.ReturnNetwork:
		must(t, a.NetworkUp())
	}
	pod, _ := podclock.FactTarget(f)
	_, frees := f.(podclock.FreeName)
	for _, p := range w.order {
		if !p.called(pod) || p.occupant != frees {
			continue
		}
		if _, ok := a.Status(p.identity.UID); ok {
			must(t, w.injectPod(a, p, f))
		} else if _, known := w.unreached[p.fullName()]; !known {
			w.unreached[p.fullName()] = w.clock.now()
		}
	}
}

// injectPod makes a fact true for one pod.
func (w *world) injectPod(a *agent.Agent, p *livePod, f podclock.Fact) error {
	switch f := f.(type) {
	case podclock.Delete:
		return a.Delete(p.identity.UID, f.Grace)
	case podclock.Remove, podclock.FreeName:
		return a.Remove(p.identity.UID)
	case podclock.Evict:
		return a.Evict(p.identity.UID, f.Eviction())
	case podclock.Shutdown:
		return a.Evict(p.identity.UID, f.Eviction(p.template.Pod()))
	case podclock.SetCondition:
		return a.SetCondition(p.identity.UID, f.Condition)
	case podclock.Update:
		pod, _ := a.Pod(p.identity.UID)
		f.Change(pod)
		pod.Generation++
		return a.Update(pod)
	case podclock.KillSandbox:
		w.KillSandbox(p.sandbox)
		return nil
	case podclock.LoseNetwork, podclock.ReturnNetwork:
		return nil // inject has called the agent
	}
	return fmt.Errorf("no way to make %T true: add its case to inject or injectPod, or remove it in forAgents", f)
}
