package node

import (
	"maps"
	"strings"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// imageState is what the node has of one image.
type imageState struct {
	image   Image
	present bool
	pulls   int
	spoilt  string // the error of every pull, by a fact
}

// Image is one image of the node's registry.
type Image struct {
	// Present says that the node has it.
	Present bool
	// Pulls are the attempts to pull it, in order; the last one repeats. Without
	// any, a pull succeeds at once.
	Pulls []Pull
	// Size is in bytes (I11).
	Size int64
}

// Pull is one attempt to pull an image. If Error is empty, it succeeds.
type Pull struct {
	Takes time.Duration
	Error string
}

// images is what the node has of its registry.
type images struct {
	states map[string]*imageState
	free   time.Duration // when the node's one pull at a time is over (I12)
}

func newImages(all map[string]Image) images {
	i := images{states: make(map[string]*imageState, len(all))}
	//podclock:unordered: one map becomes another
	for name, image := range all {
		i.states[name] = &imageState{image: image, present: image.Present}
	}
	return i
}

func (i *images) clone() images {
	c := images{maps.Clone(i.states), i.free}
	//podclock:unordered: each entry is copied for itself
	for name, st := range c.states {
		copied := *st
		c.states[name] = &copied
	}
	return c
}

// state returns the state of an image as the machine names it, with a tag. It is
// nil for one that is not listed, which is present.
func (i *images) state(name string) *imageState {
	if st, ok := i.states[name]; ok {
		return st
	}
	return i.states[strings.TrimSuffix(name, ":latest")]
}

// spoil makes every pull of an image fail, or the image good again.
func (i *images) spoil(name, err string) {
	st := i.states[name]
	if st == nil {
		st = &imageState{image: Image{Present: true}}
		i.states[name] = st
	}
	st.spoilt = err
	st.present = err == "" && st.image.Present
}

// pull returns how long a pull waits that takes so long itself: the node pulls
// one image at a time, in order of request (I12).
func (i *images) pull(now, takes time.Duration) time.Duration {
	i.free = max(i.free, now) + takes
	return i.free - now
}

func (n *Node) inspectImage(pod int32, a *lifecycle.Action) {
	st := n.images.state(a.Image)
	n.after(0, task{kind: taskDeliver, pod: pod, event: lifecycle.Event{
		Type: lifecycle.ImageInspected, Op: a.Op, Container: a.Container, Present: st == nil || st.present,
	}})
}

func (n *Node) pullImage(pod int32, a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ImagePulled, Op: a.Op, Container: a.Container}
	if st := n.images.state(a.Image); st != nil {
		st.next(&ev)
	}
	wait := ev.Took
	if !n.options.ParallelPulls { // I12
		wait = n.images.pull(n.now, ev.Took)
	}
	ev.TookInLine = wait
	n.after(wait, task{kind: taskPulled, pod: pod, event: ev, note: Note{Text: a.Image}})
}

// next fills in what the next pull comes to.
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
func (n *Node) imagePulled(t *task) {
	if st := n.images.state(t.note.Text); st != nil && t.event.Err == "" {
		st.present = true
	}
	n.step(t.pod, &t.event)
}
