// Package pleg is the pod lifecycle event generator of one pod. It learns by
// relisting what has changed in the runtime, keeps the snapshot that syncs work
// on, and says what changed, so that its owner can ask for a sync (T3, T4, T12,
// T23).
//
// It reads no clock: its owner calls Relist when RelistAt or OnDemandAt has come.
package pleg
