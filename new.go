package podclock

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// The streams of the seed.
const (
	appStream = iota + 1
	timingStream
)

// New returns a simulation at its start, at which nothing has happened yet.
// The error joins all that is wrong with the options.
func New(o Options) (*Simulation, error) {
	if o.Start.IsZero() {
		o.Start = Epoch
	}
	s := &Simulation{
		options: o, start: o.Start, instant: o.Start,
		images: make(map[string]*imageState, len(o.Images)),
		byName: make(map[string]int32),
		log:    timeline.NewFiltered(o.Start, o.Filter),
		pcg:    rand.NewPCG(o.Seed, appStream),
	}
	s.rand = rand.New(s.pcg)
	if o.Timing != nil {
		s.timing = o.Timing(rand.New(rand.NewPCG(o.Seed, timingStream)))
	}
	errs := []error{o.checkTimes(), o.checkImages()}
	for name, image := range o.Images {
		s.images[name] = &imageState{image: image, present: image.Present}
	}
	for i := range o.Pods {
		errs = append(errs, s.addPods(fmt.Sprintf("Pods[%d]", i), &o.Pods[i]))
	}
	if len(o.Pods) == 0 {
		errs = append(errs, errors.New("podclock: Pods: there is none; give at least one"))
	}
	errs = append(errs, s.schedule())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// schedule queues what is known beforehand: refusals, then the pods' arrivals,
// at which they are asked for, then the other facts.
func (s *Simulation) schedule() error {
	var errs []error
	for i, f := range s.options.Facts {
		if err := s.checkFact(f.Fact, f.At); err != nil {
			errs = append(errs, fmt.Errorf("podclock: Facts[%d]: %w", i, err))
		} else if f.At < 0 {
			errs = append(errs, fmt.Errorf("podclock: Facts[%d].At: %s: times are not negative", i, f.At))
		}
	}
	s.scheduleFacts(true)
	for i, p := range s.pods {
		s.queue.addOutside(p.arrival, task{kind: taskArrive, pod: int32(i)})
	}
	s.scheduleFacts(false)
	return errors.Join(errs...)
}

// scheduleFacts queues the refusals, or all other facts.
func (s *Simulation) scheduleFacts(refusals bool) {
	for _, f := range s.options.Facts {
		if _, ok := f.Fact.(Refuse); ok == refusals {
			s.queue.addOutside(f.At, task{kind: taskFact, fact: f.Fact})
		}
	}
}

// checkTimes finds negative times.
func (o *Options) checkTimes() error {
	var errs []error
	check := func(place string, d time.Duration) {
		if d < 0 {
			errs = append(errs, fmt.Errorf("podclock: %s: %s: times are not negative", place, d))
		}
	}
	check("For", o.For)
	check("Latency.RunSandbox", o.Latency.RunSandbox)
	check("Latency.StopSandbox", o.Latency.StopSandbox)
	check("Latency.CreateContainer", o.Latency.CreateContainer)
	check("Latency.StartContainer", o.Latency.StartContainer)
	check("Latency.RemoveContainer", o.Latency.RemoveContainer)
	check("Latency.Exec", o.Latency.Exec)
	for i := range o.Pods {
		p, place := &o.Pods[i], fmt.Sprintf("Pods[%d]", i)
		check(place+".At", p.At)
		check(place+".Sandbox.Takes", p.Sandbox.Takes)
		check(place+".Sandbox.StopTakes", p.Sandbox.StopTakes)
		check(place+".Sandbox.DiesAfter", p.Sandbox.DiesAfter)
		check(place+".Replicas", time.Duration(p.Replicas))
	}
	return errors.Join(errs...)
}

func (o *Options) checkImages() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(o.Images)) {
		for i, p := range o.Images[name].Pulls {
			if p.Takes < 0 {
				errs = append(errs, fmt.Errorf("podclock: Images[%q].Pulls[%d].Takes: %s: times are not negative", name, i,
					p.Takes))
			}
		}
	}
	return errors.Join(errs...)
}

// addPods compiles one manifest and makes its pods.
func (s *Simulation) addPods(place string, p *Pod) error {
	if p.Manifest == nil {
		return fmt.Errorf("podclock: %s.Manifest: there is none; give the pod", place)
	}
	manifest := named(p.Manifest)
	t, err := lifecycle.Compile(manifest, s.options.Config)
	if err != nil {
		return fmt.Errorf("podclock: %s.Manifest: %w", place, err)
	}
	apps, err := bindApps(place, p, t)
	if err != nil {
		return err
	}
	for n := range max(p.Replicas, 1) {
		name := manifest.Name
		if p.Replicas > 1 {
			name = fmt.Sprintf("%s-%d", name, n)
		}
		if err := s.addPod(place, p, t, name, cloneApps(apps)); err != nil {
			return err
		}
	}
	return nil
}

