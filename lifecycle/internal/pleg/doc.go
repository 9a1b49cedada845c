// Package pleg is the pod lifecycle event generator of one pod. It relists the runtime to
// learn what has changed, keeps the snapshot that syncs work on, and reports the changes,
// for which its owner asks for a sync (T3, T4, T12, T23).
//
// It reads no clock. Its owner calls Relist at RelistAt and OnDemandAt.
package pleg
