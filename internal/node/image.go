package node

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// imageState is the state of one image on the node.
type imageState struct {
	image   Image
	present bool
	pulls   int
	spoilt  string // the error of every pull, which a fact has set
}

// Image is one image of the node's registry.
type Image struct {
	// Present says that the node has it.
	Present bool
	// Pulls are the attempts to pull it, in order. The last one repeats. If empty, a pull
	// succeeds at once.
	Pulls []Pull
	// Size is the image's size in bytes (I11).
	Size int64
}

// Pull is one attempt to pull an image. If Error is empty, it succeeds.
type Pull struct {
	Takes time.Duration
	Error string
}

// images are the images of the node and of its registry.
type images struct {
	states map[string]*imageState
	free   time.Duration // when the last queued pull is over: one at a time (I12)
}

func newImages(all map[string]Image) images {
	i := images{states: make(map[string]*imageState, len(all))}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		i.states[imageKey(name)] = &imageState{image: all[name], present: all[name].Present}
	}
	return i
}

// imageKey returns what an image is known by: without the tag that is filled in if there is
// none.
func imageKey(name string) string { return strings.TrimSuffix(name, ":latest") }

func (i *images) clone() images {
	c := images{maps.Clone(i.states), i.free}
	//podclock:unordered: each entry is copied for itself
	for name, st := range c.states {
		copied := *st
		c.states[name] = &copied
	}
	return c
}

// state returns the state of an image. An image that is not listed is present, and its
// state is nil.
func (i *images) state(name string) *imageState { return i.states[imageKey(name)] }

// spoil makes every pull of an image fail, and removes the image from the node. If err is
// empty, pulls succeed again, and an image that was removed is pulled again.
func (i *images) spoil(name, err string) {
	st := i.state(name)
	if st == nil {
		st = &imageState{present: true}
		i.states[imageKey(name)] = st
	}
	if st.spoilt = err; err != "" {
		st.present = false
	}
}

// pull queues a pull and returns the time from now until it is over. takes is the pull's
// own time: the node pulls one image at a time, in the order of the requests (I12).
func (i *images) pull(now, takes time.Duration) time.Duration {
	i.free = max(i.free, now) + takes
	return i.free - now
}

func (p *Pod) inspectImage(a *lifecycle.Action) {
	st := p.node.images.state(a.Image)
	p.after(0, task{kind: taskDeliver, event: lifecycle.Event{
		Type: lifecycle.ImageInspected, Op: a.Op, Container: a.Container, Present: st == nil || st.present,
	}})
}

func (p *Pod) pullImage(a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ImagePulled, Op: a.Op, Container: a.Container}
	if st := p.node.images.state(a.Image); st != nil {
		st.next(&ev)
	}
	wait := ev.Took
	if !p.node.options.ParallelPulls { // I12
		wait = p.node.images.pull(p.node.now, ev.Took)
	}
	ev.TookInLine = wait
	p.after(wait, task{kind: taskPulled, event: ev, note: Note{Text: a.Image}})
}

// next fills in the outcome of the next pull.
func (st *imageState) next(ev *lifecycle.Event) {
	if n := len(st.image.Pulls); n > 0 {
		pull := st.image.Pulls[min(st.pulls, n-1)]
		ev.Took, ev.Err = pull.Takes, pull.Error
	}
	st.pulls++
	if st.spoilt != "" {
		ev.Err = st.spoilt
	}
	ev.Size = st.image.Size
}

// imagePulled ends a pull.
func (p *Pod) imagePulled(t *task) {
	if st := p.node.images.state(t.note.Text); st != nil && t.event.Err == "" {
		st.present = true
	}
	p.step(&t.event)
}
