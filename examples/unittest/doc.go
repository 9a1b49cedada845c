// Package unittest shows how to test the probes of a manifest with go test:
// the test plays the pod against apps as they are on a bad day.
package unittest
