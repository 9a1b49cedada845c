package podclock

import (
	"strings"

	"github.com/podclock/podclock/lifecycle"
)

// imageState is what the node has of one image.
type imageState struct {
	image   Image
	present bool
	pulls   int
	spoilt  string // the error of every pull, by a fact
}

// stateOf returns the state of an image as the machine names it, with a tag;
// nil: it is not listed, so it is present.
func (s *Simulation) stateOf(name string) *imageState {
	if st, ok := s.images[name]; ok {
		return st
	}
	return s.images[strings.TrimSuffix(name, ":latest")]
}

func (s *Simulation) inspectImage(pod int32, a *lifecycle.Action) {
	st := s.stateOf(a.Image)
	s.after(0, task{kind: taskDeliver, pod: pod, event: lifecycle.Event{
		Type: lifecycle.ImageInspected, Op: a.Op, Container: a.Container, Present: st == nil || st.present,
	}})
}

func (s *Simulation) pullImage(pod int32, a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.ImagePulled, Op: a.Op, Container: a.Container}
	if st := s.stateOf(a.Image); st != nil {
		st.next(&ev)
	}
	wait := ev.Took
	if !s.options.ParallelPulls { // I12
		s.pullsFree = max(s.pullsFree, s.now) + ev.Took
		wait = s.pullsFree - s.now
	}
	ev.TookInLine = wait
	s.after(wait, task{kind: taskPulled, pod: pod, event: ev, note: Note{Text: a.Image}})
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
func (s *Simulation) imagePulled(t *task) {
	if st := s.stateOf(t.note.Text); st != nil && t.event.Err == "" {
		st.present = true
	}
	s.step(t.pod, &t.event)
}
