package podclock

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/podclock/podclock/internal/node"
)

// Fact is something that is done to pods from outside. The set is closed.
//
// In every fact Pod is "namespace/name", or the name alone if that is enough;
// empty it means every pod. Container is a container's name; empty it means
// every container that runs. What does not apply (a container that does not
// run cannot crash) does nothing.
type Fact interface {
	// target returns the pod and the containers that the fact names.
	target() (pod string, containers []string)
	// inject makes the fact true, now, for the pods that it names.
	inject(s *Simulation, pods node.Group)
}

// checkedFact is a Fact in which more can be wrong than its names.
type checkedFact interface {
	// check says what is wrong with the fact at a time.
	check(s *Simulation, at time.Duration) error
}

// Inject does something to the pods, now. What follows at this very instant is
// played by the next Step or Run. The error says what is wrong with the fact;
// then nothing was done.
func (s *Simulation) Inject(f Fact) error {
	if err := s.node.Failed(); err != nil {
		return failure(err)
	}
	if err := s.checkFact(f, s.Elapsed()); err != nil {
		return fmt.Errorf("podclock: Inject: %w", err)
	}
	s.inject(f)
	return failure(s.node.Failed())
}

// podNamed finds a pod by "namespace/name", or by its name if that is enough.
func (s *Simulation) podNamed(name string) (*node.Pod, error) {
	var found node.Group
	if name != "" {
		found = s.podsNamed(name)
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
func called(p *node.Pod, name string) bool {
	return name == "" || p.Name == name || p.Identity.Name == name
}

// podsNamed returns the pods that a fact's Pod means.
func (s *Simulation) podsNamed(name string) node.Group {
	if p := s.node.Find(name); p != nil {
		return node.Group{p}
	}
	var pods node.Group
	for _, p := range s.node.Pods() {
		if called(p, name) {
			pods = append(pods, p)
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
		has := func(p *node.Pod) bool { _, ok := p.Template.Index(c); return ok }
		if c != "" && !slices.ContainsFunc(pods, has) {
			p := pods[0]
			return fmt.Errorf("%T: no such pod has a container %q; pod %s has %s", f, c, p.Name,
				strings.Join(containerNames(p.Template), ", "))
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
