// Package runtimetest checks that an agent.Runtime obeys its rules, and has a
// runtime in memory for tests of what is built on an agent.
//
//	func TestRuntime(t *testing.T) {
//		runtimetest.Run(t, func(t *testing.T) agent.Runtime { return newRuntime(t) }, container)
//	}
//
// where container makes a container of each [Behaviour]. [Fake] passes these
// checks, too.
package runtimetest
