// Package prober replays traces of a kubelet's probe manager. It uses probe.Set in the place
// of the manager, and a model of the sync loop and the runtime around it.
package prober
