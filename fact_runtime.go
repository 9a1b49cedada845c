package podclock

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// Facts about what the runtime has of a pod: its sandbox and its containers.

// KillSandbox ends a pod's sandbox with all its containers.
type KillSandbox struct{ Pod string }

func (f KillSandbox) target() (string, []string) { return f.Pod, nil }

func (KillSandbox) inject(s *Simulation, pods node.Group) {
	pods.KillSandbox()
}

// Crash ends a container now. The zero value of the rest is an exit with 0.
type Crash struct {
	Pod, Container string
	Code           int32
	Reason         string
	Message        string
}

func (f Crash) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f Crash) inject(s *Simulation, pods node.Group) {
	pods.Exit(f.Container, node.Exit{Code: f.Code, Reason: f.Reason, Message: f.Message})
}

// LoseContainer lets the runtime lose track of a container whose process is gone.
// Its state is unknown until it is stopped or its sandbox is gone. Since nothing
// knows how it ended, it is then listed with exit code 255 (C8, C22).
type LoseContainer struct{ Pod, Container string }

func (f LoseContainer) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f LoseContainer) inject(s *Simulation, pods node.Group) { pods.Lose(f.Container) }

// HangApp lets an app answer nothing any more and ignore its stop signal,
// until the container's end, or until [RecoverApp].
type HangApp struct{ Pod, Container string }

func (f HangApp) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f HangApp) inject(s *Simulation, pods node.Group) { pods.Hang(f.Container) }

// RecoverApp ends the hang of an app: it answers again, and a stop signal that it has had
// meanwhile takes effect. An app that does not hang goes on as it is.
type RecoverApp struct{ Pod, Container string }

func (f RecoverApp) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f RecoverApp) inject(s *Simulation, pods node.Group) { pods.Recover(f.Container) }

// Facts about what several pods need: a service, a registry's image.

// Outage lets probes fail for a while, in several apps at once: a database
// that all of them need.
type Outage struct {
	// Name says what is out, for the timeline.
	Name string
	// Pod and Container are as in every fact; Containers is for several.
	Pod, Container string
	Containers     []string
	// Probes are the kinds that fail. If empty, all do.
	Probes []probe.Kind
	// Reply is how the apps answer meanwhile. If zero, it is Fail(Name + " is out").
	Reply Reply
	// For is how long it lasts. If 0, it lasts for good.
	For time.Duration
}

func (f Outage) target() (string, []string) {
	return f.Pod, append([]string{f.Container}, f.Containers...)
}

func (f Outage) check(*Simulation, time.Duration) error {
	if f.For < 0 || f.Reply.latency < 0 {
		return fmt.Errorf("%T: times are not negative", f)
	}
	return nil
}

// inject begins the outage.
func (f Outage) inject(s *Simulation, _ node.Group) {
	f.Containers, f.Probes = slices.Clone(f.Containers), slices.Clone(f.Probes)
	if f.Name == "" {
		f.Name = "something"
	}
	o := outage{id: s.nextOutage, fact: f, reply: f.Reply}
	s.nextOutage++
	if o.reply.kind == 0 {
		o.reply = Fail(f.Name + " is out")
	}
	s.outages = append(s.outages, o)
	if f.For > 0 {
		s.node.Schedule(s.Elapsed()+f.For, outageEnd(o.id))
	}
	s.noteOutage(&o, timeline.Trouble, fmt.Sprintf("the outage %q begins", f.Name))
}

func (s *Simulation) endOutage(id int) {
	i := slices.IndexFunc(s.outages, func(o outage) bool { return o.id == id })
	o := s.outages[i]
	s.outages = slices.Delete(s.outages, i, i+1)
	s.noteOutage(&o, timeline.Recovery, fmt.Sprintf("the outage %q ends", o.fact.Name))
}

// noteOutage tells every container concerned that has probes.
func (s *Simulation) noteOutage(o *outage, reason, text string) {
	for _, p := range s.node.Pods() {
		for i := range p.Template.Containers() {
			if spec := p.Template.Container(i); hasProbe(spec, o, p) {
				p.Note(spec.Name, reason, text)
			}
		}
	}
}

func hasProbe(c *corev1.Container, o *outage, p *node.Pod) bool {
	for _, kind := range probe.Kinds {
		if probe.Of(c, kind) != nil && o.concerns(p, c.Name, kind) {
			return true
		}
	}
	return false
}

// outageEnd is the end of the outage of that number.
type outageEnd int

// outage is a trouble that several apps share for a while.
type outage struct {
	id    int
	fact  Outage
	reply Reply
}

// outageOf returns the first outage that concerns a probe, or nil.
func (s *Simulation) outageOf(r *node.Run, kind probe.Kind) *outage {
	p := r.Pod
	for i := range s.outages {
		if o := &s.outages[i]; o.concerns(p, p.Template.Container(r.Container).Name, kind) {
			return o
		}
	}
	return nil
}

func (o *outage) concerns(p *node.Pod, container string, kind probe.Kind) bool {
	return called(p, o.fact.Pod) && o.fact.names(container) &&
		(len(o.fact.Probes) == 0 || slices.Contains(o.fact.Probes, kind))
}

// names reports whether the outage concerns a container of that name.
func (f *Outage) names(container string) bool {
	if f.Container == "" && len(f.Containers) == 0 {
		return true
	}
	return f.Container == container || slices.Contains(f.Containers, container)
}

// SpoilImage lets pulls of an image fail, and takes it off the node. With an empty Error
// pulls succeed again.
type SpoilImage struct{ Image, Error string }

func (SpoilImage) target() (string, []string) { return "", nil }

func (f SpoilImage) check(*Simulation, time.Duration) error {
	if f.Image == "" {
		return fmt.Errorf("%T.Image: there is none; name it as the manifests do", f)
	}
	return nil
}

// inject makes every pull of an image fail, or the image good again.
func (f SpoilImage) inject(s *Simulation, _ node.Group) {
	s.node.Spoil(f.Image, f.Error)
}
