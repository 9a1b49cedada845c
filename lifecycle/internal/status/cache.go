package status

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
)

// Cache is the status cache of a pod. Probe workers read it, and the API server receives
// statuses from it (P45, S60 to S67). Only its methods change it. Its fields are exported so
// that it can be saved.
//
// A status in it is never changed, only replaced. It can therefore be given to others.
type Cache struct {
	Stored   bool              `json:"stored,omitempty"`   // Status was stored, not only taken from the API
	Status   *corev1.PodStatus `json:"cached"`             // the kubelet's own status
	Reported *corev1.PodStatus `json:"reported"`           // the status that the API server has received
	Recalled *corev1.PodStatus `json:"recalled,omitempty"` // what the previous process reported, if its memory is kept
	Created  metav1.Time       `json:"podCreated,omitzero"`

	views []probe.View // by container: what a probe pass reads of Status
}

// NewCache returns the cache of a new pod. It has the status of the pod object, but no
// stored one.
func NewCache(p *spec.Pod) Cache {
	given := &p.Manifest.Status
	return Cache{Status: given, Reported: given, Created: p.Manifest.CreationTimestamp,
		views: make([]probe.View, len(p.Containers))}
}

// Clone returns an independent copy. It shares the statuses, which are never changed.
func (c *Cache) Clone() Cache {
	d := *c
	d.views = slices.Clone(c.views)
	return d
}

// Written returns a copy to be saved, which shares nothing and has no views.
func (c *Cache) Written() Cache {
	return Cache{Stored: c.Stored, Status: c.Status.DeepCopy(), Reported: c.Reported.DeepCopy(),
		Recalled: c.Recalled.DeepCopy(), Created: c.Created}
}

// Read restores a saved cache, and the views, which are saved elsewhere.
func (c *Cache) Read(written Cache, views []probe.View) {
	*c = written
	c.views = views
}

// Views returns, by container, what probe passes read. They must not be modified.
func (c *Cache) Views() []probe.View { return c.views }

// API returns the status of the pod object that the kubelet works with. With an API server
// it is what the kubelet has reported. Without one it is the status that the pod was given
// or, if the process keeps its memory, what the previous process has reported.
func (c *Cache) API(given *corev1.PodStatus, server bool) *corev1.PodStatus {
	switch {
	case server:
		return c.Reported
	case c.Recalled != nil:
		return c.Recalled
	}
	return given
}

// Previous returns the cached status or, if none is stored, that of the API object.
func (c *Cache) Previous(api *corev1.PodStatus) *corev1.PodStatus {
	if c.Stored {
		return c.Status
	}
	return api
}

// Drop forgets the cached status. Housekeeping does so for a pod that is gone (S72).
func (c *Cache) Drop() {
	c.Stored = false
	clear(c.views)
}

// Recall keeps the reported status for the next process. If keep is false, it is lost.
func (c *Cache) Recall(keep bool) {
	if c.Recalled = nil; keep {
		c.Recalled = c.Reported
	}
}

// Restart begins a new process with the status of the API object. If keep is true, it keeps
// a stored status with a terminal phase (S25).
func (c *Cache) Restart(api *corev1.PodStatus, keep bool) {
	if ended := c.Stored && Terminal(c.Status.Phase); !ended || !keep {
		c.Stored, c.Status = false, api
	}
	c.views = make([]probe.View, len(c.views))
}

// Store stores a status. It does not if the status is equal (S60, S61), unless force is
// true, or if it would bring an ended container back (C17). After the call the status
// belongs to the cache. first says that none was stored before.
func (c *Cache) Store(p *spec.Pod, s, api *corev1.PodStatus, now time.Time, force bool) (stored, first bool) {
	old := c.Previous(api)
	if illegalTransition(p, old, s) {
		return false, false
	}
	podphase.Stamp(s.Conditions, old.Conditions, now)
	stampStart(s, old, now)
	s.ObservedGeneration = max(s.ObservedGeneration, old.ObservedGeneration)
	podphase.TruncateStatus(s)
	if same := c.Stored && podphase.Equal(old, s); same && !force {
		return false, false
	}
	first = !c.Stored
	c.Stored, c.Status = true, s
	return true, first
}

// stampStart sets startTime at the first store. It never changes again (S67).
func stampStart(s, old *corev1.PodStatus, now time.Time) {
	if old.StartTime != nil && !old.StartTime.IsZero() {
		s.StartTime = old.StartTime
	} else if s.StartTime == nil {
		at := metav1.NewTime(now)
		s.StartTime = &at
	}
}

// illegalTransition reports whether the status would move a container out of Terminated
// although it may not restart. Such an update is dropped as a whole (C17).
func illegalTransition(p *spec.Pod, old, s *corev1.PodStatus) bool {
	policy := p.Manifest.Spec.RestartPolicy
	if policy == corev1.RestartPolicyAlways || p.RestartsAll {
		return false
	}
	for i := range p.Containers {
		if p.IsSidecar(i) {
			continue
		}
		was, is := p.StatusIn(old, i), p.StatusIn(s, i)
		if was == nil || is == nil || was.State.Terminated == nil || is.State.Terminated != nil {
			continue
		}
		code := was.State.Terminated.ExitCode
		onFailure := code != 0 && policy == corev1.RestartPolicyOnFailure
		if !onFailure && !p.Containers[i].Policy.Restarts(code) {
			return true
		}
	}
	return false
}

// Report sends the cached status to the API. While containers may still run, a terminal
// phase is held back (S25). It reports whether the API's status has changed.
func (c *Cache) Report(mayRun bool, generation int64, now time.Time) bool {
	r := podphase.Reported(c.Status, c.Reported, mayRun, generation, now)
	if sameInAPI(&r, c.Reported) {
		return false
	}
	c.Reported = &r
	return true
}

// Patch replaces the reported status by a changed copy. It is for what others than the
// kubelet write into the API (S83).
func (c *Cache) Patch(change func(*corev1.PodStatus)) {
	r := c.Reported.DeepCopy()
	change(r)
	c.Reported = r
}

// sameInAPI reports whether two statuses are equal for a watcher. All conditions count, and
// also the times of their transitions.
func sameInAPI(a, b *corev1.PodStatus) bool {
	return a.ObservedGeneration == b.ObservedGeneration && podphase.Equal(a, b) &&
		slices.EqualFunc(a.Conditions, b.Conditions, func(x, y corev1.PodCondition) bool {
			return x.Type == y.Type && x.Status == y.Status && x.Reason == y.Reason && x.Message == y.Message &&
				x.ObservedGeneration == y.ObservedGeneration && x.LastTransitionTime.Equal(&y.LastTransitionTime)
		})
}
