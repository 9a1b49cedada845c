package podclock

import (
	"fmt"
	"math/rand/v2"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/schedule"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/timeline"
)

// Simulation is a node with pods in virtual time. Make one with [New]. It
// moves only when told to; to pause it is not to call it. It is not safe for
// concurrent use.
type Simulation struct {
	options Options
	start   time.Time
	now     time.Duration // since start
	instant time.Time     // start + now, which is asked for all the time
	// quietUntil is the instant up to which nothing can come from outside: no app's
	// promise reaches farther.
	quietUntil time.Duration

	pods       []*simPod
	byName     map[string]int32 // "namespace/name"; immutable
	queue      queue
	deadlines  schedule.Heap // of the pods' machines; those of one instant by number
	outages    []outage
	nextOutage int
	images     map[string]*imageState
	noNetwork  string        // why the network is not ready; empty: it is
	pullsFree  time.Duration // when the node's one pull at a time is over (I12)
	ips        int           // addresses given out

	log    *timeline.Timeline
	pcg    *rand.PCG
	rand   *rand.Rand
	timing *lifecycle.Timing

	events  []lifecycle.Event // of the step that is played
	calling Call

	steps  int // at the present instant
	failed error
}

// Step plays the next thing that is due, and moves to its time. It is false if
// nothing will ever happen by itself.
func (s *Simulation) Step() (bool, error) {
	at, ok := s.next()
	if !ok || s.failed != nil {
		return false, s.failed
	}
	s.quietUntil = at
	s.advance(at)
	s.playOne()
	return s.failed == nil, s.failed
}

// Next returns when the next thing is due by itself, and whether there is any.
func (s *Simulation) Next() (time.Time, bool) {
	at, ok := s.next()
	return s.start.Add(at), ok
}

// RunFor plays the next d of virtual time.
func (s *Simulation) RunFor(d time.Duration) error { return s.runUntil(s.now + d) }

// RunUntil plays all that is due up to and at t, and moves to t.
func (s *Simulation) RunUntil(t time.Time) error { return s.runUntil(t.Sub(s.start)) }

func (s *Simulation) runUntil(end time.Duration) error {
	if end < s.now {
		return fmt.Errorf("podclock: RunUntil: %s is past; the simulation is at %s; make a Clone to go back to",
			s.offset(end), s.offset(s.now))
	}
	s.quietUntil = end
	for s.failed == nil {
		at, ok := s.next()
		if !ok || at > end {
			break
		}
		s.advance(at)
		s.playOne()
	}
	if s.failed != nil {
		return s.failed
	}
	s.advance(end)
	s.reportLeaps()
	s.log.Close(s.Now())
	return s.failed
}

// reportLeaps lets every machine report what it has leapt over.
func (s *Simulation) reportLeaps() {
	for i := range s.pods {
		s.reportPodLeaps(int32(i), s.Now().Add(1))
	}
}

// next is when something is due.
func (s *Simulation) next() (time.Duration, bool) {
	at, ok := s.queue.next(s.now)
	if _, d, _, some := s.deadlines.Next(); some && (!ok || d < at) {
		return max(d, s.now), true
	}
	return at, ok
}

func (s *Simulation) advance(to time.Duration) {
	if to > s.now {
		s.now, s.instant, s.steps = to, s.start.Add(to), 0
	}
}

// playOne plays the first of what is due now.
func (s *Simulation) playOne() {
	if s.stalled() {
		return
	}
	at, ok := s.queue.next(s.now)
	if ok && at <= s.now {
		s.play(s.queue.take(s.now))
		return
	}
	pod, _, _, _ := s.deadlines.Next()
	s.step(pod)
}

// stepsPerInstant is how many steps one pod may need at one instant: many more
// than any story that ends.
const stepsPerInstant = 20_000

// stalled notices that virtual time stands still: an app that does without any
// time what makes the kubelet ask it again.
func (s *Simulation) stalled() bool {
	s.steps++
	if s.steps <= stepsPerInstant*max(1, min(len(s.pods), 100)) {
		return false
	}
	s.failed = fmt.Errorf("podclock: virtual time stands still at %s: %d steps at one instant; give what the apps do "+
		"some time",
		s.offset(s.now), s.steps)
	return true
}

// Now returns the virtual time.
func (s *Simulation) Now() time.Time { return s.instant }

// Elapsed returns the time since the start.
func (s *Simulation) Elapsed() time.Duration { return s.now }

func (s *Simulation) offset(d time.Duration) string {
	return timeline.Offset(time.Time{}, time.Time{}.Add(d))
}

// Pods returns the pods' names, "namespace/name", in their order.
func (s *Simulation) Pods() []string {
	names := make([]string, len(s.pods))
	for i, p := range s.pods {
		names[i] = p.name
	}
	return names
}

// Status returns a pod's status as the kubelet has it. It is the zero status
// until the kubelet is told of the pod. It is an error if no pod has the name.
func (s *Simulation) Status(pod string) (corev1.PodStatus, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.machine == nil {
		return corev1.PodStatus{}, err
	}
	return p.machine.Status(), nil
}

// Columns returns what kubectl would print of a pod.
func (s *Simulation) Columns(pod string) (podphase.Row, error) {
	p, err := s.podNamed(pod)
	if err != nil || p.machine == nil {
		return podphase.Row{}, err
	}
	return p.machine.Columns(s.Now()), nil
}

// Timeline returns what happened so far. It grows as the simulation goes on.
func (s *Simulation) Timeline() *timeline.Timeline { return s.log }

// Result returns what the simulation has come to so far.
func (s *Simulation) Result() *Result {
	r := &Result{Seed: s.options.Seed, Start: s.start, End: s.Now(), Timeline: s.log}
	for _, p := range s.pods {
		pr := PodResult{Name: p.name}
		if p.machine != nil {
			pr.Status, pr.Columns, pr.Finished = p.machine.Status(), p.machine.Columns(s.Now()), p.machine.Finished()
		}
		r.Pods = append(r.Pods, pr)
	}
	return r
}