// named is the manifest, or a copy that has a name and a namespace.
func named(m *corev1.Pod) *corev1.Pod {
	if m.Name != "" && m.Namespace != "" {
		return m
	}
	m = m.DeepCopy()
	if m.Name == "" {
		m.Name = strings.TrimSuffix(m.GenerateName, "-")
	}
	if m.Name == "" {
		m.Name = "pod"
	}
	if m.Namespace == "" {
		m.Namespace = "default"
	}
	return m
}

func (s *Simulation) addPod(place string, p *Pod, t *lifecycle.Template, name string, apps []App) error {
	id := lifecycle.Identity{Namespace: t.Pod().Namespace, Name: name, UID: t.Pod().UID}
	if id.UID == "" || p.Replicas > 1 {
		id.UID = types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.pods)+1))
	}
	full := id.Namespace + "/" + id.Name
	if _, ok := s.byName[full]; ok {
		return fmt.Errorf("podclock: %s: there are two pods %q; give each its own name", place, full)
	}
	s.byName[full] = int32(len(s.pods))
	s.pods = append(s.pods, &simPod{
		name: full, identity: id, template: t, apps: apps, sandbox: p.Sandbox, arrival: p.At, nameTaken: p.NameTaken,
		track: s.log.Track(full), runs: make([]int, t.Containers()),
	})
	return nil
}

// bindApps gives every container its app.
func bindApps(place string, p *Pod, t *lifecycle.Template) ([]App, error) {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(p.Apps)) {
		if _, ok := t.Index(name); !ok {
			errs = append(errs, fmt.Errorf("podclock: %s.Apps[%q]: the pod %q has no such container; it has %s",
				place, name, t.Pod().Name, strings.Join(containerNames(t), ", ")))
		}
	}
	apps := make([]App, t.Containers())
	for i := range apps {
		spec := t.Container(i)
		apps[i] = p.Apps[spec.Name]
		if apps[i] == nil && t.Role(i) == restart.Init {
			apps[i] = done{}
		} else if apps[i] == nil {
			apps[i] = Healthy{}
		}
		if b, ok := apps[i].(Binder); ok {
			bound, err := b.Bind(t.Pod(), spec)
			if err != nil {
				errs = append(errs, fmt.Errorf("podclock: %s.Apps[%q]: %w", place, spec.Name, err))
			}
			apps[i] = bound
		}
	}
	return apps, errors.Join(errs...)
}

func containerNames(t *lifecycle.Template) []string {
	names := make([]string, t.Containers())
	for i := range names {
		names[i] = t.Container(i).Name
	}
	return names
}

// cloneApps copies the apps that remember something; if none does, all pods
// share one list.
func cloneApps(apps []App) []App {
	if !slices.ContainsFunc(apps, func(a App) bool { _, ok := a.(Cloner); return ok }) {
		return apps
	}
	apps = slices.Clone(apps)
	for i, a := range apps {
		if c, ok := a.(Cloner); ok {
			apps[i] = c.CloneApp()
		}
	}
	return apps
}

// podTiming is the kubelet's timing for one pod.
func (s *Simulation) podTiming(n int) *lifecycle.Timing {
	if s.timing == nil {
		return nil
	}
	w, ok := s.timing.Chance.(interface{ ForPod(n int) lifecycle.Chance })
	if !ok {
		return s.timing
	}
	t := *s.timing
	t.Chance = w.ForPod(n)
	return &t
}

// fail ends the simulation for something that an app does wrong.
func (s *Simulation) fail(p *simPod, c *instance, method, format string, args ...any) {
	if s.failed == nil {
		s.failed = fmt.Errorf("podclock: at %s, pod %s, container %q, run %d, %s: %w", s.offset(s.now), p.name,
			p.template.Container(c.container).Name, c.run, method, fmt.Errorf(format, args...))
	}
}

// checkPlan refuses a plan with negative times.
func (s *Simulation) checkPlan(p *simPod, c *instance) bool {
	times := []time.Duration{c.plan.CreateDelay, c.plan.StartDelay}
	if c.plan.Exit != nil {
		times = append(times, c.plan.Exit.After)
	}
	for _, n := range c.plan.Notes {
		times = append(times, n.After)
	}
	if d := slices.Min(times); d < 0 {
		s.fail(p, c, "Create", "a plan with the time %s: times are not negative", d)
		return false
	}
	return true
}
