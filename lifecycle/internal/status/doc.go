// Package status is the kubelet's status of a pod: built from a snapshot of the
// runtime, kept in a cache that probe workers read, and reported to the API
// server as far as that may see it (sections F, G and H of docs/rules.md).
//
// It emits nothing and reads no clock: [Build] returns a status, [Cache] says
// whether one was new, and their owner does what follows.
package status
