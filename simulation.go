package podclock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/timeline"
)

// Simulation is a node with pods in virtual time. Make one with [New]. It
// moves only when told to; to pause it is not to call it. It is not safe for
// concurrent use.
type Simulation struct {
	options Options
	node    *node.Node
	apps    [][]App // by pod and container

	outages    []outage
	nextOutage int

	pcg     *rand.PCG
	rand    *rand.Rand
	calling Call // used again for each question to an app
}

// Step plays the next thing that is due, and moves to its time. It is false if
// nothing will ever happen by itself.
func (s *Simulation) Step() (bool, error) {
	ok, err := s.node.Step()
	return ok, failure(err)
}

// Next returns when the next thing is due by itself, and whether there is any.
func (s *Simulation) Next() (time.Time, bool) {
	at, ok := s.node.Next()
	return s.options.Start.Add(at), ok
}

// RunFor plays the next d of virtual time.
func (s *Simulation) RunFor(d time.Duration) error { return s.runUntil(s.node.Elapsed() + d) }

// RunUntil plays all that is due up to and at t, and moves to t.
func (s *Simulation) RunUntil(t time.Time) error { return s.runUntil(t.Sub(s.options.Start)) }

func (s *Simulation) runUntil(end time.Duration) error {
	if now := s.node.Elapsed(); end < now {
		return fmt.Errorf("podclock: RunUntil: %s is past; the simulation is at %s; make a Clone to go back to",
			timeline.FormatOffset(end), timeline.FormatOffset(now))
	}
	return failure(s.node.RunUntil(end))
}

// failure is what has ended the node, as an error of this package.
func failure(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("podclock: %w", err)
}

// Now returns the virtual time.
func (s *Simulation) Now() time.Time { return s.node.Now() }

// Elapsed returns the time since the start.
func (s *Simulation) Elapsed() time.Duration { return s.node.Elapsed() }

// Pods returns the pods' names, "namespace/name", in their order.
func (s *Simulation) Pods() []string {
	names := make([]string, len(s.node.Pods()))
	for i, p := range s.node.Pods() {
		names[i] = p.Name
	}
	return names
}

// Status returns a pod's status in the API, which is what kubectl shows. It is the
// zero status until the kubelet learns of the pod. It is an error if no pod has the
// name.
func (s *Simulation) Status(pod string) (corev1.PodStatus, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.Machine() == nil {
		return corev1.PodStatus{}, err
	}
	return p.Machine().Reported(), nil
}

// KubeletStatus is [Simulation.Status] in the kubelet's own cache, which can be
// ahead of the API's (see [lifecycle.KubeletView]).
func (s *Simulation) KubeletStatus(pod string) (corev1.PodStatus, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.Machine() == nil {
		return corev1.PodStatus{}, err
	}
	return p.Machine().Status(), nil
}

// Columns returns what kubectl prints of a pod.
func (s *Simulation) Columns(pod string) (podphase.Row, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.Machine() == nil {
		return podphase.Row{}, err
	}
	return p.Machine().Columns(s.Now(), lifecycle.APIView), nil
}

// Waits returns what a pod and its containers wait for now: since when, and until when at
// most. It is empty if the pod waits for nothing: it is Ready, or has ended. Before the
// kubelet learns of the pod it is empty too.
func (s *Simulation) Waits(pod string) ([]lifecycle.Wait, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.Machine() == nil {
		return nil, err
	}
	return p.Machine().Waits(s.Now()), nil
}

// Timeline returns what happened so far. It grows as the simulation goes on.
func (s *Simulation) Timeline() *timeline.Timeline { return s.node.Timeline() }

// Clone returns a copy that goes its own way from here: keep one to rewind to.
// Apps that remember something must be [Cloner]s, and a [FixedTiming] with a
// Chance that does is shared.
func (s *Simulation) Clone() *Simulation {
	c := *s
	pcg := *s.pcg
	c.pcg = &pcg
	c.rand = rand.New(c.pcg)
	c.outages = slices.Clone(s.outages)
	c.apps = make([][]App, len(s.apps))
	for i, apps := range s.apps {
		c.apps[i] = cloneApps(apps)
	}
	c.node = s.node.Clone(host{&c})
	return &c
}

// Result returns what the simulation has come to so far.
func (s *Simulation) Result() *Result {
	r := &Result{Seed: s.options.Seed, Start: s.options.Start, End: s.Now(), Timeline: s.Timeline()}
	for _, p := range s.node.Pods() {
		pr := PodResult{Name: p.Name}
		if m := p.Machine(); m != nil {
			pr.Status, pr.Columns, pr.Finished = m.Reported(), m.Columns(s.Now(), s.options.View), m.Finished()
			pr.Waits = m.Waits(s.Now())
			if s.options.View == lifecycle.KubeletView {
				pr.Status = m.Status()
			}
		}
		r.Pods = append(r.Pods, pr)
	}
	return r
}

// Result is what a simulation has come to.
type Result struct {
	// Seed is the one of the Options: with it the same story can be played again.
	Seed       uint64
	Start, End time.Time
	Timeline   *timeline.Timeline
	Pods       []PodResult
}

// PodResult is one pod at the end.
type PodResult struct {
	Name string // "namespace/name"
	// Status and Columns are those of Options.View.
	Status  corev1.PodStatus
	Columns podphase.Row
	// Finished says that the kubelet has nothing left to do for the pod.
	Finished bool
	// Waits is what the pod and its containers wait for; see [Simulation.Waits].
	Waits []lifecycle.Wait
}

// Run plays the story of the options to its end. It is an error if a fact comes after that.
func Run(o Options) (*Result, error) { return RunContext(context.Background(), o) }

// RunContext is [Run] until ctx is done. It then returns what the story has come to, and
// the cause.
func RunContext(ctx context.Context, o Options) (*Result, error) {
	var stopped func() bool
	if ctx.Done() != nil {
		stopped = func() bool { return ctx.Err() != nil }
	}
	s, err := newStoppable(o, stopped)
	if err := errors.Join(err, o.checkEnd()); err != nil {
		return nil, err
	}
	if err := s.RunFor(o.end()); err != nil {
		return nil, err
	}
	return s.Result(), context.Cause(ctx)
}
