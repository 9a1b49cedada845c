package execute

import (
	"slices"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/restart"
)

// Starts is what the kubelet remembers of the starts of a pod's containers, from one sync to
// the next. Only its methods change it. Its fields are exported so that it can be saved.
type Starts struct {
	Containers []Container      // by container
	Waiting    []status.Waiting // by container: why its last start failed (R30)
	Images     []Image          // by image string
	// Stopped says that the last sync has killed the whole pod and that the reason is
	// recorded.
	Stopped bool
}

// Container is what the kubelet remembers of one container.
type Container struct {
	// RestartPending says that it was killed in order to be started again, and was not started
	// yet (see plan.Input.RestartPending).
	RestartPending bool
	Backoff        restart.Backoff // of its restarts
	LastAttempt    int32           // the highest restart count in the log files (R12), or -1 if there are none
}

// Image is what the kubelet remembers of the pulls of one image string.
type Image struct {
	Backoff restart.Backoff
	Failure string // "REASON: MESSAGE" of the last failed pull (I4); empty if the last pull succeeded
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

// ReadStopped restores the saved value of Stopped.
func (s *Starts) ReadStopped(stopped bool) { s.Stopped = stopped }

// Read restores what was saved of a container.
func (s *Starts) Read(i int, c Container, w status.Waiting) { s.Containers[i], s.Waiting[i] = c, w }

// ReadImage restores what was saved of an image string.
func (s *Starts) ReadImage(key int, i Image) { s.Images[key] = i }

// Pending returns, by container, whether its restart is pending. If none is, it returns nil.
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

// AnyPending reports whether a restart is pending.
func (s *Starts) AnyPending() bool {
	return slices.ContainsFunc(s.Containers, func(c Container) bool { return c.RestartPending })
}

// Restarted forgets what ends with the kubelet's process: pending restarts, and why the pod
// was stopped. Unless keep is true, it also forgets all back-off entries (R19) and why the
// last starts and pulls failed.
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

// Change adapts the Starts to a changed pod. A container with a changed image gets a new
// back-off (R13). The back-off of pulls belongs to the image string (I6).
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

// owe records that a killed container must be started again.
func (s *Starts) owe(container int) { s.Containers[container].RestartPending = true }

// keepAttempt records the restart count of an instance that is removed. Its log file keeps
// the count (R12).
func (s *Starts) keepAttempt(container int, attempt int32) {
	c := &s.Containers[container]
	c.LastAttempt = max(c.LastAttempt, attempt)
}
