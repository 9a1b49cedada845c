package podclock

import "time"

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
	inject(s *Simulation, pods []int32)
}

// checkedFact is a Fact of which more can be wrong than the names in it.
type checkedFact interface {
	// check says what is wrong with the fact at a time.
	check(s *Simulation, at time.Duration) error
}
