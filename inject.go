package podclock

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// Inject does something to the pods, now. What follows at this very instant is
// played by the next Step or Run. The error says what is wrong with the fact;
// then nothing was done.
func (s *Simulation) Inject(f Fact) error {
	if s.failed != nil {
		return s.failed
	}
	if err := s.checkFact(f, s.now); err != nil {
		return fmt.Errorf("podclock: Inject: %w", err)
	}
	s.inject(f)
	return s.failed
}

// podNamed finds a pod by "namespace/name", or by its name if that is enough.
func (s *Simulation) podNamed(name string) (*simPod, error) {
	if i, ok := s.byName[name]; ok {
		return s.pods[i], nil
	}
	var found []*simPod
	for _, p := range s.pods {
		if p.called(name) && name != "" {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("podclock: pod %q: there are %d of that name; the pods are %s", name, len(found),
			s.someNames())
	}
	return found[0], nil
}

func (s *Simulation) someNames() string {
	const some = 8
	names := s.Pods()
	if len(names) > some {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:some], ", "), len(names)-some)
	}
	return strings.Join(names, ", ")
}

// called reports whether a fact's Pod means this pod.
func (p *simPod) called(name string) bool {
	return name == "" || p.name == name || p.identity.Name == name
}

// podsNamed returns the pods that a fact's Pod means.
func (s *Simulation) podsNamed(name string) []int32 {
	if i, ok := s.byName[name]; ok {
		return []int32{i}
	}
	var pods []int32
	for i, p := range s.pods {
		if p.called(name) {
			pods = append(pods, int32(i))
		}
	}
	return pods
}

// checkFact says what is wrong with a fact at a time.
func (s *Simulation) checkFact(f Fact, at time.Duration) error {
	if f == nil {
		return errors.New("there is no fact; give one")
	}
	pod, containers := f.target()
	pods := s.podsNamed(pod)
	if len(pods) == 0 {
		return fmt.Errorf("%T: there is no pod %q; the pods are %s", f, pod, s.someNames())
	}
	for _, c := range containers {
		has := func(i int32) bool { _, ok := s.pods[i].template.Index(c); return ok }
		if c != "" && !slices.ContainsFunc(pods, has) {
			return fmt.Errorf("%T: no such pod has a container %q; pod %s has %s", f, c, s.pods[pods[0]].name,
				strings.Join(containerNames(s.pods[pods[0]].template), ", "))
		}
	}
	if c, ok := f.(checkedFact); ok {
		return c.check(s, at)
	}
	return nil
}

// inject makes a fact true.
func (s *Simulation) inject(f Fact) {
	pod, _ := f.target()
	f.inject(s, s.podsNamed(pod))
}

// stepAll gives an event to the machines of pods.
func (s *Simulation) stepAll(pods []int32, ev lifecycle.Event) {
	s.eachMachine(pods, func(pod int32) { s.step(pod, &ev) })
}

// eachMachine calls do for the pods that the kubelet knows of. What their probe
// workers leapt over comes before what a fact does to them.
func (s *Simulation) eachMachine(pods []int32, do func(pod int32)) {
	for _, pod := range pods {
		if s.pods[pod].machine != nil {
			s.reportPodLeaps(pod, s.Now())
			do(pod)
		}
	}
}
