package podclock

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/restart"
)

// The streams of the seed.
const (
	appStream = iota + 1
	timingStream
)

// New returns a simulation at its start, at which nothing has happened yet.
// The error joins all that is wrong with the options.
func New(o Options) (*Simulation, error) { return newStoppable(o, nil) }

// newStoppable is New for a simulation that asks stopped whether to go on. If stopped is
// nil, it always does.
func newStoppable(o Options, stopped func() bool) (*Simulation, error) {
	if o.Start.IsZero() {
		o.Start = Epoch
	}
	s := &Simulation{options: o, pcg: rand.NewPCG(o.Seed, appStream)}
	s.rand = rand.New(s.pcg)
	of := o.node()
	of.Stopped = stopped
	s.node = node.New(of, host{s})
	errs := []error{o.checkStart(), o.checkTimes(), o.checkImages()}
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

// node returns the options of the node.
func (o *Options) node() node.Options {
	n := node.Options{
		Start: o.Start, Latency: node.Latency(o.Latency), ParallelPulls: o.ParallelPulls, Filter: o.Filter, View: o.View,
		Explain: o.Explain,
		NoLeap:  o.NoLeap,
		Images:  make(map[string]node.Image, len(o.Images)),
	}
	if o.Timing != nil {
		n.Timing = o.Timing(rand.New(rand.NewPCG(o.Seed, timingStream)))
	}
	if o.Tap != nil {
		n.Tap = func(t node.Tap) { o.Tap(Tap(t)) }
	}
	for name, image := range o.Images {
		i := node.Image{Present: image.Present, Size: image.Size}
		for _, p := range image.Pulls {
			i.Pulls = append(i.Pulls, node.Pull(p))
		}
		n.Images[name] = i
	}
	return n
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
	s.node.Arrive()
	s.scheduleFacts(false)
	return errors.Join(errs...)
}

// scheduleFacts queues the refusals, or all other facts.
func (s *Simulation) scheduleFacts(refusals bool) {
	for _, f := range s.options.Facts {
		if _, ok := f.Fact.(Refuse); ok == refusals {
			s.node.Schedule(f.At, f.Fact)
		}
	}
}

// checkStart finds a start outside the years in which a simulation can be.
func (o *Options) checkStart() error {
	if year := o.Start.UTC().Year(); year < FirstYear || year > LastYear {
		return fmt.Errorf("podclock: Start: %s: outside the years %d to %d; give a time in them, or none for %s",
			o.Start.Format(time.RFC3339), FirstYear, LastYear, Epoch.Format(time.RFC3339))
	}
	return nil
}

// end returns when [Run] ends.
func (o *Options) end() time.Duration { return cmp.Or(o.For, DefaultFor) }

// checkEnd finds facts that would never happen in [Run].
func (o *Options) checkEnd() error {
	var errs []error
	for i, f := range o.Facts {
		if f.At > o.end() {
			errs = append(errs, fmt.Errorf("podclock: Facts[%d].At: %s: comes after the end, which is For: %s; make that longer",
				i, f.At, o.end()))
		}
	}
	return errors.Join(errs...)
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
		id.UID = types.UID(fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.node.Pods())+1))
	}
	full := id.Namespace + "/" + id.Name
	added := s.node.Add(node.Pod{
		Name: full, Identity: id, Template: t, Sandbox: node.Sandbox(p.Sandbox), Arrival: p.At, NameTaken: p.NameTaken,
	})
	if !added {
		return fmt.Errorf("podclock: %s: there are two pods %q; give each its own name", place, full)
	}
	s.apps = append(s.apps, apps)
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
