package podclock

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// Facts about what several pods need: a service, a registry's image.

// Outage lets probes fail for a while, in several apps at once: a database
// that all of them need.
type Outage struct {
	// Name tells what is out, for the timeline.
	Name string
	// Pod and Container are as in every fact; Containers is for several.
	Pod, Container string
	Containers     []string
	// Probes are the kinds that are concerned; empty: all.
	Probes []probe.Kind
	// Reply is how the apps answer meanwhile. Zero: Fail(Name + " is out").
	Reply Reply
	// For is how long it lasts; 0: for good.
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
func (f Outage) inject(s *Simulation, _ []int32) {
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
		s.queue.addOutside(s.now+f.For, task{kind: taskOutageEnd, n: o.id})
	}
	s.noteOutage(&o, timeline.Trouble, f.Name+" is out from here on")
}

func (s *Simulation) endOutage(id int) {
	i := slices.IndexFunc(s.outages, func(o outage) bool { return o.id == id })
	o := s.outages[i]
	s.outages = slices.Delete(s.outages, i, i+1)
	s.noteOutage(&o, timeline.Recovery, o.fact.Name+" is back")
}

// noteOutage tells every container concerned that has probes.
func (s *Simulation) noteOutage(o *outage, reason, text string) {
	for _, p := range s.pods {
		for i := range p.template.Containers() {
			spec := p.template.Container(i)
			if p.machine != nil && hasProbe(spec, o, p) {
				p.track.Add(timeline.Record{At: s.Now(), Kind: timeline.Fact, Container: spec.Name, Reason: reason, Message: text})
			}
		}
	}
}

func hasProbe(c *corev1.Container, o *outage, p *simPod) bool {
	for _, kind := range probe.Kinds {
		if probe.Of(c, kind) != nil && o.concerns(p, c.Name, kind) {
			return true
		}
	}
	return false
}

// outage is a trouble that several apps share for a while.
type outage struct {
	id    int
	fact  Outage
	reply Reply
}

// outageOf returns the first outage that concerns a probe, or nil.
func (s *Simulation) outageOf(p *simPod, c *instance, kind probe.Kind) *outage {
	for i := range s.outages {
		if o := &s.outages[i]; o.concerns(p, p.template.Container(c.container).Name, kind) {
			return o
		}
	}
	return nil
}

func (o *outage) concerns(p *simPod, container string, kind probe.Kind) bool {
	return p.called(o.fact.Pod) && o.fact.names(container) &&
		(len(o.fact.Probes) == 0 || slices.Contains(o.fact.Probes, kind))
}

// names reports whether the outage concerns a container of that name.
func (f *Outage) names(container string) bool {
	if f.Container == "" && len(f.Containers) == 0 {
		return true
	}
	return f.Container == container || slices.Contains(f.Containers, container)
}

// SpoilImage lets pulls of an image fail, and takes it off the node. An empty
// Error makes it good again.
type SpoilImage struct{ Image, Error string }

func (SpoilImage) target() (string, []string) { return "", nil }

func (f SpoilImage) check(*Simulation, time.Duration) error {
	if f.Image == "" {
		return fmt.Errorf("%T.Image: there is none; name it as the manifests do", f)
	}
	return nil
}

// inject makes every pull of an image fail, or the image good again.
func (f SpoilImage) inject(s *Simulation, _ []int32) {
	st := s.images[f.Image]
	if st == nil {
		st = &imageState{image: Image{Present: true}}
		s.images[f.Image] = st
	}
	st.spoilt = f.Error
	st.present = f.Error == "" && st.image.Present
}
