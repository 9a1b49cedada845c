// Package runtimetest checks that an [agent.Runtime] obeys its rules. It also
// has a runtime in memory, [Fake], for tests of programs that are built on an
// agent.
//
//	func TestRuntime(t *testing.T) {
//		runtimetest.Run(t, func(t *testing.T) agent.Runtime { return newRuntime(t) }, container)
//	}
//
// container makes a container of each [Behaviour]. [Fake] passes these checks
// too.
package runtimetest
