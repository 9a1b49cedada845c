package execute

import (
	"slices"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/restart"
)

// Starts is what the kubelet remembers of the starts of a pod's containers, from
// one sync to the next. Only its methods change it; the fields are exported for
// its written form.
type Starts struct {
	Containers []Container      // by container
	Waiting    []status.Waiting // by container: why its last start failed (R30)
	Images     []Image          // by image string
	// Stopped says that the last sync has killed the whole pod, and that it is known
	// why.
	Stopped bool
}

// Container is what is remembered of one container.
type Container struct {
	// RestartPending: it was killed to be started again, and was not started yet
	// (see plan.Input.RestartPending).
	RestartPending bool
	Backoff        restart.Backoff // of its restarts
	LastAttempt    int32           // the highest restart count in the logs (R12); -1: none
}

// Image is what is remembered of the pulls of one image string.
type Image struct {
	Backoff restart.Backoff
	Failure string // "REASON: MESSAGE" of the last failed pull (I4); empty: it did not fail
}

// NewStarts returns the Starts of a new pod.
func NewStarts(p *spec.Pod) Starts {
	n := len(p.Containers)
	s := Starts{Containers: make([]Container, n), Waiting: make([]status.Waiting, n), Images: make([]Image, p.Images)}
	for i := range s.Containers {
		s.Containers[i].LastAttempt = -1
	}
	return s
}

// Clone returns an independent copy.
func (s *Starts) Clone() Starts {
	return Starts{slices.Clone(s.Containers), slices.Clone(s.Waiting), slices.Clone(s.Images), s.Stopped}
}

// ReadStopped takes over what was written of Stopped.
func (s *Starts) ReadStopped(stopped bool) { s.Stopped = stopped }

// Read takes over what was written of a container.
func (s *Starts) Read(i int, c Container, w status.Waiting) { s.Containers[i], s.Waiting[i] = c, w }

// ReadImage takes over what was written of an image string.
func (s *Starts) ReadImage(key int, i Image) { s.Images[key] = i }

// Pending reports by container whether its restart is pending. It is nil if none
// is.
func (s *Starts) Pending() []bool {
	if !s.AnyPending() {
		return nil
	}
	all := make([]bool, len(s.Containers))
	for i := range all {
		all[i] = s.Containers[i].RestartPending
	}
	return all
}

// AnyPending reports whether some restart is pending.
func (s *Starts) AnyPending() bool {
	return slices.ContainsFunc(s.Containers, func(c Container) bool { return c.RestartPending })
}

// Restarted forgets what ends with the kubelet process: restarts that are
// pending, why the pod was stopped and, unless keep, every back-off entry (R19), and why the last starts
// and pulls failed.
func (s *Starts) Restarted(keep bool) {
	s.Stopped = false
	for i := range s.Containers {
		c := &s.Containers[i]
		c.RestartPending = false
		if !keep {
			c.Backoff = restart.Backoff{}
		}
	}
	if !keep {
		clear(s.Waiting)
		clear(s.Images)
	}
}

// Change takes over a changed pod. A changed image starts a new back-off (R13);
// pull back-offs go with their image (I6).
func (s *Starts) Change(from, to *spec.Pod) {
	images := make([]Image, to.Images)
	for i := range to.Containers {
		c := &to.Containers[i]
		if c.Spec.Image != from.Containers[i].Spec.Image {
			s.Containers[i].Backoff = restart.Backoff{}
		}
		for _, o := range from.Containers {
			if o.Spec.Image == c.Spec.Image {
				images[c.ImageKey] = s.Images[o.ImageKey]
			}
		}
	}
	s.Images = images
}

// owe notes that a killed container is to be started again.
func (s *Starts) owe(container int) { s.Containers[container].RestartPending = true }

// keepAttempt notes the restart count of an instance that is removed, which its
// log file keeps (R12).
func (s *Starts) keepAttempt(container int, attempt int32) {
	c := &s.Containers[container]
	c.LastAttempt = max(c.LastAttempt, attempt)
}
