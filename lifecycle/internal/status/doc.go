// Package status is the kubelet's status of a pod. It builds the status from a snapshot of
// the runtime, keeps it in a cache that probe workers read, and reports it to the API server
// (sections F, G and H of docs/rules.md).
//
// It emits nothing and reads no clock. [Build] returns a status, and [Cache] says whether it
// was new. The owner does what follows.
package status
