// Package unittest shows how to test the probes of a manifest with go test. The tests run
// the pod with apps that misbehave.
package unittest
