package podclock

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Clone returns a copy that goes its own way from here: keep one to rewind to.
// Apps that remember something must be [Cloner]s, and a [FixedTiming] with a
// Chance that does is shared.
func (s *Simulation) Clone() *Simulation {
	c := *s
	pcg := *s.pcg
	c.pcg = &pcg
	c.rand = rand.New(c.pcg)
	c.queue = s.queue.clone()
	c.deadlines = s.deadlines.Clone()
	c.outages = slices.Clone(s.outages)
	c.log = s.log.Clone()
	c.images = maps.Clone(s.images)
	for name, st := range c.images {
		copied := *st
		c.images[name] = &copied
	}
	c.pods = make([]*simPod, len(s.pods))
	for i, p := range s.pods {
		c.pods[i] = p.clone()
		c.pods[i].track = c.log.Track(p.name)
	}
	return &c
}

func (p *simPod) clone() *simPod {
	c := *p
	if p.machine != nil {
		c.machine = p.machine.Clone()
	}
	c.apps = cloneApps(p.apps)
	c.runs = slices.Clone(p.runs)
	c.instances = slices.Clone(p.instances)
	for i := range c.instances {
		c.instances[i].stops = slices.Clone(c.instances[i].stops)
		c.instances[i].inflight = slices.Clone(c.instances[i].inflight)
	}
	return &c
}

func (q *queue) clone() queue {
	c := *q
	c.heap, c.ready = q.heap.Clone(), slices.Clone(q.ready)
	c.tasks, c.free = slices.Clone(q.tasks), slices.Clone(q.free)
	c.outside = slices.Clone(q.outside)
	return c
}
